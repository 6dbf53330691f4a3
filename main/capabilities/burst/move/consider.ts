import { z } from 'zod'
import { stringify } from 'yaml'
import type { TwoLines, WorkloadRef } from '../../../../preload/contract/burst'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { GPU } from '../../../kernel/inventory'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { linesOf } from '../adapters/manifest-text'
import { copyOf, leaningsOf, obstaclesOf, type Leaning, type Obstacle } from '../domain/copy'
import { burstQueue, readLines, withExchange, type Exchange } from '../domain/lines'
import { objectAt, type JsonObject } from '../domain/movable'
import type { BurstPorts, CloudPool, Shipment } from '../ports'
import { family } from '../live/snapshot'
import { MARK, type WorkloadFacts } from '../live/workload'
import { queueingOf } from './layout'

/** What a move of one workload would do, apart from when and for how much. */
export interface Considered {
  obstacles: Obstacle[]; twoLines: TwoLines | undefined; object: JsonObject; queue: { from: string; to: string; clusterQueue: string | undefined }; multikueue: boolean; kueueThere: boolean
  shipment: Shipment | undefined; leanings: Leaning[]; copySite: string; copyName: string
}
interface Asked { ref: WorkloadRef; work: WorkloadFacts; to: string; pool: CloudPool | undefined; signal: AbortSignal | undefined }

/** Looks at a workload, its manifest and both sites' queues. Changes nothing. */
export async function consider(ports: Pick<BurstPorts, 'sites' | 'cloud'>, asked: Asked): Promise<Outcome<Considered>> {
  const { ref, work, to, pool, signal } = asked
  const [home, there] = [ports.sites.client(ref.site), ports.sites.client(to)]
  if (!home.ok) return home
  if (!there.ok) return there
  const leanings = leaningsOf(work.object, work.kind)
  const obstacles = obstaclesOf(work.kind, {
    ended: work.ended !== undefined, away: work.annotations[MARK.movedTo] !== undefined, held: work.annotations[MARK.held] !== undefined, running: work.active > 0 && !work.suspended, deleting: work.deleting,
    madeBy: work.madeBy, checkpoint: work.annotations[MARK.checkpoint], gated: work.suspended,
  }, leanings)
  const read = readLines(work.object)
  if ('problems' in read) obstacles.push(...read.problems.map(({ says, remedy }) => ({ says: `${says.charAt(0).toUpperCase()}${says.slice(1)}.`, remedy })))
  const [queueing, thereQueueing, shipment] = await Promise.all([queueingOf(home.value, signal), queueingOf(there.value, signal), shipmentOf(ports, asked)])
  if (!shipment.ok) return shipment
  const from = work.queue ?? ''
  const queue = burstQueue(from)
  const dispatched = queueing.localQueues.find(({ name, namespace, clusterQueue }) => name === queue && namespace === ref.namespace && queueing.dispatching.includes(clusterQueue))
  const multikueue = dispatched !== undefined
  const exchange: Exchange = { queue, dataUri: shipment.value?.target, gpuProduct: gpuOf(work, pool) }
  const lines = 'read' in read ? linesOf({ text: stringify(ownPart(work.object), { lineWidth: 0 }), file: `${work.kind}/${work.name}` }, () => exchange) : undefined
  const clusterQueue = multikueue ? dispatched.clusterQueue : thereQueueing.clusterQueues.find(({ covers, stopped }) => covers.includes(GPU) && !stopped)?.name
  if (!multikueue) obstacles.push(...await missing(there.value, { namespace: ref.namespace, leanings, signal }))
  if (!multikueue && thereQueueing.version !== undefined && clusterQueue === undefined) obstacles.push({ says: `No cluster queue of ${to} takes GPUs now.`, remedy: 'Lay out the queues for bursting, or lift the stop of its cluster queue.' })
  const copySite = multikueue ? ref.site : to
  return succeed({
    obstacles, twoLines: lines?.ok ? lines.value[0] : undefined, object: 'read' in read ? withExchange(work.object, read.read.places, exchange) : work.object, queue: { from, to: queue, clusterQueue }, multikueue,
    kueueThere: (multikueue ? queueing : thereQueueing).version !== undefined, shipment: shipment.value, leanings, copySite, copyName: multikueue ? `${work.name}-burst`.slice(0, 63) : work.name,
  })
}

const shipmentOf = async (ports: Pick<BurstPorts, 'cloud'>, { ref, work, to, signal }: Asked): Promise<Outcome<Shipment | undefined>> =>
  (work.dataUri === undefined ? succeed(undefined) : ports.cloud.shipment({ uri: work.dataUri, from: ref.site, to, namespace: ref.namespace }, signal))

/** A workload that names its GPU gets the name of the pool's; one that leaves it to its queue keeps doing so. */
const gpuOf = ({ gpus }: WorkloadFacts, pool: CloudPool | undefined) =>
  (pool && gpus.resource === GPU && gpus.product !== '' && family(gpus.product) === family(pool.gpuProduct) && !pool.gpuProduct.endsWith(gpus.product) ? pool.gpuProduct : undefined)

/** The manifest as its owner knows it. */
function ownPart(object: JsonObject): JsonObject {
  const { name, namespace, labels, annotations } = objectAt(object, 'metadata')
  const metadata = Object.fromEntries(Object.entries({ name, namespace, labels, annotations }).filter(([, value]) => value !== undefined)) as JsonObject
  return { apiVersion: object['apiVersion'] ?? '', kind: object['kind'] ?? '', metadata, spec: object['spec'] ?? {} }
}

const PLURALS = { ConfigMap: 'configmaps', Secret: 'secrets', ServiceAccount: 'serviceaccounts', PersistentVolumeClaim: 'persistentvolumeclaims' } as const
/** What the copy would lean on and would not find. Secrets are only looked for, never read into anything that is shown. */
async function missing(there: KubeClient, { namespace, leanings, signal }: { namespace: string; leanings: Leaning[]; signal: AbortSignal | undefined }): Promise<Obstacle[]> {
  const found: Obstacle[] = []
  for (const { kind, name } of leanings.filter((one) => one.kind !== 'PersistentVolumeClaim')) {
    const one = await there.get({ group: '', version: 'v1', plural: PLURALS[kind] }, { name, namespace }, z.unknown(), signal)
    if (one.ok && one.value === undefined) found.push({ says: `${kind} ${name} is missing in ${namespace} on ${there.site}.`, remedy: `Put it there first: Takt copies no ${kind === 'Secret' ? 'secrets' : 'settings'} between clusters.` })
  }
  return found
}

/** The object that is created: suspended, with a pointer back. */
export const copyFor = (considered: Considered, { ref, work, run }: { ref: WorkloadRef; work: WorkloadFacts; run: string }): JsonObject => copyOf(considered.object, work.kind, {
  namespace: ref.namespace, name: considered.copyName, suspended: true,
  annotations: { [MARK.movedFrom]: JSON.stringify({ site: ref.site, namespace: ref.namespace, name: ref.name, uid: work.uid, run }) },
})

export const notFound = (ref: WorkloadRef) => fail(failure('NOT_FOUND', { kind: ref.kind, name: `${ref.namespace}/${ref.name}` }))
