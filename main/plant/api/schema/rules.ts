import { parse } from '@marcbachmann/cel-js'
import { isRecord, recordAt } from '../cluster'
import { invalid, type FieldFault } from '../errors'
import { memberSchema, type Schema } from './schema'

type Program = (context: Record<string, unknown>) => unknown
const programs = new Map<string, Program | undefined>()
/** A rule this evaluator cannot read (the server's own function library is larger) refuses nothing. */
function programOf(rule: string): Program | undefined {
  if (!programs.has(rule)) {
    let program: Program | undefined
    try {
      program = parse(rule) as Program
    } catch {
      program = undefined
    }
    programs.set(rule, program)
  }
  return programs.get(rule)
}
/** A value as rules see it: whole numbers are integers there, not doubles. */
export function seenByRules(schema: Schema | undefined, value: unknown): unknown {
  if (typeof value === 'number' && Number.isInteger(value) && schema?.type !== 'number')
    return BigInt(value)
  if (Array.isArray(value)) return value.map((item) => seenByRules(schema?.items, item))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      seenByRules(memberSchema(schema, key), inner),
    ]),
  )
}
interface Judged {
  schema: Schema
  value: unknown
  old: unknown
  path: string
}

function holds(rule: string, { schema, value, old }: Judged): boolean {
  const program = programOf(rule)
  if (!program) return true
  try {
    return (
      program({
        self: seenByRules(schema, value),
        ...(old !== undefined && { oldSelf: seenByRules(schema, old) }),
      }) !== false
    )
  } catch {
    return true
  }
}
function* ownFaults(judged: Judged): Generator<FieldFault> {
  const { schema, value, old, path } = judged
  for (const { rule, message } of schema['x-kubernetes-validations'] ?? []) {
    const isTransition = /\boldSelf\b/.test(rule)
    if ((isTransition && old === undefined) || holds(rule, judged)) continue
    yield invalid(
      path === '' ? '<nil>' : path,
      isRecord(value) ? 'object' : Array.isArray(value) ? 'array' : value,
      message ?? `failed rule: ${rule}`,
    )
  }
}
/** The faults of rules that a schema carries at a value and below it; `old` is what stood there before, for rules about changes. */
export function* ruleFaults(judged: Judged): Generator<FieldFault> {
  const { schema, value, path } = judged
  if (value === null || value === undefined) return
  yield* ownFaults(judged)
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      if (schema.items)
        yield* ruleFaults({
          schema: schema.items,
          value: item,
          old: undefined,
          path: `${path}[${index}]`,
        })
    return
  }
  if (isRecord(value)) yield* memberFaults(judged, value)
}
function* memberFaults(
  { schema, old, path }: Judged,
  value: Record<string, unknown>,
): Generator<FieldFault> {
  for (const [key, inner] of Object.entries(value)) {
    const known = memberSchema(schema, key)
    if (known)
      yield* ruleFaults({
        schema: known,
        value: inner,
        old: (recordAt({ old }, 'old') ?? {})[key],
        path: path === '' ? key : `${path}.${key}`,
      })
  }
}
