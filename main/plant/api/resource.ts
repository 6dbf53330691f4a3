import type { KubeObject } from '../types'
import type { Schema } from './schema/schema'

/** One column of a server-side table. */
export interface Column {
  name: string
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  format?: string
  description?: string
  priority?: number
  cell(object: KubeObject, now: number): unknown
}
export interface ScalePaths {
  spec: string
  status: string
  selector?: string
}

/** One kind the server answers for, built in or from a CustomResourceDefinition. */
export interface Resource {
  group: string
  version: string
  kind: string
  plural: string
  singular: string
  shortNames?: string[]
  categories?: string[]
  namespaced: boolean
  /** Custom resources keep apiVersion and kind in list items and are merged without strategic keys. */
  custom: boolean
  hasStatus: boolean
  scale?: ScalePaths
  /** Subresources beyond status and scale, for discovery. */
  subresources?: { name: string; kind: string; group?: string; version?: string; verbs: string[] }[]
  schema: Schema | undefined
  columns: Column[]
  /** Spec changes raise metadata.generation. */
  countsGenerations: boolean
  /** A PUT without resourceVersion is accepted. */
  unconditionalUpdate: boolean
  /** Fields a custom kind offers to field selectors. */
  selectableFields?: string[]
  /** Another face of a kind that is stored elsewhere. */
  view?: {
    group: string
    version: string
    plural: string
    read(object: KubeObject): KubeObject
    write(object: KubeObject): KubeObject
  }
  /** Kinds such as reviews are answered and never stored. */
  virtual?: boolean
}

export const apiVersionOf = (resource: { group: string; version: string }): string =>
  resource.group ? `${resource.group}/${resource.version}` : resource.version
export const keyOf = (resource: Pick<Resource, 'group' | 'plural' | 'view'>): string =>
  resource.view
    ? `${resource.view.group}/${resource.view.plural}`
    : `${resource.group}/${resource.plural}`
export const splitApiVersion = (apiVersion: string): { group: string; version: string } => {
  const slash = apiVersion.indexOf('/')
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}
