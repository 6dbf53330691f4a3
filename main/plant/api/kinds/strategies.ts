import type { Resource } from '../resource'
import type { Strategy } from './strategy'

const STRATEGIES: Record<string, Strategy> = {}
const NONE: Strategy = {}

/** The own rules of a kind. */
export const strategyOf = (resource: Resource): Strategy => (resource.custom ? NONE : STRATEGIES[`${resource.group}/${resource.kind}`] ?? NONE)
