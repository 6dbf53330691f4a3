import type { Draft } from '../../../preload/contract/projects'
import type { Plan } from '../../../preload/contract/operations'
import type { DataSource } from '../../../preload/contract/records'
import type { EnvironmentSpec } from '../../../preload/contract/records/environment'
import type { KubeClient } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import { addressOf, volumeSnapshotOf, type Take } from '../snapshots'
import { chooseMount } from './domain/choices'
import { cloneClaim } from './domain/manifests'
import type { Bring, ProvisionInput } from './input'
import type { EnvironmentPorts } from './ports'

type Volumes = ProvisionInput['data']
export interface DataDecision {
  mounted: EnvironmentSpec['data']
  takes: Take[]
  bring: Bring[]
  volumes: Volumes
  choices: string[]
  risks: string[]
  blockedBy: Plan['blockedBy']
}
interface Asked {
  draft: Draft
  namespace: string
  environment: string
  by: string
  signal: AbortSignal | undefined
  /** Names of snapshots an earlier making of the same plan chose, by source. */
  taken: Record<string, string>
  /** Snapshots to stand on instead of taking new ones: those of a revision. */
  given: { source: string; snapshot: string; pointer: string }[] | undefined
}
const GI = 2 ** 30
const none = (): DataDecision => ({
  mounted: [],
  takes: [],
  bring: [],
  volumes: [],
  choices: [],
  risks: [],
  blockedBy: [],
})

/** Whether this person may make a snapshot content by hand, which brings a snapshot into another namespace. */
async function mayBring({ sites }: EnvironmentPorts, client: KubeClient, signal?: AbortSignal) {
  const review = await sites.review(
    client.site,
    [
      {
        verb: 'create',
        group: KUBE.volumeSnapshotContents.group,
        resource: 'volumesnapshotcontents',
        says: 'clone volume snapshots of other namespaces',
      },
    ],
    signal,
  )
  return review.ok ? (review.value[0]?.allowed ?? 'unknown') : 'unknown'
}

/** Decides for each source of a draft: the snapshot it stands on, and how it reaches the environment. */
export async function decideData(
  ports: EnvironmentPorts,
  home: KubeClient,
  asked: Asked,
): Promise<DataDecision> {
  const all = none()
  if (asked.draft.data.length === 0) return all
  const may = await mayBring(ports, home, asked.signal)
  for (const wanted of asked.draft.data) {
    const source = ports.records.find('DataSource', wanted.source)
    if (!source) {
      all.blockedBy.push({
        says: `There is no data source called ${wanted.source}.`,
        remedy: 'Pick another one under Data.',
      })
      continue
    }
    if (!source.spec.mayGoTo.includes(home.site))
      all.blockedBy.push({
        says: `${source.meta.name} may not be used on ${home.site}.`,
        remedy: `Its owner ${source.spec.owner} can allow it.`,
      })
    const given = asked.given?.find((each) => each.source === wanted.source)
    if (given)
      await mountGiven(ports, home, { all, source, given, asked, may, mount: wanted.mount })
    else await mountNew(ports, home, { all, source, asked, may, mount: wanted.mount })
  }
  return all
}

interface Mounting {
  source: DataSource
  asked: Asked
  may: 'yes' | 'no' | 'unknown'
  mount: Draft['data'][number]['mount']
}
async function mountNew(
  ports: EnvironmentPorts,
  home: KubeClient,
  { all, source, asked, may, mount }: Mounting & { all: DataDecision },
) {
  const { take, choice } = await ports.snapshots.decide(home, {
    source,
    namespace: asked.namespace,
    name: asked.taken[source.meta.name],
    by: asked.by,
    signal: asked.signal,
  })
  all.takes.push(take)
  all.risks.push(...choice.warnings.map((warning) => `${source.meta.name}: ${warning}`))
  const [snapshot] = volumeSnapshotOf(take)
  place(all, {
    source,
    asked,
    may,
    mount,
    method: take.spec.method,
    snapshot: take.name,
    pointer: choice.pointer ?? addressOf(source.spec),
    from: snapshot && {
      namespace: snapshot.metadata.namespace ?? '',
      name: snapshot.metadata.name,
    },
    gi: Math.ceil((take.bytes ?? GI) / GI),
    storageClass: take.volume?.storageClass,
  })
  all.choices.push(`${source.meta.name}: ${choice.says}`)
}

async function mountGiven(
  ports: EnvironmentPorts,
  home: KubeClient,
  {
    all,
    source,
    given,
    asked,
    may,
    mount,
  }: Mounting & { all: DataDecision; given: NonNullable<Asked['given']>[number] },
) {
  // Nothing is taken anew: only the size and class that a clone needs are looked up.
  const { take } = await ports.snapshots.decide(home, {
    source,
    namespace: asked.namespace,
    name: given.snapshot,
    by: asked.by,
    signal: asked.signal,
  })
  const bytes =
    ports.records.find('DataSnapshot', given.snapshot, asked.namespace)?.status.bytes ??
    take.bytes ??
    GI
  const [, namespace, name] = /^VolumeSnapshot\/([^/]+)\/(.+)$/.exec(given.pointer) ?? []
  const from = namespace && name ? { namespace, name } : undefined
  place(all, {
    source,
    asked,
    may,
    mount,
    method: from ? 'volume-snapshot' : 'as-is',
    snapshot: given.snapshot,
    pointer: given.pointer,
    from,
    gi: Math.ceil(bytes / GI),
    storageClass: take.volume?.storageClass,
  })
}

interface Placing extends Mounting {
  method: string
  snapshot: string
  pointer: string
  from: Bring['from'] | undefined
  gi: number
  storageClass: string | undefined
}
function place(
  all: DataDecision,
  { source, asked, may, mount, method, snapshot, pointer, from, gi, storageClass }: Placing,
) {
  const { location } = source.spec
  const chosen = chooseMount({
    source: source.meta.name,
    spec: source.spec,
    namespace: asked.namespace,
    method,
    wanted: mount,
    mayBring: may,
  })
  all.choices.push(chosen.says)
  all.mounted.push({ source: source.meta.name, snapshot, mount: chosen.value })
  const own = from?.namespace === asked.namespace
  const local = own ? from.name : cloneClaim(asked.environment, source.meta.name)
  const bring =
    chosen.value === 'clone' && from && !own
      ? {
          source: source.meta.name,
          from,
          name: local,
          content: `takt-${asked.namespace}-${local}`.slice(0, 250),
        }
      : undefined
  if (bring) all.bring.push(bring)
  all.volumes.push({
    source: source.meta.name,
    mount: chosen.value,
    pointer,
    ...(chosen.value === 'clone' && {
      claim: cloneClaim(asked.environment, source.meta.name),
      clone: { snapshot: local, gi, ...(storageClass !== undefined && { storageClass }) },
    }),
    ...(chosen.value === 'read-only' &&
      (source.spec.kind === 'share' ? { nfs: location.uri } : { claim: location.claim })),
  })
}
