import type { RevisionSpec } from '../../../../preload/contract/records/work'

type Part = 'code' | 'data' | 'parameters' | 'images' | 'packages' | 'metrics' | 'machine'
export interface Binding {
  part: Part
  has: boolean
  says: string
  weight: number
}
export type Bound = Pick<
  RevisionSpec,
  'code' | 'data' | 'parameters' | 'images' | 'packages' | 'metrics' | 'size'
> & { packagesUnknown?: string; codeUnknown?: string; movable?: string[] }

/**
 * What each part weighs in the score: code and data decide most about a result, then the software, then what was set and measured.
 * They sum to 1.
 */
export const WEIGHTS: Record<Part, number> = {
  code: 0.3,
  data: 0.2,
  images: 0.15,
  packages: 0.15,
  parameters: 0.1,
  machine: 0.05,
  metrics: 0.05,
}

function code({ code: bound, codeUnknown }: Bound): [boolean, string] {
  if (bound.kind === 'none')
    return [false, codeUnknown ?? 'no repository is attached and the workspace cannot be kept']
  if (bound.kind === 'workspace') return [true, 'a snapshot of the workspace']
  const commit = `commit ${(bound.commit ?? '').slice(0, 12)}${bound.repository ? ` of ${bound.repository}` : ''}`
  if (bound.dirty !== true) return [true, commit]
  return bound.snapshot === undefined
    ? [false, `${commit} has changes that are not committed`]
    : [true, `${commit}, and a snapshot of the workspace with its uncommitted changes`]
}
function data({ data: bound, movable = [] }: Bound): [boolean, string] {
  if (bound.length === 0) return [true, 'no data is used']
  if (movable.length > 0)
    return [false, `${movable.join(', ')} can still change: only its address is kept`]
  return [true, bound.map(({ snapshot }) => snapshot).join(', ')]
}
const counted = (count: number, one: string) => `${String(count)} ${one}${count === 1 ? '' : 's'}`

/** What each part of a revision binds, with its weight. */
export function bindingsOf(bound: Bound): Binding[] {
  const [parameters, metrics] = [
    Object.keys(bound.parameters).length,
    Object.keys(bound.metrics).length,
  ]
  const pinned =
    bound.images.length > 0 &&
    bound.images.every(({ image }) => /@sha256:[0-9a-f]{64}$/.test(image))
  const parts: Record<Part, [boolean, string]> = {
    code: code(bound),
    data: data(bound),
    images: [
      pinned,
      pinned
        ? counted(bound.images.length, 'image') + ' by digest'
        : 'the digest of its image is not known',
    ],
    packages: [
      bound.packages.length > 0,
      bound.packages.length > 0
        ? counted(bound.packages.length, 'package')
        : (bound.packagesUnknown ?? 'no package list'),
    ],
    parameters: [
      parameters > 0,
      parameters > 0 ? counted(parameters, 'parameter') : 'no parameters were given',
    ],
    machine: [true, bound.size.name],
    metrics: [metrics > 0, metrics > 0 ? counted(metrics, 'metric') : 'no metrics were given'],
  }
  return (Object.entries(parts) as [Part, [boolean, string]][]).map(([part, [has, says]]) => ({
    part,
    has,
    says,
    weight: WEIGHTS[part],
  }))
}

/** The share of what matters for doing it again that is bound, 0 to 1, and what is missing in words. */
export function scoreOf(bindings: Binding[]): { score: number; missing: string[] } {
  const score = bindings.reduce((sum, { has, weight }) => sum + (has ? weight : 0), 0)
  return {
    score: Math.round(score * 100) / 100,
    missing: bindings.filter(({ has }) => !has).map(({ part, says }) => `${part}: ${says}`),
  }
}
