import { z } from 'zod'

const Line = z.object({ stats: z.object({ bytes: z.number(), totalBytes: z.number(), transfers: z.number(), totalTransfers: z.number(), speed: z.number().default(0), errors: z.number().default(0), eta: z.number().nullish(), elapsedTime: z.number().default(0) }) })
export interface Progress { bytes: number; objects: number; bytesPerSecond: number; errors: number; etaSeconds: number | undefined; elapsedSeconds: number }

/** How far a transfer is by the newest line of its log that tells it; undefined before the first. */
export function progressOf(log: string): Progress | undefined {
  for (const line of log.split('\n').toReversed()) {
    if (!line.startsWith('{')) continue
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      continue
    }
    const read = Line.safeParse(value)
    if (read.success) {
      const { bytes, transfers, speed, errors, eta, elapsedTime } = read.data.stats
      return { bytes, objects: transfers, bytesPerSecond: speed, errors, etaSeconds: eta ?? undefined, elapsedSeconds: elapsedTime }
    }
  }
  return undefined
}
