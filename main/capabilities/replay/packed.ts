import { gunzipSync, gzipSync } from 'node:zlib'
import type { z } from 'zod'
import type { Outcome } from '../../kernel/outcome'
import type { ReplayPorts } from './ports'

type Blobs = ReplayPorts['store']['blobs']

/** Keeps a value packed; jobs of a month shrink to a tenth. */
export const keepPacked = (blobs: Blobs, key: string, value: unknown): Outcome<void> =>
  blobs.set(key, gzipSync(JSON.stringify(value), { level: 4 }))

/** What was kept, or undefined where there is nothing that can still be read. */
export function readPacked<T>(blobs: Blobs, key: string, schema: z.ZodType<T>): T | undefined {
  const bytes = blobs.get(key)
  if (!bytes) return undefined
  try {
    const parsed = schema.safeParse(JSON.parse(gunzipSync(bytes).toString('utf8')))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
