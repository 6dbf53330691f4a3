/** An object of any kind as the cluster wrote it; read field by field, because nobody knows every kind. */
export interface Raw {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    resourceVersion?: string
    creationTimestamp?: string
    deletionTimestamp?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    ownerReferences?: {
      apiVersion: string
      kind: string
      name: string
      uid: string
      controller?: boolean
    }[]
    finalizers?: string[]
  }
  [field: string]: unknown
}
export type Plain = Record<string, unknown>

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** The value under a path; undefined where the way ends early. */
export const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isPlain(inner) ? inner[key] : undefined), value)
export const textAt = (value: unknown, ...path: string[]): string | undefined => {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}
export const numberAt = (value: unknown, ...path: string[]): number | undefined => {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}
export const plainAt = (value: unknown, ...path: string[]): Plain => {
  const found = at(value, ...path)
  return isPlain(found) ? found : {}
}
export const listAt = (value: unknown, ...path: string[]): Plain[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(isPlain) : []
}
/** Milliseconds since 1970 of an RFC 3339 text; undefined where it is none. */
export const instantOf = (text: string | undefined): number | undefined => {
  const found = text === undefined ? NaN : Date.parse(text)
  return Number.isNaN(found) ? undefined : found
}

export interface RawCondition {
  type: string
  status: string
  reason: string
  message: string
  at: number | undefined
}
export const conditionsOf = (raw: unknown): RawCondition[] =>
  listAt(raw, 'status', 'conditions').map((one) => ({
    type: textAt(one, 'type') ?? '',
    status: textAt(one, 'status') ?? 'Unknown',
    reason: textAt(one, 'reason') ?? '',
    message: textAt(one, 'message') ?? '',
    at: instantOf(
      textAt(one, 'lastTransitionTime') ??
        textAt(one, 'lastProbeTime') ??
        textAt(one, 'lastUpdateTime'),
    ),
  }))
export const conditionOf = (raw: unknown, type: string): RawCondition | undefined =>
  conditionsOf(raw).find((one) => one.type === type)
export const isTrue = (raw: unknown, type: string): boolean =>
  conditionOf(raw, type)?.status === 'True'
/** Group and kind, which mean the same in every version. */
export const groupKind = ({ apiVersion, kind }: Pick<Raw, 'apiVersion' | 'kind'>): string =>
  `${apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''}/${kind}`
