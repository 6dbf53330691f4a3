import { join } from 'node:path'
import { UnusableInput } from '../domain/failures'
import type { Engine } from './engine'
import { encodingOf } from './files'
import { asPattern, literal } from './sql'
import { firstLine, type CsvDialect, type Readable, type SourceRequest } from './readable'

/** A file of which more than this share of its lines is lost is not what its header says. */
const MOST_LOST = 0.1
const FEW_LINES = 20
/** Days and times are not guessed file by file: one form has to fit a whole side (see text-columns). */
const TYPES = "['BOOLEAN', 'BIGINT', 'DOUBLE', 'VARCHAR']"

/** Text is parsed once, into a columnar file that every thread can read a column of; that file is what is spilt, and it is removed at the end. */
export async function readableCsv(
  engine: Engine,
  files: string[],
  { label, spillFolder, csv, signal }: SourceRequest,
): Promise<Readable> {
  const good: string[] = [],
    skipped: Readable['skipped'] = []
  for (const [at, file] of files.entries()) {
    const target = join(spillFolder, `${label}-${at}.parquet`)
    try {
      const bad = await convertCsv(engine, file, { target, csv, signal })
      good.push(target)
      if (bad) skipped.push({ file, says: bad })
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof UnusableInput) throw error
      skipped.push({ file, says: firstLine(error) })
    }
  }
  return { good, skipped }
}

interface Conversion {
  target: string
  csv: CsvDialect | undefined
  signal: AbortSignal | undefined
}
/** Writes a CSV file as Parquet. Lines that do not fit its header are left out, and said. */
async function convertCsv(
  engine: Engine,
  file: string,
  { target, csv, signal }: Conversion,
): Promise<string | undefined> {
  await engine.run('DROP TABLE IF EXISTS csv_rejects')
  await engine.run('DROP TABLE IF EXISTS csv_scans')
  const form = csv
    ? `delim = ${literal(csv.delimiter)}, header = ${csv.header}, encoding = ${literal(csv.encoding)}`
    : `encoding = ${literal(encodingOf(file))}`
  const options = `sample_size = -1, auto_type_candidates = ${TYPES}, hive_partitioning = false, ${form}, store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans'`
  await engine.run(
    `COPY (SELECT * FROM read_csv(${literal(asPattern(file))}, ${options})) TO ${literal(target)} (FORMAT parquet)`,
    signal,
  )
  const [bad] = await engine.rows(
    `SELECT count(DISTINCT line) AS count, min(line) AS first, any_value(error_message) AS message, (SELECT count(*) FROM read_parquet(${literal(asPattern(target))})) AS kept FROM csv_rejects`,
    signal,
  )
  const lost = Number(bad?.['count'] ?? 0),
    kept = Number(bad?.['kept'] ?? 0)
  if (lost === 0) return undefined
  const says = `${lost} of its lines do not fit its header and were left out, the first at line ${Number(bad?.['first'])}: ${firstLine(String(bad?.['message']))}`
  if (lost >= FEW_LINES && lost > MOST_LOST * (lost + kept))
    throw new UnusableInput(
      `${file} is not compared: ${lost} of its ${lost + kept} lines do not fit its header, the first at line ${Number(bad?.['first'])}.`,
      'Write the file again with one header and as many fields in each line.',
    )
  return says
}
