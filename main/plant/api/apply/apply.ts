import type { KubeObject } from '../../types'
import { draftOf, isRecord, type Attempt } from '../cluster'
import { badRequest, KubeError } from '../errors'
import { entriesOf, isEntryOf, newEntry, strip, writeEntries, type Entry } from '../managed/entries'
import {
  emptySet,
  intersect,
  isEmpty,
  minus,
  minusBranches,
  pathsOf,
  sameSet,
  union,
  type FieldSet,
} from '../managed/field-set'
import { compare, fieldsOf, typeOf } from '../managed/typed'
import type { Resource } from '../resource'
import type { Stored } from '../stored'
import { createObject } from '../writes/create'
import { updateObject } from '../writes/update'
import { shapeObject } from '../schema/shape'
import { prune } from '../schema/walk'
import { mergeApplied, removeUnowned } from './merge'

interface Clash {
  entry: Entry
  fields: FieldSet
}
const how = (entry: Entry): string =>
  entry.subresource ? ` with subresource ${JSON.stringify(entry.subresource)}` : ''
const using = (entry: Entry): string =>
  entry.operation === 'Apply' ? '' : ` using ${entry.apiVersion}`

/** The 409 that names who holds each field. */
function applyConflict(clashes: Clash[]): KubeError {
  const causes = clashes.flatMap(({ entry, fields }) =>
    pathsOf(fields).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${JSON.stringify(entry.manager)}${how(entry)}${using(entry)}`,
      field,
    })),
  )
  const groups = [...Map.groupBy(causes, (cause) => cause.message)]
  const head = `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: `
  const [only] = causes
  const text =
    causes.length === 1 && only
      ? `${only.message}: ${only.field}`
      : groups
          .map(
            ([message, group]) =>
              `${message.replace(/^conflict with/, groups.length === 1 ? 'conflicts with' : 'conflicts with')}:\n${group.map((cause) => `- ${cause.field}`).join('\n')}`,
          )
          .join('\n')
  return new KubeError({
    code: 409,
    reason: 'Conflict',
    message: `${head}${text}`,
    details: { causes },
  })
}
/** What an applied configuration may not say: identity comes from the path, ownership from the server. */
function cleaned(attempt: Attempt): KubeObject {
  const config = draftOf(attempt.object)
  if (config.metadata.managedFields !== undefined && config.metadata.managedFields.length > 0)
    throw badRequest('metadata.managedFields must be nil')
  delete config.metadata.managedFields
  if (attempt.how.subresource === 'status')
    return {
      apiVersion: config.apiVersion,
      kind: config.kind,
      metadata: config.metadata,
      ...(config['status'] !== undefined && { status: config['status'] }),
    }
  if (attempt.resource.hasStatus) delete config['status']
  return config
}
const configSet = (attempt: Attempt, config: KubeObject): FieldSet => {
  const { metadata, ...rest } = config
  const scoped = attempt.how.subresource === 'status' ? rest : { ...rest, metadata }
  return strip(fieldsOf(typeOf(attempt.resource.schema), scoped))
}
interface Merged {
  object: KubeObject
  entries: Entry[]
}

/** Lays the configuration over the live object and settles who holds what. Throws 409 without force. */
function merge(attempt: Attempt & { before: KubeObject }, mine: FieldSet, force: boolean): Merged {
  const { before, resource } = attempt
  const type = typeOf(resource.schema)
  const config = cleaned(attempt)
  const isMine = isEntryOf(attempt, 'Apply')
  const managers = entriesOf(before)
  const last = managers.find(isMine)?.fields ?? emptySet()
  const others = managers.filter((entry) => !isMine(entry))
  const laid = mergeApplied(type, before, {
    ...config,
    metadata: {
      ...config.metadata,
      ...(before.metadata.uid && !config.metadata.uid && { uid: before.metadata.uid }),
    },
  })
  const owned = others.reduce<FieldSet>((all, entry) => union(all, entry.fields), mine)
  const pruned = removeUnowned(laid, { schema: type, last, owned })
  if (!isRecord(pruned)) throw badRequest('nothing is left of the object')
  const object = draftOf(pruned as KubeObject)
  const { added, modified, removed } = compare(type, before, object)
  const touched = strip(union(added, modified))
  const clashes = others
    .map((entry) => ({ entry, fields: intersect(entry.fields, touched) }))
    .filter(({ fields }) => !isEmpty(fields))
  if (clashes.length > 0 && !force) throw applyConflict(clashes)
  const settled = others.map((entry) => ({
    ...entry,
    fields: minusBranches(minus(entry.fields, touched), strip(removed)),
  }))
  const known = managers.find(isMine)
  const same =
    known !== undefined &&
    sameSet(known.fields, mine) &&
    isEmpty(touched) &&
    isEmpty(strip(removed))
  return { object, entries: [...settled, same ? known : newEntry(attempt, 'Apply', mine)] }
}

/** To apply is to say what one owns, so a field that is no field is refused, not dropped. Throws 500, as the real server does. */
export function refuseUndeclared({
  resource,
  object,
}: {
  resource: Resource
  object: KubeObject
}): void {
  const {
    apiVersion: _apiVersion,
    kind: _kind,
    metadata: _metadata,
    ...members
  } = structuredClone(object)
  const walk = { path: '', unknown: [] as string[], custom: resource.custom }
  if (resource.schema) prune(resource.schema, members, walk)
  const [first] = walk.unknown
  if (first === undefined) return
  const { group, version, kind } = resource
  const name = `${object.metadata.namespace ?? ''}/${object.metadata.name}`
  throw new KubeError({
    code: 500,
    reason: '',
    message: `failed to create typed patch object (${name}; ${group}/${version}, Kind=${kind}): .${first}: field not declared in schema`,
  })
}

/**
 * Server-side apply: takes the applied fields into the object, drops what this manager applied before and no longer does, and notes
 * who owns what. Throws 409 with one cause per field where others own them and force is not said.
 */
export function apply(attempt: Attempt, force: boolean): Stored | KubeObject {
  const { before } = attempt
  if (!before) {
    if (attempt.how.subresource)
      throw new KubeError({
        code: 404,
        reason: 'NotFound',
        message: `${attempt.resource.plural} "${attempt.object.metadata.name}" not found`,
      })
    const config = cleaned(attempt)
    const mine = configSet(attempt, config)
    const creating: Attempt = { ...attempt, object: config }
    return createObject(creating, () =>
      writeEntries(creating.object, [newEntry(attempt, 'Apply', mine)]),
    )
  }
  // What is applied as null is owned too, though it is not written.
  const mine = configSet(attempt, cleaned(attempt))
  shapeObject({ ...attempt, object: attempt.object })
  const { object, entries } = merge({ ...attempt, before }, mine, force)
  return updateObject({ ...attempt, object, before }, ({ object: written }) =>
    writeEntries(written, entries),
  )
}
