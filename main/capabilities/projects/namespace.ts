import { z } from 'zod'
import { Subject } from '../../../preload/contract/common'
import type { Plan } from '../../../preload/contract/operations'
import type { NameStanding } from '../../../preload/contract/projects'
import type { Manifest } from '../../kernel/manifest'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { madeByRun } from '../../kernel/ownership'
import { failure } from '../../../preload/contract/failures'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { StepContext } from '../operations'
import {
  adoptNamespace,
  createNamespace,
  heldBy,
  namespaceStanding,
  readNamespace,
  refusalOf,
  surveyNamespace,
  type NamespaceContents,
  type NamespaceOrigin,
  type NamespaceStanding,
} from '../ownership'
import { KUBE, resourceOf } from '../plans'
import { adoptedLabels, namespaceManifest } from './domain/manifests'
import type { CreateInput } from './operation'
import type { ProjectPorts } from './ports'

/** Where the namespace of a project that does not exist yet stands, and what a plan says about it. */
export interface NamespacePlace {
  standing: NamespaceStanding
  /** The empty namespace that is adopted, where that was chosen. */
  adopt: { uid: string } | undefined
  blockedBy: Plan['blockedBy']
  choices: string[]
}
interface Wanted {
  name: string
  adopt: boolean
  /** What to do where the name is not to be had. */
  remedy: string
  signal: AbortSignal | undefined
}
export async function namespacePlace(
  home: KubeClient,
  { name, adopt, remedy, signal }: Wanted,
): Promise<Outcome<NamespacePlace>> {
  const standing = await namespaceStanding(home, { name, project: name, recorded: 'none' }, signal)
  if (!standing.ok) return standing
  const refusal = refusalOf(standing.value, {
    name,
    site: home.site,
    project: name,
    adopt,
    remedy,
  })
  const adopted = adopt && standing.value.is === 'empty' ? { uid: standing.value.uid } : undefined
  return succeed({
    standing: standing.value,
    adopt: adopted,
    blockedBy: refusal ? [refusal] : [],
    choices: adopted
      ? [
          `Namespace ${name} stood there empty and is adopted: what Takt makes in it goes with the project, the namespace stays.`,
        ]
      : [],
  })
}
/** The same for a field in which a name is typed. */
export async function nameStanding(
  sites: Pick<ProjectPorts['sites'], 'home'>,
  name: string,
  signal?: AbortSignal,
): Promise<Outcome<NameStanding>> {
  const home = sites.home()
  if (!home.ok) return home
  const place = await namespacePlace(home.value, {
    name,
    adopt: false,
    remedy: 'Choose another name.',
    signal,
  })
  if (!place.ok) return place
  const { standing, blockedBy } = place.value
  return succeed({ standing: WORD[standing.is], ...blockedBy[0] })
}
const WORD: Record<NamespaceStanding['is'], NameStanding['standing']> = {
  free: 'free',
  ours: 'free',
  empty: 'empty',
  unknown: 'unknown',
  reserved: 'refused',
  begun: 'refused',
  taken: 'refused',
}

const Binding = z.looseObject({
  subjects: z
    .array(z.looseObject({ kind: z.string(), name: z.string() }))
    .nullish()
    .transform((subjects) => subjects ?? []),
})
const LEADS = {
  resource: { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterrolebindings' },
  name: 'takt-leads',
}
/** Whoever makes the project and the leads of the cluster, as far as they can be read: they may see what its namespace holds. */
export async function leadsFor(
  home: KubeClient,
  by: string,
  signal?: AbortSignal,
): Promise<Subject[]> {
  const found = await home.get(LEADS.resource, { name: LEADS.name }, Binding, signal)
  const named = found.ok ? (found.value?.subjects ?? []) : []
  const subjects = [{ kind: 'User', name: by }, ...named].flatMap(({ kind, name }) => {
    const subject = Subject.safeParse({ kind, name })
    return subject.success ? [subject.data] : []
  })
  return [...new Map(subjects.map((one) => [`${one.kind}/${one.name}`, one])).values()]
}

type Making = Pick<CreateInput, 'name' | 'spec' | 'run' | 'adopt'>
/** Makes the namespace of a project, or adopts the very one that was chosen; never takes over another. */
export async function makeNamespace(
  client: KubeClient,
  { name, spec, run, adopt }: Making,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  if (adopt)
    return adoptNamespace(client, { name, uid: adopt.uid, labels: adoptedLabels(name) }, signal)
  const object = namespaceManifest(name, spec, { adopted: false })
  const made = await createNamespace(client, { object, run, project: name }, signal)
  return made.ok ? succeed(undefined) : made
}
/** The namespace that this very run made or adopted, for the project's record. */
export async function madeNamespace(
  client: KubeClient,
  { name, run, adopt }: Making,
  signal: AbortSignal,
): Promise<Outcome<{ namespaceUid: string; namespaceOrigin: NamespaceOrigin }>> {
  const found = await readNamespace(client, name, signal)
  if (!found.ok) return found
  const uid = found.value?.metadata.uid
  const own = adopt ? uid === adopt.uid : found.value && madeByRun(run)(found.value)
  return uid !== undefined && own
    ? succeed({ namespaceUid: uid, namespaceOrigin: adopt ? 'adopted' : 'made' })
    : fail(failure('NOT_OURS', { site: client.site, kind: 'Namespace', name }))
}

/** Takes back a namespace that this run made, unless somebody put something in it since; of an adopted one, the mark alone. */
export async function unmakeNamespace(
  client: KubeClient,
  { name, run, adopt }: Making,
  { note, signal }: Pick<StepContext<unknown>, 'note' | 'signal'>,
): Promise<Outcome<void>> {
  const found = await readNamespace(client, name, signal)
  if (!found.ok || !found.value) return found.ok ? succeed(undefined) : found
  const { uid } = found.value.metadata
  if (adopt) return adopt.uid === uid ? unadopt(client, { name, uid }, signal) : succeed(undefined)
  if (!madeByRun(run)(found.value)) return succeed(undefined)
  const contents = await surveyNamespace(client, { namespace: name, project: name }, signal)
  if (!contents.ok) return contents
  const stays = whyItStays(contents.value)
  if (stays !== undefined) {
    note(`Namespace ${name} stays: ${stays}.`)
    return succeed(undefined)
  }
  const gone = await client.remove(
    KUBE.namespaces,
    { name, uid },
    { propagation: 'Background', signal },
  )
  return gone.ok || gone.failure.code === 'NOT_FOUND' ? succeed(undefined) : gone
}
function whyItStays(contents: NamespaceContents): string | undefined {
  if (contents.unread.length > 0) return 'not everything in it may be listed'
  return heldBy(contents, 'others').length > 0 ? 'it holds what others made' : undefined
}
async function unadopt(
  client: KubeClient,
  { name, uid }: { name: string; uid: string },
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const labels = Object.fromEntries(Object.keys(adoptedLabels(name)).map((key) => [key, null]))
  const done = await client.mergePatch(
    KUBE.namespaces,
    { name },
    { body: { metadata: { uid, labels } }, signal },
  )
  return done.ok ? succeed(undefined) : done
}
export const exceptNamespace = (objects: Manifest[]): Manifest[] =>
  objects.filter((object) => resourceOf(object) !== KUBE.namespaces)
