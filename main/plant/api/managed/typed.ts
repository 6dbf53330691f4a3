import { isRecord, sameJson } from '../cluster'
import { resolve } from '../schema/builtin'
import type { Schema } from '../schema/schema'
import { childOf, emptySet, fieldStep, keyStep, valueStep, type FieldSet } from './field-set'

const META: Schema = { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }

/** The type an object is compared and merged by. Custom kinds get the metadata every object has. */
export function typeOf(schema: Schema | undefined): Schema {
  const own = schema ?? {}
  return { ...own, properties: { ...own.properties, metadata: META } }
}
export const member = (schema: Schema | undefined, key: string): Schema | undefined => {
  const typed = resolve(schema)
  return (
    typed?.properties?.[key] ??
    (typeof typed?.additionalProperties === 'object' ? typed.additionalProperties : undefined)
  )
}
export const isDeclared = (schema: Schema | undefined, key: string): boolean =>
  resolve(schema)?.properties?.[key] !== undefined
export const isAtomicMap = (schema: Schema | undefined): boolean =>
  (schema?.['x-kubernetes-map-type'] ?? resolve(schema)?.['x-kubernetes-map-type']) === 'atomic'
export type ListKind = 'atomic' | 'set' | 'map'
export const listKind = (schema: Schema | undefined): ListKind => {
  const kind = schema?.['x-kubernetes-list-type']
  return kind === 'map' || kind === 'set' ? kind : 'atomic'
}
/** The step that names one item of an associative list. */
export function itemStep(schema: Schema | undefined, item: unknown): string {
  if (listKind(schema) === 'set' || !isRecord(item)) return valueStep(item)
  const keys = (schema?.['x-kubernetes-list-map-keys'] ?? []).flatMap((key) => {
    const value = item[key] ?? member(schema?.items, key)?.default
    return value === undefined ? [] : [[key, value] as const]
  })
  return keyStep(Object.fromEntries(keys))
}

/** Every field an applied configuration speaks of. */
export function fieldsOf(schema: Schema | undefined, value: unknown, set = emptySet()): FieldSet {
  if (Array.isArray(value)) return listFields(schema, value, set)
  if (!isRecord(value) || isAtomicMap(schema)) {
    set.member = true
    return set
  }
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue
    const child = fieldsOf(member(schema, key), inner, childOf(set, fieldStep(key)))
    if (
      inner === null ||
      (isRecord(inner) && Object.keys(inner).length === 0) ||
      !isDeclared(schema, key)
    )
      child.member = true
  }
  return set
}
function listFields(schema: Schema | undefined, value: unknown[], set: FieldSet): FieldSet {
  if (listKind(schema) === 'atomic') {
    set.member = true
    return set
  }
  for (const item of value) {
    const child = fieldsOf(schema?.items, item, childOf(set, itemStep(schema, item)))
    child.member = true
  }
  return set
}

/** What differs between two versions of an object. */
export interface Comparison {
  added: FieldSet
  modified: FieldSet
  removed: FieldSet
}
interface Pair {
  before: unknown
  after: unknown
  schema: Schema | undefined
}
type Marks = Comparison

const isBlank = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (isRecord(value) && Object.keys(value).length === 0) ||
  (Array.isArray(value) && value.length === 0)
/** Fields that hold a plain value in memory are there before anything is set in them, so nobody is said to have added them. */
const isAlwaysThere = (schema: Schema | undefined): boolean => sameJson(schema?.default, {})

function markLeaf({ before, after }: Pair, marks: Marks): void {
  if (before === undefined) marks.added.member = true
  else if (after === undefined) marks.removed.member = true
  else if (!sameJson(before, after)) marks.modified.member = true
}
const below = (marks: Marks, step: string): Marks => ({
  added: childOf(marks.added, step),
  modified: childOf(marks.modified, step),
  removed: childOf(marks.removed, step),
})

function compareInto(pair: Pair, marks: Marks): void {
  const { before, after, schema } = pair
  if (before === after) return
  const both = (test: (value: unknown) => boolean): boolean =>
    (before === undefined || test(before)) && (after === undefined || test(after))
  // Two that are empty are compared whole: what differs is whether there is anything at all.
  if (isBlank(before) && isBlank(after)) markLeaf(pair, marks)
  else if (both(isRecord) && !isAtomicMap(schema)) compareMaps(pair, marks)
  else if (both(Array.isArray) && listKind(schema) !== 'atomic') compareLists(pair, marks)
  else markLeaf(pair, marks)
}
/** A whole branch that came or went is itself marked, not only its leaves. */
function markBranch({ before, after, schema }: Pair, marks: Marks): void {
  if (before === undefined && after !== undefined && !(isAlwaysThere(schema) && !isBlank(after)))
    marks.added.member = true
  if (after === undefined && before !== undefined && !(isAlwaysThere(schema) && !isBlank(before)))
    marks.removed.member = true
}
function compareMaps({ before, after, schema }: Pair, marks: Marks): void {
  const old = isRecord(before) ? before : {}
  const young = isRecord(after) ? after : {}
  for (const key of new Set([...Object.keys(old), ...Object.keys(young)])) {
    const pair: Pair = { before: old[key], after: young[key], schema: member(schema, key) }
    if (pair.before === pair.after) continue
    const marksBelow = below(marks, fieldStep(key))
    compareInto(pair, marksBelow)
    markBranch(pair, marksBelow)
  }
}
function compareLists({ before, after, schema }: Pair, marks: Marks): void {
  const byStep = (list: unknown): Map<string, unknown> =>
    new Map(
      (Array.isArray(list) ? list : []).map((item: unknown) => [itemStep(schema, item), item]),
    )
  const old = byStep(before)
  const young = byStep(after)
  for (const step of new Set([...old.keys(), ...young.keys()])) {
    const pair: Pair = {
      before: old.get(step),
      after: young.get(step),
      schema: schema?.items && { ...schema.items, default: undefined },
    }
    const marksBelow = below(marks, step)
    compareInto(pair, marksBelow)
    markBranch(pair, marksBelow)
  }
}
/** Compares two versions of an object by its type. */
export function compare(schema: Schema | undefined, before: unknown, after: unknown): Comparison {
  const marks: Marks = { added: emptySet(), modified: emptySet(), removed: emptySet() }
  compareInto({ before, after, schema }, marks)
  return marks
}
