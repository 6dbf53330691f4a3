import { badRequest } from '../errors'
import type { Attempt } from '../cluster'
import { builtinTypeFault } from './builtin-types'
import { dropNulls, fillDefaults, prune, type Walk } from './walk'

const cannotHandle = ({ resource }: Attempt, why: string) =>
  badRequest(
    `${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: ${why}`,
  )

function tellUnknown(attempt: Attempt, unknown: string[]): void {
  const { how } = attempt
  if (unknown.length === 0) return
  const told = unknown.map((path) => `unknown field "${path}"`)
  if (how.fieldValidation === 'Strict')
    throw cannotHandle(attempt, `strict decoding error: ${told.join(', ')}`)
  if (how.fieldValidation === 'Warn') for (const one of told) how.warn?.(one)
}
function shapeMembers({ resource, object }: Attempt, walk: Walk): void {
  const properties = resource.schema?.properties ?? {}
  const open = resource.schema?.['x-kubernetes-preserve-unknown-fields'] === true
  for (const key of Object.keys(object)) {
    if (key === 'apiVersion' || key === 'kind' || (key === 'metadata' && resource.custom)) continue
    const property = properties[key]
    if (property) prune(property, object[key], { ...walk, path: key })
    else if (!open) {
      walk.unknown.push(key)
      delete object[key]
    }
  }
}

/**
 * Gives a new or changed object the shape of its kind: unknown fields go (and are told), declared defaults are filled in.
 * Throws 400 where a built-in kind cannot be decoded, or where strict validation was asked for and a field is unknown.
 */
export function shapeObject(attempt: Attempt): void {
  const { resource, object } = attempt
  if (!resource.schema) return
  if (!resource.custom) {
    dropNulls(object)
    const fault = builtinTypeFault(resource.schema, object)
    if (fault) throw cannotHandle(attempt, fault)
  }
  const unknown: string[] = []
  shapeMembers(attempt, { path: '', unknown, custom: resource.custom })
  tellUnknown(attempt, unknown)
  if (resource.custom) fillDefaults(resource.schema, object)
}
