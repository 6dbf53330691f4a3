import { z } from 'zod'

const Line = z.object({
  stats: z.object({
    bytes: z.number(),
    totalBytes: z.number(),
    transfers: z.number(),
    totalTransfers: z.number(),
    speed: z.number().default(0),
    errors: z.number().default(0),
    eta: z.number().nullish(),
    elapsedTime: z.number().default(0),
  }),
})
export interface Progress {
  bytes: number
  objects: number
  bytesPerSecond: number
  errors: number
  etaSeconds: number | undefined
  elapsedSeconds: number
}

const Trouble = z.object({ level: z.enum(['error', 'critical', 'fatal']), msg: z.string() })
const TROUBLE_LENGTH = 300
function* newestFirst(log: string): Generator<unknown> {
  for (const line of log.split('\n').toReversed()) {
    if (!line.startsWith('{')) continue
    try {
      yield JSON.parse(line)
    } catch {
      // The last line of a log may be cut short.
    }
  }
}

/** What went wrong last by the log of a transfer; undefined where nothing did. */
export function troubleOf(log: string): string | undefined {
  for (const line of newestFirst(log)) {
    const read = Trouble.safeParse(line)
    if (read.success) return read.data.msg.trim().slice(0, TROUBLE_LENGTH)
  }
  return undefined
}
/** How far a transfer is by the newest line of its log that tells it; undefined before the first. */
export function progressOf(log: string): Progress | undefined {
  for (const line of newestFirst(log)) {
    const read = Line.safeParse(line)
    if (read.success) {
      const { bytes, transfers, speed, errors, eta, elapsedTime } = read.data.stats
      return {
        bytes,
        objects: transfers,
        bytesPerSecond: speed,
        errors,
        etaSeconds: eta ?? undefined,
        elapsedSeconds: elapsedTime,
      }
    }
  }
  return undefined
}
