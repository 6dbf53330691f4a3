import type { Answer, Json } from './target'

/** The value at a dotted path; a number steps into a list. Undefined where there is none. */
export function dig(value: Json | undefined, path: string): Json | undefined {
  let here: Json | undefined = value
  for (const step of path.split('.')) {
    if (Array.isArray(here)) here = here[Number(step)]
    else if (typeof here === 'object' && here !== null) here = here[step]
    else return undefined
  }
  return here
}

/** Some fields of an object, by dotted path; what is missing is left out. */
export function pick(value: Json | undefined, ...paths: string[]): Record<string, Json> {
  const found: Record<string, Json> = {}
  for (const path of paths) {
    const part = dig(value, path)
    if (part !== undefined) found[path] = part
  }
  return found
}

export const items = (answer: Answer): Json[] => {
  const list = dig(answer.body, 'items')
  return Array.isArray(list) ? list : []
}
export const names = (answer: Answer): Json[] =>
  items(answer).map((item) => dig(item, 'metadata.name') ?? null)

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** A refusal as clients branch on it: code, reason, what it is about, and each cause's field; the words of validation are left out. */
export function refusal(answer: Answer): Json {
  const causes = dig(answer.body, 'details.causes')
  return {
    code: answer.status,
    ...pick(
      answer.body,
      'kind',
      'apiVersion',
      'status',
      'reason',
      'code',
      'details.name',
      'details.group',
      'details.kind',
    ),
    ...(Array.isArray(causes) && {
      causes: causes
        .map((each) => ({ reason: dig(each, 'reason') ?? null, field: dig(each, 'field') ?? null }))
        .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
    }),
  }
}

/** A refusal with its words, for those that people are shown. */
export function spoken(answer: Answer): Json {
  const message = dig(answer.body, 'message')
  return { ...(refusal(answer) as object), message: message ?? null }
}

/** Which fields each manager holds, without the time. */
export function managers(body: Json): Json {
  const fields = dig(body, 'metadata.managedFields')
  if (!Array.isArray(fields)) return null
  return fields
    .map((each) =>
      pick(each, 'manager', 'operation', 'apiVersion', 'subresource', 'fieldsType', 'fieldsV1'),
    )
    .toSorted((a, b) => text(a['manager']).localeCompare(text(b['manager'])))
}

/** What kind of value it is, where the value itself differs from server to server. */
export function shape(value: Json | undefined): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value !== 'string') return typeof value
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return 'uuid'
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return 'seconds in UTC'
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value)) return 'microseconds in UTC'
  if (/^\d+$/.test(value)) return 'digits'
  return value === '' ? 'empty text' : 'text'
}
