import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Failure } from '../../../preload/contract/failures'
import { failure } from '../../../preload/contract/failures'
import { MOST_BYTES, refusalOf } from '../files'

/** One line of a file that holds one JSON value a line: its value, or why it has none. */
export type JsonLine =
  | { line: number; value: unknown; why?: undefined }
  | { line: number; value?: undefined; why: string }

const NEWLINE = 0x0a
/** No record of ours comes near this; a longer line is named and passed over without being kept. */
export const MOST_LINE_BYTES = 2 ** 20
const MOST_UNPACKED_BYTES = 4 * 2 ** 30

export class FileRefused extends Error {
  constructor(readonly failure: Failure) {
    super('The file cannot be read.')
  }
}
const refused = (file: string, cause: string) =>
  new FileRefused(failure('FILE_UNREADABLE', { file, cause }))

/**
 * Every line of a regular file that is not blank, unpacked where the name ends in .gz, a few at a time: the file is never held as a whole.
 * A line that is too long, no JSON or cut short is named with its number and the rest goes on. Throws FileRefused for what is no file.
 */
export async function* jsonLines(file: string, signal?: AbortSignal): AsyncGenerator<JsonLine[]> {
  const refusal = await refusalOf(file, { mostBytes: MOST_BYTES.trace })
  if (refusal) throw new FileRefused(refusal.failure)
  const lines = new Lines()
  const source = opened(file, signal)
  let bytes = 0
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > MOST_UNPACKED_BYTES) throw refused(file, 'unpacked it has more than 4 GB')
      yield lines.take(chunk)
    }
  } catch (error) {
    if (error instanceof FileRefused || signal?.aborted) throw error
    yield [lines.cut(error instanceof Error ? error.message : String(error))]
    return
  }
  yield lines.end()
}

function opened(file: string, signal: AbortSignal | undefined): Readable {
  const source = createReadStream(file, { signal, highWaterMark: 2 ** 18 })
  if (!file.endsWith('.gz')) return source
  const unpacked = createGunzip()
  source.on('error', (error) => unpacked.destroy(error))
  return source.pipe(unpacked)
}

/** Cuts bytes into lines and reads each. */
class Lines {
  #number = 0
  #kept: Buffer[] = []
  #keptBytes = 0

  take(chunk: Buffer): JsonLine[] {
    const lines: JsonLine[] = []
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at))
      from = at + 1
      const line = this.#read()
      if (line) lines.push(line)
    }
    this.#keep(chunk.subarray(from))
    return lines
  }
  /** What stands after the last line break; a file may end without one. */
  end(): JsonLine[] {
    const line = this.#keptBytes > 0 ? this.#read() : undefined
    if (line?.why === 'not JSON') return [{ line: line.line, why: 'not JSON, the file ends in it' }]
    return line ? [line] : []
  }
  cut(why: string): JsonLine {
    return { line: this.#number + 1, why: `cut short: ${why}` }
  }

  #keep(part: Buffer) {
    this.#keptBytes += part.length
    if (this.#keptBytes <= MOST_LINE_BYTES && part.length > 0) this.#kept.push(part)
  }
  #read(): JsonLine | undefined {
    const [bytes, parts] = [this.#keptBytes, this.#kept]
    this.#kept = []
    this.#keptBytes = 0
    this.#number += 1
    const line = this.#number
    if (bytes > MOST_LINE_BYTES)
      return { line, why: `longer than ${String(MOST_LINE_BYTES / 2 ** 20)} MiB` }
    const text = (parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)).toString('utf8')
    if (text.trim() === '') return undefined
    try {
      return { line, value: JSON.parse(text) as unknown }
    } catch {
      return { line, why: 'not JSON' }
    }
  }
}
