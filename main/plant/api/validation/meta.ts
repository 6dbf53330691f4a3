import type { KubeObject, ObjectMeta } from '../../types'
import { sameJson } from '../cluster'
import { forbiddenField, invalid, required, type FieldFault } from '../errors'
import type { Resource } from '../resource'
import type { Strategy } from '../kinds/strategy'
import {
  label1035Faults,
  labelFaults,
  labelValueFaults,
  pathFaults,
  qualifiedFaults,
  subdomainFaults,
} from './names'

const RULES: Record<NonNullable<Strategy['nameRule']>, (name: string) => string[]> = {
  label: labelFaults,
  label1035: label1035Faults,
  subdomain: subdomainFaults,
  path: pathFaults,
}
const STANDARD_FINALIZERS = new Set(['foregroundDeletion', 'orphan', 'kubernetes'])
const MOST_ANNOTATION_BYTES = 256 * 1024

function* nameFaults(
  metadata: ObjectMeta,
  rule: NonNullable<Strategy['nameRule']>,
): Generator<FieldFault> {
  for (const why of RULES[rule](metadata.name)) yield invalid('metadata.name', metadata.name, why)
}
/** The faults of a set of labels at a path. */
export function* labelsFaults(
  labels: Record<string, unknown> | undefined,
  field: string,
): Generator<FieldFault> {
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const why of qualifiedFaults(key)) yield invalid(field, key, why)
    for (const why of labelValueFaults(String(value))) yield invalid(field, value, why)
  }
}
function* annotationFaults(annotations: Record<string, string> | undefined): Generator<FieldFault> {
  let size = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const why of qualifiedFaults(key.toLowerCase()))
      yield invalid('metadata.annotations', key, why)
    size += key.length + String(value).length
  }
  if (size > MOST_ANNOTATION_BYTES)
    yield {
      reason: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${MOST_ANNOTATION_BYTES} bytes`,
    }
}
function* finalizerFaults(
  resource: Resource,
  finalizers: string[] | undefined,
): Generator<FieldFault> {
  // Custom kinds and their definitions come from a server of their own, which knows no standard names.
  const lenient = resource.custom || resource.group === 'apiextensions.k8s.io'
  for (const [index, finalizer] of (finalizers ?? []).entries()) {
    if (STANDARD_FINALIZERS.has(finalizer)) continue
    const faults = qualifiedFaults(finalizer)
    for (const why of faults) yield invalid('metadata.finalizers', finalizer, why)
    if (!lenient && faults.length === 0 && !finalizer.includes('/'))
      yield invalid(
        `metadata.finalizers[${index}]`,
        finalizer,
        'name is neither a standard finalizer name nor is it fully qualified',
      )
  }
}
function* ownerFaults(metadata: ObjectMeta): Generator<FieldFault> {
  const owners = metadata.ownerReferences ?? []
  for (const [index, owner] of owners.entries()) {
    const at = `metadata.ownerReferences[${index}]`
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const)
      if (!owner[field])
        yield invalid(
          `metadata.ownerReferences.${field}`,
          '',
          field === 'apiVersion' ? 'version must not be empty' : 'must not be empty',
        )
    if (
      owner.controller === true &&
      owners.slice(0, index).some((other) => other.controller === true)
    ) {
      const first = owners.find((other) => other.controller === true)
      yield invalid(
        'metadata.ownerReferences',
        `${at}`,
        `Only one reference can have Controller set to true. Found "true" in references for ${first?.kind ?? ''}/${first?.name ?? ''} and ${owner.kind}/${owner.name}`,
      )
    }
  }
}
/** The faults of what every object carries. */
export function* metadataFaults(
  resource: Resource,
  object: KubeObject,
  strategy: Strategy,
): Generator<FieldFault> {
  const { metadata } = object
  yield* nameFaults(metadata, strategy.nameRule ?? 'subdomain')
  if (resource.namespaced && !metadata.namespace) yield required('metadata.namespace')
  yield* labelsFaults(metadata.labels, 'metadata.labels')
  yield* annotationFaults(metadata.annotations)
  yield* ownerFaults(metadata)
  yield* finalizerFaults(resource, metadata.finalizers)
}
/** The faults of changing what may not change. */
export function* metadataUpdateFaults(
  resource: Resource,
  object: KubeObject,
  before: KubeObject,
): Generator<FieldFault> {
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp'] as const) {
    if (!sameJson(object.metadata[field], before.metadata[field]))
      yield invalid(`metadata.${field}`, object.metadata[field] ?? '', 'field is immutable')
  }
  if (!before.metadata.deletionTimestamp) return
  const added = (object.metadata.finalizers ?? []).filter(
    (finalizer) => !before.metadata.finalizers?.includes(finalizer),
  )
  if (added.length === 0) return
  const fault = forbiddenField(
    'metadata.finalizers',
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
  )
  yield fault
  // Built-in kinds check their metadata twice, and say so twice.
  if (!resource.custom) yield fault
}
