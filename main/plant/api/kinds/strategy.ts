import type { KubeObject } from '../../types'
import type { Attempt } from '../cluster'
import type { FieldFault } from '../errors'
import type { Resource } from '../resource'

/** What one built-in kind adds to the general path of a write. */
export interface Strategy {
  /** Fills what the server fills when nothing is said. Runs on every write. */
  defaults?(object: KubeObject): void
  /** Sets what only the server may set on creation, before validation. */
  prepareCreate?(attempt: Attempt): void
  prepareUpdate?(attempt: Attempt, before: KubeObject): void
  validate?(object: KubeObject): FieldFault[]
  validateUpdate?(object: KubeObject, before: KubeObject): FieldFault[]
  /** Throws 403 where an object may never be deleted. */
  refuseRemoval?(removal: { resource: Resource; object: KubeObject }): void
  /** Names that follow another rule than a DNS subdomain. */
  nameRule?: 'label' | 'label1035' | 'subdomain' | 'path'
  /** Seconds of grace a deletion gets when nothing is asked; undefined: none at all. */
  graceSeconds?(object: KubeObject, asked: number | undefined): number | undefined
}
