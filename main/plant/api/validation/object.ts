import type { Attempt } from '../cluster'
import { invalidObject, type FieldFault } from '../errors'
import { strategyOf } from '../kinds/strategies'
import { customFaults } from '../schema/validate'
import { metadataFaults, metadataUpdateFaults } from './meta'

/** Throws the 422 that joins every fault of an object. */
export function validateObject({ resource, object, before, how }: Attempt): void {
  const strategy = strategyOf(resource)
  const faults: FieldFault[] = [...metadataFaults(resource, object, strategy)]
  if (before) faults.push(...metadataUpdateFaults(resource, object, before))
  faults.push(...(strategy.validate?.(object) ?? []))
  if (resource.custom && resource.schema)
    faults.push(...customFaults(resource.schema, object, before))
  if (before && how.subresource !== 'binding')
    faults.push(...(strategy.validateUpdate?.(object, before) ?? []))
  if (faults.length > 0) throw invalidObject(resource, object.metadata.name, faults)
}
