import { basename } from 'node:path'
import { z } from 'zod'
import { succeed, type Outcome } from '../../../kernel/outcome'
import { spotRecord, type NamedSpot } from '../domain/spot'
import { readPackedJson, refusedFile } from './packed-json'

const Availability = z.object({
  metadata: z.object({ gap_seconds: z.number().positive().max(86_400) }),
  data: z.array(z.number().min(0)).min(2).max(10_000_000),
})

/** Reads availability probes of one zone; they repeat from the start when a replay outlasts them. */
export async function readSpot(file: string): Promise<Outcome<NamedSpot>> {
  const json = await readPackedJson(file)
  if (!json.ok) return json
  const parsed = Availability.safeParse(json.value)
  if (!parsed.success)
    return refusedFile(
      file,
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    )
  return succeed({
    name: basename(file).replace(/\.json(\.gz)?$/, ''),
    record: spotRecord(
      parsed.data.data.map((value) => value > 0),
      parsed.data.metadata.gap_seconds,
    ),
  })
}
