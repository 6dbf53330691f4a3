import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import type { HeldObjects, Plan } from '../../../preload/contract/operations'
import { ANNOTATION, LABEL } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { madeForProject } from '../../kernel/ownership'
import type { KubeClient } from '../../platform/kubernetes/types'
import {
  heldBy,
  readNamespace,
  surveyNamespace,
  tell,
  type NamespaceContents,
  type NamespaceObject,
} from '../ownership'
import { KUBE } from '../plans'
import type { GoingNamespace } from './deletion'
import type { ProjectPorts } from './ports'

type Blocked = Plan['blockedBy']
/** What the deletion of a project finds in one place: what would go, what stays, and what stands in the way. */
export interface Place {
  going: GoingNamespace[]
  holds: HeldObjects[]
  blockedBy: Blocked
  risks: string[]
  lost: string[]
  kept: string[]
}
export const aPlace = (told: Partial<Place> = {}): Place => ({
  going: [],
  holds: [],
  blockedBy: [],
  risks: [],
  lost: [],
  kept: [],
  ...told,
})
export const joined = (places: Place[]): Place =>
  places.reduce(
    (sum, place) => ({
      going: [...sum.going, ...place.going],
      holds: [...sum.holds, ...place.holds],
      blockedBy: [...sum.blockedBy, ...place.blockedBy],
      risks: [...sum.risks, ...place.risks],
      lost: [...sum.lost, ...place.lost],
      kept: [...sum.kept, ...place.kept],
    }),
    aPlace(),
  )
export const holdsOf = (
  { kinds }: NamespaceContents,
  at: { site: string; namespace: string },
): HeldObjects[] => kinds.map((line) => ({ ...at, ...line }))

/** Environments whose copy works on another site: they would be forgotten there. */
export const awayBlocks = ({ objects }: NamespaceContents): Blocked =>
  objects
    .filter(({ object }) => object.metadata.annotations?.[ANNOTATION.notebookAway] !== undefined)
    .map(({ object }) => ({
      says: `${object.metadata.name} is away: its copy works on another site.`,
      remedy: 'Return it first, then delete the project.',
    }))

const Named = z.object({ metadata: z.object({ name: z.string() }) })
/** Names under which something of the project may stand on a site: its own, and those that carry its mark. */
async function namesOn(
  client: KubeClient,
  project: string,
  signal?: AbortSignal,
): Promise<Outcome<string[]>> {
  const marked = await client.list(
    KUBE.namespaces,
    { labelSelector: `${LABEL.project}=${project}` },
    Named,
    signal,
  )
  if (!marked.ok && marked.failure.code !== 'FORBIDDEN') return marked
  const names = marked.ok ? marked.value.map(({ metadata }) => metadata.name) : []
  return succeed([...new Set([project, ...names])])
}
// What laying out a site puts into a namespace: it holds no work.
const GROUND = ['LocalQueue', 'ResourceQuota', 'LimitRange', 'RoleBinding', 'NetworkPolicy']

/** What stands of a project in one namespace of another site: work there blocks; an empty place that Takt made goes too. */
async function away(
  client: KubeClient,
  {
    found,
    project,
    signal,
  }: { found: NamespaceObject; project: string; signal?: AbortSignal | undefined },
): Promise<Outcome<Place>> {
  const { name, uid } = found.metadata
  const contents = await surveyNamespace(client, { namespace: name, project }, signal)
  if (!contents.ok) return contents
  const where = `namespace ${name} on ${client.site}`
  const own = heldBy(contents.value, 'takt')
  const work = own.filter(({ kind }) => !GROUND.includes(kind))
  if (work.length > 0)
    return succeed(
      aPlace({
        holds: holdsOf(contents.value, { site: client.site, namespace: name }),
        blockedBy: [
          {
            says: `In ${where} stands what Takt put there for ${project}: ${work.map(tell).join('; ')}.`,
            remedy: 'Return it, or let it go there first; then delete the project.',
          },
        ],
      }),
    )
  const others = heldBy(contents.value, 'others')
  const removable =
    madeForProject(project)(found) && others.length === 0 && contents.value.unread.length === 0
  if (removable)
    return succeed(
      aPlace({
        going: [{ site: client.site, name, uid, takes: 'everything-but-others' }],
        holds: holdsOf(contents.value, { site: client.site, namespace: name }),
        lost: [where],
      }),
    )
  return succeed(
    own.length === 0
      ? aPlace()
      : aPlace({
          going: [{ site: client.site, name, uid, takes: 'own-objects' }],
          lost: own.map((line) => `${tell(line)} in ${where}`),
          kept: [where],
        }),
  )
}

async function onSite(
  client: KubeClient,
  { project, signal }: { project: string; signal: AbortSignal | undefined },
): Promise<Outcome<Place>> {
  const names = await namesOn(client, project, signal)
  if (!names.ok) return names
  const places: Place[] = []
  for (const name of names.value) {
    const found = await readNamespace(client, name, signal)
    if (!found.ok) return found
    if (!found.value) continue
    const place = await away(client, { found: found.value, project, signal })
    if (!place.ok) return place
    places.push(place.value)
  }
  return succeed(joined(places))
}

/** Every other site where the project's mark may be is asked; one that cannot answer blocks where the project may use it. */
export async function placesAway(
  ports: Pick<ProjectPorts, 'sites'>,
  at: { home: string; project: string; mayUse: string[] },
  signal?: AbortSignal,
): Promise<Place> {
  const { home, project, mayUse } = at
  const known = ports.sites.states().filter(({ id }) => id !== home)
  const places: Place[] = []
  const notAsked: string[] = []
  for (const { id, state } of known) {
    const silent = (says: string) => {
      if (!mayUse.includes(id)) return void notAsked.push(id)
      const blocked = {
        says: `Whether something of ${project} stands on ${id} cannot be seen: ${says}`,
        remedy: `Connect ${id}, or take it from the project's sites if nothing of it is there.`,
      }
      places.push(aPlace({ blockedBy: [blocked] }))
    }
    const client = ports.sites.client(id)
    if (!client.ok || state === 'idle') {
      silent('it is not connected.')
      continue
    }
    const found = await onSite(client.value, { project, signal })
    if (found.ok) places.push(found.value)
    else silent(explain(found.failure).says)
  }
  return joined([...places, aPlace({ risks: risksOf(notAsked, project) })])
}
/** Sites that are named one by one; a kubeconfig may hold very many more. */
const MOST_NAMED = 5
const risksOf = (notAsked: readonly string[], project: string): string[] => {
  const more = notAsked.length - MOST_NAMED
  return [
    ...notAsked.slice(0, MOST_NAMED).map((id) => `${id} was`),
    ...(more > 0 ? [`${String(more)} more of the sites that are known here were`] : []),
  ].map((who) => `${who} not asked whether something of ${project} is there.`)
}
