import { z } from 'zod'
import { rounded } from '../../kernel/exact-json'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { parseObject, unreadable, type Answer, type Whom } from './failures'
import type { KubeObject } from './types'

const OwnerReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
})
const Metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  ownerReferences: z.array(OwnerReference).optional(),
  finalizers: z.array(z.string()).optional(),
})
/** Any object of a cluster: its identity is checked, the rest is left to whoever asks. */
export const AnyObject: z.ZodType<KubeObject> = z
  .looseObject({ apiVersion: z.string(), kind: z.string(), metadata: Metadata })
  .transform((object) => object as KubeObject)

/** What a schema makes of a value. Where it wants a number, a whole number that no double holds is the nearest one; elsewhere it stays exact. */
export function parsedBy<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  const parsed = schema.safeParse(value)
  return parsed.success || !parsed.error.issues.some(isLongNumber)
    ? parsed
    : schema.safeParse(rounded(value))
}
const isLongNumber = (issue: z.core.$ZodIssue): boolean =>
  (issue.code === 'invalid_type' && issue.message.includes('bigint')) ||
  (issue.code === 'invalid_union' && issue.errors.flat().some(isLongNumber))

/** Reads an answer with a schema; an answer of another shape is a failure of the site, not a bug of ours. */
export function read<T>(answer: Answer, schema: z.ZodType<T>, whom: Whom): Outcome<T> {
  const parsed = parsedBy(schema, parseObject(answer.text))
  return parsed.success ? succeed(parsed.data) : fail(unreadable(whom, answer))
}

export const ListEnvelope = z.object({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z
    .object({ resourceVersion: z.string().default(''), continue: z.string().optional() })
    .default({ resourceVersion: '' }),
  items: z.array(z.unknown()).nullish(),
})

/** The items of a list; those of built-in kinds come without their kind, so the list's own is written in. Unreadable ones are named. */
export function itemsOf<T>(
  envelope: z.infer<typeof ListEnvelope>,
  parse: z.ZodType<T>,
): { items: T[]; unreadable: string[]; why: string } {
  const kind = envelope.kind?.replace(/List$/, '')
  const items: T[] = []
  const bad: string[] = []
  let why = ''
  for (const item of envelope.items ?? []) {
    const parsed = parsedBy(
      parse,
      typeof item === 'object' && item !== null && !('kind' in item)
        ? { apiVersion: envelope.apiVersion, kind, ...item }
        : item,
    )
    if (parsed.success) items.push(parsed.data)
    else {
      bad.push(nameOf(item))
      why ||= whyUnreadable(parsed.error)
    }
  }
  return { items, unreadable: bad, why }
}

/** The first thing that was wrong with an object: its path and what was expected, never its value. */
export const whyUnreadable = ({ issues: [issue] }: z.ZodError): string =>
  (issue ? `${issue.path.join('.')}: ${issue.message}` : '').slice(0, 300)

const Named = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
})
/** What an object that cannot be read is called, as far as it says so. */
export function nameOf(object: unknown): string {
  const { name, namespace } = Named.safeParse(object).data?.metadata ?? {}
  return name === undefined
    ? 'one without a name'
    : namespace === undefined
      ? name
      : `${namespace}/${name}`
}
/** The same for text that is no JSON. */
export const nameIn = (text: string): string =>
  /"name":\s*"([^"\\]{1,253})"/.exec(text)?.[1] ?? 'one without a name'
/** Whether a line was meant to be an event: what a proxy answers instead of a cluster is no such thing. */
export const isTornEvent = (line: string): boolean =>
  /^\{"type":"(ADDED|MODIFIED|DELETED|BOOKMARK)"/.test(line)
