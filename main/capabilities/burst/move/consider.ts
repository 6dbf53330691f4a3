import { z } from 'zod'
import type { TwoLines, WorkloadRef } from '../../../../preload/contract/burst'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { GPU } from '../../../kernel/inventory'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { writeYaml } from '../../../platform/yaml'
import { linesOf } from '../adapters/manifest-text'
import { copyOf, leaningsOf, obstaclesOf, type Leaning, type Obstacle } from '../domain/copy'
import { burstQueue, readLines, withExchange, type Exchange } from '../domain/lines'
import type { JsonObject } from '../domain/movable'
import type { BurstPorts, CloudPool, Shipment } from '../ports'
import { family } from '../live/snapshot'
import { MARK, type WorkloadFacts } from '../live/workload'
import { queueingOf, type Queueing } from './layout'

/** What a move of one workload would do, apart from when and for how much. */
export interface Considered {
  obstacles: Obstacle[]
  twoLines: TwoLines | undefined
  object: JsonObject
  queue: { from: string; to: string; clusterQueue: string | undefined }
  multikueue: boolean
  kueueThere: boolean
  shipment: Shipment | undefined
  leanings: Leaning[]
  copySite: string
  copyName: string
}
interface Asked {
  ref: WorkloadRef
  work: WorkloadFacts
  to: string
  pool: CloudPool | undefined
  signal: AbortSignal | undefined
}

/** Looks at a workload, its manifest and both sites' queues. Changes nothing. */
export async function consider(
  ports: Pick<BurstPorts, 'sites' | 'cloud'>,
  asked: Asked,
): Promise<Outcome<Considered>> {
  const { ref, work, to, pool, signal } = asked
  const [home, there] = [ports.sites.client(ref.site), ports.sites.client(to)]
  if (!home.ok) return home
  if (!there.ok) return there
  const leanings = leaningsOf(work.object, work.kind)
  const [queueing, thereQueueing, shipment] = await Promise.all([
    queueingOf(home.value, signal),
    queueingOf(there.value, signal),
    shipmentOf(ports, asked),
  ])
  if (!shipment.ok) return shipment
  const read = readLines(work.object)
  const way = wayOf(ref, work.queue ?? '', { queueing, thereQueueing })
  const exchange: Exchange = {
    queue: way.queue.to,
    dataUri: shipment.value?.target,
    gpuProduct: gpuOf(work, pool),
  }
  const obstacles = [
    ...obstaclesOf(work.kind, standingOf(work), leanings),
    ...('problems' in read
      ? read.problems.map(({ says, remedy }) => ({
          says: `${says.charAt(0).toUpperCase()}${says.slice(1)}.`,
          remedy,
        }))
      : []),
  ]
  if (!way.multikueue)
    obstacles.push(
      ...(await missing(there.value, { namespace: ref.namespace, leanings, signal })),
      ...closed(way, to),
    )
  return succeed({
    ...way,
    ...rewritten(work, exchange),
    obstacles,
    shipment: shipment.value,
    leanings,
    copySite: way.multikueue ? ref.site : to,
    copyName: way.multikueue ? `${work.name}-burst`.slice(0, 63) : work.name,
  })
}
const standingOf = (work: WorkloadFacts) => ({
  ended: work.ended !== undefined,
  away: work.annotations[MARK.movedTo] !== undefined,
  held: work.annotations[MARK.held] !== undefined,
  running: work.active > 0 && !work.suspended,
  deleting: work.deleting,
  madeBy: work.madeBy,
  checkpoint: work.annotations[MARK.checkpoint],
  gated: work.suspended,
})

/** The manifest with its lines changed, and those lines. */
function rewritten(
  work: WorkloadFacts,
  exchange: Exchange,
): Pick<Considered, 'twoLines' | 'object'> {
  const read = readLines(work.object)
  if ('problems' in read) return { twoLines: undefined, object: work.object }
  const lines = linesOf(
    { text: writeYaml(asWritten(work)), file: `${work.kind}/${work.name}` },
    () => exchange,
  )
  return {
    twoLines: lines.ok ? lines.value[0] : undefined,
    object: withExchange(work.object, read.read.places, exchange),
  }
}

type Way = Pick<Considered, 'queue' | 'multikueue' | 'kueueThere'>
/** Through MultiKueue where the burst queue of the namespace is dispatched to another cluster, else by a copy in a queue over there. */
function wayOf(
  { namespace }: WorkloadRef,
  from: string,
  { queueing, thereQueueing }: { queueing: Queueing; thereQueueing: Queueing },
): Way {
  const to = burstQueue(from)
  const dispatched = queueing.localQueues.find(
    (local) =>
      local.name === to &&
      local.namespace === namespace &&
      queueing.dispatching.includes(local.clusterQueue),
  )
  if (dispatched)
    return {
      queue: { from, to, clusterQueue: dispatched.clusterQueue },
      multikueue: true,
      kueueThere: true,
    }
  const clusterQueue = thereQueueing.clusterQueues.find(
    ({ covers, stopped }) => covers.includes(GPU) && !stopped,
  )?.name
  return {
    queue: { from, to, clusterQueue },
    multikueue: false,
    kueueThere: thereQueueing.version !== undefined,
  }
}
const closed = ({ queue, kueueThere }: Way, to: string): Obstacle[] =>
  kueueThere && queue.clusterQueue === undefined
    ? [
        {
          says: `No cluster queue of ${to} takes GPUs now.`,
          remedy: 'Lay out the queues for bursting, or lift the stop of its cluster queue.',
        },
      ]
    : []

const shipmentOf = async (
  ports: Pick<BurstPorts, 'cloud'>,
  { ref, work, to, signal }: Asked,
): Promise<Outcome<Shipment | undefined>> =>
  work.dataUri === undefined
    ? succeed(undefined)
    : ports.cloud.shipment(
        { uri: work.dataUri, from: ref.site, to, namespace: ref.namespace },
        signal,
      )

/** A workload that names its GPU gets the name of the pool's; one that leaves it to its queue keeps doing so. */
const gpuOf = ({ gpus }: WorkloadFacts, pool: CloudPool | undefined) =>
  pool &&
  gpus.resource === GPU &&
  gpus.product !== '' &&
  family(gpus.product) === family(pool.gpuProduct) &&
  !pool.gpuProduct.endsWith(gpus.product)
    ? pool.gpuProduct
    : undefined

/** The manifest as its owner knows it: without what servers and controllers added. */
export const asWritten = ({
  object,
  kind,
  namespace,
  name,
  suspended,
}: WorkloadFacts): JsonObject =>
  copyOf(object, kind, { namespace, name, annotations: {}, suspended })

const PLURALS = {
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
  PersistentVolumeClaim: 'persistentvolumeclaims',
} as const
/** What the copy would lean on and would not find. Secrets are only looked for, never read into anything that is shown. */
async function missing(
  there: KubeClient,
  {
    namespace,
    leanings,
    signal,
  }: { namespace: string; leanings: Leaning[]; signal: AbortSignal | undefined },
): Promise<Obstacle[]> {
  const found: Obstacle[] = []
  for (const { kind, name } of leanings.filter((one) => one.kind !== 'PersistentVolumeClaim')) {
    const one = await there.get(
      { group: '', version: 'v1', plural: PLURALS[kind] },
      { name, namespace },
      z.unknown(),
      signal,
    )
    if (one.ok && one.value === undefined)
      found.push({
        says: `${kind} ${name} is missing in ${namespace} on ${there.site}.`,
        remedy: `Put it there first: Takt copies no ${kind === 'Secret' ? 'secrets' : 'settings'} between clusters.`,
      })
  }
  return found
}

/** The object that is created: suspended, with a pointer back. */
export const copyFor = (
  considered: Considered,
  { ref, work, run }: { ref: WorkloadRef; work: WorkloadFacts; run: string },
): JsonObject =>
  copyOf(considered.object, work.kind, {
    namespace: ref.namespace,
    name: considered.copyName,
    suspended: true,
    annotations: {
      [MARK.movedFrom]: JSON.stringify({
        site: ref.site,
        namespace: ref.namespace,
        name: ref.name,
        uid: work.uid,
        run,
      }),
    },
  })

export const notFound = (ref: WorkloadRef) =>
  fail(failure('NOT_FOUND', { kind: ref.kind, name: `${ref.namespace}/${ref.name}` }))
