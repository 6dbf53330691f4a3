import { apply as mergePatch } from 'json-merge-patch'
import { applyPatch, type Operation } from 'rfc6902'
import type { KubeObject } from '../../types'
import { isRecord } from '../cluster'
import { badRequest, KubeError } from '../errors'
import type { Resource } from '../resource'
import { strategicMerge } from './strategic'

export interface PatchWish {
  resource: Resource
  before: KubeObject
  patch: unknown
  type: string
}

const refused = (): KubeError =>
  new KubeError({
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
    details: {},
  })
const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test'])
const isOperation = (value: unknown): value is Operation =>
  isRecord(value) && OPERATIONS.has(String(value['op'])) && typeof value['path'] === 'string'

function jsonPatched(before: KubeObject, patch: unknown): unknown {
  if (!Array.isArray(patch) || !patch.every(isOperation))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    )
  if (applyPatch(before, patch).some((result) => result !== null)) throw refused()
  return before
}
/** The object after a patch. Throws 400 for one that cannot be read and 422 for one that does not fit. */
export function patched({ resource, before, patch, type }: PatchWish): unknown {
  if (type === 'application/json-patch+json') return jsonPatched(before, patch)
  if (!isRecord(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}',
    )
  return type === 'application/merge-patch+json'
    ? mergePatch(before, patch)
    : strategicMerge(before, patch, resource.schema)
}
