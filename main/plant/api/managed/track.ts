import type { KubeObject } from '../../types'
import type { Attempt } from '../cluster'
import { entriesOf, isEntryOf, newEntry, strip, writeEntries, type Entry } from './entries'
import { isEmpty, minus, minusBranches, sameSet, union, type FieldSet } from './field-set'
import { compare, typeOf } from './typed'

const withoutManagers = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, managedFields: undefined as never },
})

/** Takes fields that are gone from every holder. */
const released = (entries: Entry[], removed: FieldSet): Entry[] =>
  entries.map((entry) => ({ ...entry, fields: minusBranches(entry.fields, removed) }))

/** Notes which fields the writer of an update now owns, and takes them from those who set them before. */
export function trackUpdate(attempt: Attempt): void {
  const { object, before, resource } = attempt
  const asked = object.metadata.managedFields
  const starting = entriesOf(before)
  // An explicit empty list is how a client wipes all ownership.
  if (before && Array.isArray(asked) && asked.length === 0) {
    delete object.metadata.managedFields
    return
  }
  const { added, modified, removed } = compare(
    typeOf(resource.schema),
    before ? withoutManagers(before) : blank(object),
    withoutManagers(object),
  )
  const touched = strip(union(added, modified))
  const isMine = isEntryOf(attempt, 'Update')
  const others = released(starting, strip(removed)).map((entry) =>
    isMine(entry) ? entry : { ...entry, fields: minus(entry.fields, touched) },
  )
  const mine = others.find(isMine)
  if (isEmpty(touched)) {
    writeEntries(object, others)
    return
  }
  const fields = mine ? union(mine.fields, touched) : touched
  const entry = newEntry(attempt, 'Update', fields)
  const unchanged =
    mine !== undefined && sameSet(mine.fields, fields) && isEmpty(modified) && isEmpty(added)
  writeEntries(object, [...others.filter((other) => !isMine(other)), unchanged ? mine : entry])
}
const blank = (object: KubeObject): KubeObject => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  metadata: {} as KubeObject['metadata'],
})
