export interface CsvDialect {
  delimiter: string
  header: boolean
  encoding: 'utf-8' | 'utf-16' | 'latin-1'
}
/** A file that could not be used, or something about it that has to be known. */
export interface Skipped {
  file: string
  says: string
}
/** Files that can be read as Parquet, and those that cannot. */
export interface Readable {
  good: string[]
  skipped: Skipped[]
}
export interface SourceRequest {
  path: string
  where?: string | undefined
  label: string
  spillFolder: string
  /** How CSV is read, where a person said so. */ csv?: CsvDialect | undefined
  signal?: AbortSignal | undefined
}

/** An engine's error without the parts that quote SQL. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
