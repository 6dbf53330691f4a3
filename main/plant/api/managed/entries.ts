import { timestamp } from '../../../kernel/clock'
import type { KubeObject } from '../../types'
import { isRecord, textAt, type Attempt } from '../cluster'
import { apiVersionOf } from '../resource'
import {
  childOf,
  emptySet,
  fieldStep,
  fromFieldsV1,
  isEmpty,
  minus,
  toFieldsV1,
  type FieldSet,
} from './field-set'

/** What one manager holds through one operation and subresource. */
export interface Entry {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource: string
  time: string
  fields: FieldSet
}

const STRIPPED = emptySet()
for (const field of ['apiVersion', 'kind', 'metadata'])
  childOf(STRIPPED, fieldStep(field)).member = true
for (const field of [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]) {
  childOf(childOf(STRIPPED, fieldStep('metadata')), fieldStep(field)).member = true
}
/** Without the fields that are nobody's: identity, and what only the server writes. */
export const strip = (set: FieldSet): FieldSet => minus(set, STRIPPED)

export function entriesOf(object: KubeObject | undefined): Entry[] {
  return (object?.metadata.managedFields ?? []).filter(isRecord).map((entry) => ({
    manager: textAt(entry, 'manager') ?? '',
    operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
    apiVersion: textAt(entry, 'apiVersion') ?? '',
    subresource: textAt(entry, 'subresource') ?? '',
    time: textAt(entry, 'time') ?? '',
    fields: fromFieldsV1(entry['fieldsV1']),
  }))
}
const rank = (entry: Entry): number => (entry.operation === 'Apply' ? 0 : 1)
/** Writes entries back, those of nobody left out, in the order of the real server. */
export function writeEntries(object: KubeObject, entries: Entry[]): void {
  const kept = entries
    .filter((entry) => !isEmpty(entry.fields))
    .sort(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.time < b.time ? -1 : a.time > b.time ? 1 : 0) ||
        (a.manager < b.manager ? -1 : 1),
    )
  if (kept.length === 0) {
    delete object.metadata.managedFields
    return
  }
  object.metadata.managedFields = kept.map(
    ({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource && { subresource }),
    }),
  )
}
export const isEntryOf =
  (attempt: Attempt, operation: Entry['operation']) =>
  (entry: Entry): boolean =>
    entry.manager === attempt.how.manager &&
    entry.operation === operation &&
    entry.subresource === (attempt.how.subresource ?? '') &&
    (operation === 'Apply' || entry.apiVersion === apiVersionOf(attempt.resource))
export const newEntry = (
  attempt: Attempt,
  operation: Entry['operation'],
  fields: FieldSet,
): Entry => ({
  manager: attempt.how.manager,
  operation,
  apiVersion: apiVersionOf(attempt.resource),
  subresource: attempt.how.subresource ?? '',
  time: timestamp(attempt.cluster.clock.now()),
  fields,
})
