import { GROUP } from '../../../../preload/contract/records'
import { LABEL } from '../../../kernel/manifest'
import { carriesMark, type Marked } from '../../../kernel/ownership'

/** One object of a namespace, as far as ownership is concerned. */
export interface HeldObject extends Marked {
  apiVersion: string
  plural: string
  kind: string
  metadata: Marked['metadata'] & { name: string; uid: string }
}
/** Whose an object is: made by Takt or by what Takt made; made by the cluster for every namespace; or somebody else's. */
export type Belonging = 'takt' | 'automatic' | 'others'
export interface UnreadKind {
  kind: string
  says: string
}
export interface HeldKind {
  kind: string
  belongs: Belonging
  count: number
  names: string[]
}
/** Everything a namespace holds, sorted by whose it is. `unread` are the kinds about which nothing can be said. */
export interface NamespaceContents {
  objects: { object: HeldObject; belongs: Belonging }[]
  kinds: HeldKind[]
  unread: UnreadKind[]
}

const MOST_NAMES = 5
const SERVICE_ACCOUNT_OF_TOKEN = 'kubernetes.io/service-account.name'
// What every cluster puts into every namespace by itself.
const isAutomatic = ({ apiVersion, kind, metadata: { name } }: HeldObject) =>
  kind === 'Event' ||
  (apiVersion === 'v1' && kind === 'ConfigMap' && name === 'kube-root-ca.crt') ||
  (apiVersion === 'v1' && kind === 'ServiceAccount' && name === 'default')
const isRecord = ({ apiVersion }: HeldObject) => apiVersion.startsWith(`${GROUP}/`)
const isMarked = (object: HeldObject, project: string) =>
  carriesMark(object) && [undefined, project].includes(object.metadata.labels?.[LABEL.project])

/** Follows owners to whoever made an object in the first place. */
class Belongings {
  readonly #byUid: Map<string, HeldObject>
  readonly #byName: Map<string, HeldObject>
  readonly #known = new Map<string, Belonging>()
  constructor(
    objects: HeldObject[],
    private readonly project: string,
  ) {
    this.#byUid = new Map(objects.map((object) => [object.metadata.uid, object]))
    this.#byName = new Map(
      objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]),
    )
  }
  of(object: HeldObject): Belonging {
    const { uid } = object.metadata
    const known = this.#known.get(uid)
    if (known) return known
    // A ring of owners belongs to nobody that can be proved.
    this.#known.set(uid, 'others')
    const found = this.#decide(object)
    this.#known.set(uid, found)
    return found
  }
  #decide(object: HeldObject): Belonging {
    if (isAutomatic(object)) return 'automatic'
    if (isRecord(object) || isMarked(object, this.project)) return 'takt'
    const makers = this.#makersOf(object)
    if (makers.length === 0) return 'others'
    const belongings = makers.map((maker) => (maker ? this.of(maker) : 'others'))
    if (belongings.includes('others')) return 'others'
    return belongings.includes('takt') ? 'takt' : 'automatic'
  }
  // Endpoints and the tokens of service accounts name their maker without an owner reference.
  #makersOf({ kind, metadata }: HeldObject): (HeldObject | undefined)[] {
    const owners = metadata.ownerReferences ?? []
    if (owners.length > 0) return owners.map(({ uid }) => this.#byUid.get(uid))
    if (kind === 'Endpoints') return [this.#byName.get(`Service/${metadata.name}`)]
    const account = metadata.annotations?.[SERVICE_ACCOUNT_OF_TOKEN]
    return kind === 'Secret' && account !== undefined
      ? [this.#byName.get(`ServiceAccount/${account}`)]
      : []
  }
}

/** Sorts what a namespace holds by whose it is, from what stands on the objects. */
export function sortContents(
  held: HeldObject[],
  { project, unread }: { project: string; unread: UnreadKind[] },
): NamespaceContents {
  // One object may be served under several groups.
  const objects = [...new Map(held.map((object) => [object.metadata.uid, object])).values()]
  const belongings = new Belongings(objects, project)
  const sorted = objects.map((object) => ({ object, belongs: belongings.of(object) }))
  const kinds = new Map<string, HeldKind>()
  for (const { object, belongs } of sorted) {
    const key = `${belongs}/${object.kind}`
    const line = kinds.get(key) ?? { kind: object.kind, belongs, count: 0, names: [] }
    line.count += 1
    if (line.names.length < MOST_NAMES) line.names.push(object.metadata.name)
    kinds.set(key, line)
  }
  return {
    objects: sorted,
    kinds: [...kinds.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    unread,
  }
}

export const heldBy = ({ kinds }: NamespaceContents, belongs: Belonging): HeldKind[] =>
  kinds.filter((line) => line.belongs === belongs)
/** Whether it holds nothing but what the cluster puts into every namespace; what cannot be read is not nothing. */
export const isEmpty = ({ kinds, unread }: NamespaceContents): boolean =>
  unread.length === 0 && kinds.every(({ belongs }) => belongs === 'automatic')
/** Takt's objects that nothing else of Takt's owns: removing these removes the rest. */
export function rootsOf({ objects }: NamespaceContents): HeldObject[] {
  const own = objects.filter(({ belongs }) => belongs === 'takt').map(({ object }) => object)
  const uids = new Set(own.map(({ metadata }) => metadata.uid))
  return own.filter(
    ({ metadata }) => !(metadata.ownerReferences ?? []).some(({ uid }) => uids.has(uid)),
  )
}

/** "3 Deployments: prometheus, alertmanager, grafana". */
export function tell({ kind, count, names }: HeldKind): string {
  const more = count > names.length ? ` and ${String(count - names.length)} more` : ''
  return `${String(count)} ${kind}: ${names.join(', ')}${more}`
}
