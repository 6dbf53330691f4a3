import type { KubeObject } from '../../types'
import type { Resource } from '../resource'

/** Prunes and defaults a custom object by its structural schema. */
export function shapeCustom(_resource: Resource, _object: KubeObject): void {}
