import { basename } from 'node:path'
import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { spotRecord, type NamedSpot } from '../domain/spot'
import { readPacked } from './trace-csv'

const Availability = z.object({
  metadata: z.object({ gap_seconds: z.number().positive().max(86_400) }),
  data: z.array(z.number().min(0)).min(2).max(10_000_000),
})

/** Reads availability probes of one zone; they repeat from the start when a replay outlasts them. */
export async function readSpot(file: string): Promise<Outcome<NamedSpot>> {
  const bytes = await readPacked(file)
  if (!bytes.ok) return bytes
  const refuse = (says: string) => fail(failure('INVALID', { issues: [{ path: file, says }] }))
  let json: unknown
  try {
    json = JSON.parse(bytes.value.toString('utf8'))
  } catch {
    return refuse('is not JSON')
  }
  const parsed = Availability.safeParse(json)
  if (!parsed.success) return refuse(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  return succeed({ name: basename(file).replace(/\.json(\.gz)?$/, ''), record: spotRecord(parsed.data.data.map((value) => value > 0), parsed.data.metadata.gap_seconds) })
}
