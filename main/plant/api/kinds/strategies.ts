import { definitionStrategy } from '../crd/strategy'
import type { Resource } from '../resource'
import type { Strategy } from './strategy'

const STRATEGIES: Record<string, Strategy> = {
  'apiextensions.k8s.io/CustomResourceDefinition': definitionStrategy,
}
const NONE: Strategy = {}

/** The own rules of a kind. */
export const strategyOf = (resource: Resource): Strategy => (resource.custom ? NONE : STRATEGIES[`${resource.group}/${resource.kind}`] ?? NONE)
