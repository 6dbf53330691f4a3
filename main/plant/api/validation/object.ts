import type { Attempt } from '../cluster'
import { invalidObject, type FieldFault } from '../errors'
import { customFaults } from '../schema/validate'
import { strategyOf } from '../kinds/strategies'

/** Throws the 422 that joins every fault of an object. */
export function validateObject({ resource, object, before }: Attempt): void {
  const strategy = strategyOf(resource)
  const faults: FieldFault[] = [...strategy.validate?.(object) ?? []]
  if (resource.custom && resource.schema) faults.push(...customFaults(resource.schema, object))
  if (before) faults.push(...strategy.validateUpdate?.(object, before) ?? [])
  if (faults.length > 0) throw invalidObject(resource, object.metadata.name, faults)
}
