import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLine } from '../../../../preload/contract/objects'

/** A line before it has its number. */
export interface Written {
  at: string
  container: string
  text: string
}
interface Segment {
  path: string
  fd: number
  first: number
  count: number
  bytes: number
  ends: Uint32Array
}

const SEGMENT_LINES = 65_536
const SEGMENT_BYTES = 48 * 2 ** 20
const MOST_SEGMENTS = 40
const LONGEST_LINE = 64_000
const BREAK = 10

export interface SpoolLimits {
  segmentLines?: number
  segmentBytes?: number
  mostSegments?: number
}

/**
 * Lines of one log on disk, numbered from 0, in files of 65,536 lines; in memory it keeps four bytes a line. The oldest file goes
 * when there are forty, so that a log without end needs no more than 2.6 million lines or 1.9 GB.
 */
export class Spool {
  readonly #folder: string
  readonly #limits: Required<SpoolLimits>
  #segments: Segment[] = []
  #made = 0
  #end = 0
  #bytes = 0

  constructor(folder: string, limits: SpoolLimits = {}) {
    this.#folder = folder
    this.#limits = {
      segmentLines: SEGMENT_LINES,
      segmentBytes: SEGMENT_BYTES,
      mostSegments: MOST_SEGMENTS,
      ...limits,
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  /** The first line that is still there. */
  get first() {
    return this.#segments[0]?.first ?? 0
  }
  /** One past the last line. */
  get end() {
    return this.#end
  }
  get bytes() {
    return this.#bytes
  }

  append(lines: readonly Written[]): void {
    let rest = lines
    while (rest.length > 0) {
      const segment = this.#open()
      const room = this.#limits.segmentLines - segment.count
      this.#write(segment, rest.slice(0, room))
      rest = rest.slice(room)
    }
  }
  #write(segment: Segment, lines: readonly Written[]) {
    const pieces = lines.map(({ at, container, text }) =>
      Buffer.from(
        `${at}\t${container}\t${text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)} …` : text}\n`,
      ),
    )
    const block = Buffer.concat(pieces)
    writeSync(segment.fd, block)
    let end = segment.bytes
    for (const piece of pieces) {
      end += piece.length
      segment.ends[segment.count++] = end
    }
    segment.bytes = end
    this.#end += lines.length
    this.#bytes += block.length
  }
  #open(): Segment {
    const last = this.#segments.at(-1)
    if (last && last.count < this.#limits.segmentLines && last.bytes < this.#limits.segmentBytes)
      return last
    const path = join(this.#folder, `${String(this.#made++)}.log`)
    const segment: Segment = {
      path,
      fd: openSync(path, 'w+', 0o600),
      first: this.#end,
      count: 0,
      bytes: 0,
      ends: new Uint32Array(this.#limits.segmentLines),
    }
    this.#segments.push(segment)
    const old =
      this.#segments.length > this.#limits.mostSegments ? this.#segments.shift() : undefined
    if (old) {
      closeSync(old.fd)
      rmSync(old.path, { force: true })
    }
    return segment
  }

  /** Lines from `from` on, as many as are there of those asked for. */
  read(from: number, count: number): LogLine[] {
    const lines: LogLine[] = []
    for (const segment of this.#segments) {
      const low = Math.max(from, segment.first)
      const high = Math.min(from + count, segment.first + segment.count)
      if (low < high) lines.push(...readLines(segment, low - segment.first, high - segment.first))
    }
    return lines
  }
  close(): void {
    for (const { fd } of this.#segments) closeSync(fd)
    this.#segments = []
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function readLines(segment: Segment, low: number, high: number): LogLine[] {
  const start = low === 0 ? 0 : (segment.ends[low - 1] ?? 0)
  const block = Buffer.alloc((segment.ends[high - 1] ?? start) - start)
  readSync(segment.fd, block, 0, block.length, start)
  const lines: LogLine[] = []
  for (let at = 0, n = segment.first + low; at < block.length; n++) {
    const end = block.indexOf(BREAK, at)
    lines.push(toLine(block.toString('utf8', at, end), n))
    at = end + 1
  }
  return lines
}
function toLine(raw: string, n: number): LogLine {
  const first = raw.indexOf('\t')
  const second = raw.indexOf('\t', first + 1)
  return {
    n,
    at: raw.slice(0, first),
    container: raw.slice(first + 1, second),
    text: raw.slice(second + 1),
  }
}
