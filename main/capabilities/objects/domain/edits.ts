import type { Seen } from './moments'
import { at, instantOf, isPlain, listAt, textAt, type Plain, type Raw } from './raw'

const SAME_MS = 1000
const MOST_FIELDS = 4
/** Below these, the names of single fields say more than the whole. */
const DEEPER = new Set(['f:spec', 'f:metadata', 'f:data'])
const NOT_TOLD = new Set(['f:apiVersion', 'f:kind', 'f:status'])

interface Edit {
  by: string
  at: string
  fields: string[]
}

/** Who owns which fields since when, as the API server keeps it; what writes status says so by conditions already. */
export function editsOf(raw: Raw): Edit[] {
  return listAt(raw, 'metadata', 'managedFields').flatMap((entry): Edit[] => {
    const [by, time] = [textAt(entry, 'manager'), textAt(entry, 'time')]
    if (
      by === undefined ||
      instantOf(time) === undefined ||
      time === undefined ||
      textAt(entry, 'subresource') === 'status'
    )
      return []
    const fields = fieldsOf(at(entry, 'fieldsV1'))
    return fields.length === 0 ? [] : [{ by, at: time, fields }]
  })
}
const plainName = (key: string) => key.slice(2)
function fieldsOf(fields: unknown): string[] {
  if (!isPlain(fields)) return []
  return Object.entries(fields).flatMap(([key, inside]) => {
    if (!key.startsWith('f:') || NOT_TOLD.has(key)) return []
    const own =
      isPlain(inside) && DEEPER.has(key)
        ? Object.keys(inside as Plain).filter((one) => one.startsWith('f:'))
        : []
    return own.length > 0
      ? own.map((one) => `${plainName(key)}.${plainName(one)}`)
      : [plainName(key)]
  })
}

const isAtBirth = (raw: Raw, { at: time }: Edit) =>
  (instantOf(time) ?? 0) - (instantOf(raw.metadata.creationTimestamp) ?? 0) <= SAME_MS

/** Who made an object, where the API server still tells. */
export const madeBy = (raw: Raw): string | undefined =>
  editsOf(raw).find((edit) => isAtBirth(raw, edit))?.by

/** The last change of each program since the object was made: earlier ones of the same program are overwritten by the API server. */
export function momentsOfEdits(raw: Raw): Seen[] {
  return editsOf(raw)
    .filter((edit) => !isAtBirth(raw, edit))
    .map(({ by, at: time, fields }): Seen => ({
      id: `object/${raw.metadata.uid ?? ''}/edit/${by}/${time}`,
      at: time,
      title: `Changed by ${by}`,
      says: wordsOf(fields),
      sign: 'done',
      source: 'object',
      of: { kind: raw.kind, name: raw.metadata.name },
    }))
}
function wordsOf(fields: string[]): string {
  const more = fields.length - MOST_FIELDS
  return `its fields: ${fields.slice(0, MOST_FIELDS).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`
}
