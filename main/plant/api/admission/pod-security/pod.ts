import { isRecord, listAt, recordAt } from '../../cluster'

export type Fields = Record<string, unknown>
/** A pod, or the template of one, as the checks look at it. */
export interface PodFacts {
  annotations: Fields
  spec: Fields
  /** Init containers, containers, ephemeral containers: the order in which messages name them. */
  containers: Fields[]
}
/** Why a pod violates one check; undefined where it does not. */
export interface Violation {
  reason: string
  detail: string
}
export type Check = (pod: PodFacts) => Violation | undefined

export const podFacts = (template: unknown): PodFacts => ({
  annotations: recordAt(template, 'metadata', 'annotations') ?? {},
  spec: recordAt(template, 'spec') ?? {},
  containers: ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    listAt(template, 'spec', list).filter(isRecord),
  ),
})
export const security = (of: Fields): Fields | undefined => recordAt(of, 'securityContext')
export const nameOf = ({ name }: Fields): string => (typeof name === 'string' ? name : '')
/** Sorted and without doubles, as a Go set is listed. */
export const setOf = (values: readonly string[]): string[] => [...new Set(values)].sort()
export const quoted = (names: readonly string[]): string =>
  names.map((name) => `"${name}"`).join(', ')
export const plural = (one: string, many: string, count: number): string =>
  count === 1 ? one : many
export const containersNamed = (containers: readonly Fields[]): string =>
  `${plural('container', 'containers', containers.length)} ${quoted(containers.map(nameOf))}`

interface Setters {
  pod: boolean
  containers: readonly Fields[]
}
/** "pod and container "c"": who sets what may not be set; undefined where nobody does. */
export function setters({ pod, containers }: Setters): string | undefined {
  const who = [
    ...(pod ? ['pod'] : []),
    ...(containers.length > 0 ? [containersNamed(containers)] : []),
  ]
  return who.length > 0 ? who.join(' and ') : undefined
}
/** The pod and the containers whose security context sets something badly. */
export function bad({ spec, containers }: PodFacts, isBad: (context: Fields) => boolean): Setters {
  const of = (one: Fields) => {
    const context = security(one)
    return context !== undefined && isBad(context)
  }
  return { pod: of(spec), containers: containers.filter(of) }
}
/** Every text that is found at a path of the security contexts of a pod and its containers. */
export const textsAt = ({ spec, containers }: PodFacts, ...path: string[]): string[] =>
  [spec, ...containers].flatMap((one) => {
    const parent = recordAt(one, 'securityContext', ...path.slice(0, -1))
    const found = parent?.[path.at(-1) ?? '']
    return typeof found === 'string' ? [found] : []
  })
