import { CoreV1Api, KubeConfig, makeInformer, type V1Pod } from '@kubernetes/client-node'
import { request } from 'undici'
import type { ListAsked } from '../../../preload/contract/cluster'
import { askedBy, sumOf } from '../../../main/capabilities/cluster/domain/gpu'
import { succeed } from '../../../main/kernel/outcome'
import { listsOf, reading, SITE } from '../../support/lists'
import { agentOf, reachOf } from './fleet'

export interface Measured {
  firstRowMs?: number
  rowsMs?: number
  allMs: number
  heapMb: number
  bytesPerPod: number
  rows: number
  cpuMs: number
}

const collect = () => {
  for (let round = 0; round < 4; round++) globalThis.gc?.()
}
const heapNow = () => {
  collect()
  return process.memoryUsage().heapUsed
}
/** What the work costs in a process of its own, once the connection stands: time, CPU, and what stays in the heap for each pod. */
async function measured(
  work: (
    began: number,
  ) => Promise<Omit<Measured, 'heapMb' | 'bytesPerPod' | 'cpuMs'> & { keep: unknown }>,
): Promise<Measured> {
  const before = heapNow()
  const cpu = process.cpuUsage()
  const { keep, ...times } = await work(performance.now())
  const used = process.cpuUsage(cpu)
  const heap = heapNow() - before
  if (keep === undefined) throw new Error('nothing was kept')
  return {
    ...times,
    cpuMs: (used.user + used.system) / 1000,
    heapMb: heap / 2 ** 20,
    bytesPerPod: heap / times.rows,
  }
}

/** This product's lists, as the core runs them. */
export async function ours(kubeconfig: string): Promise<Measured> {
  const { server, ...tls } = reachOf(kubeconfig)
  const lists = listsOf({
    site: SITE,
    server,
    tls: { ca: tls.ca },
    credentials: {
      get: () => Promise.resolve(succeed({ cert: tls.cert, key: tls.key })),
      refused: () => false,
    },
  })
  // A site is connected before anybody opens a list of it.
  await lists.ready()
  return measured(async (began) => {
    const list = reading(lists.service, {
      list: 'pods',
      sort: [{ id: 'name', desc: false }],
    } satisfies Partial<ListAsked> & { list: 'pods' })
    await list.until(({ rows }) => rows.length > 0, 60)
    const firstRowMs = performance.now() - began
    const rowsMs = (await list.until(({ took }) => took.rowsMs !== undefined, 120)).took.rowsMs
    const done = await list.until(
      ({ took, state }) => took.columnsMs !== undefined && state === 'live',
      300,
    )
    // What the reader kept is no part of the list.
    list.all.length = 0
    // As the list itself timed it: the stream that told of it has a pace of its own.
    return {
      firstRowMs,
      ...(rowsMs !== undefined && { rowsMs }),
      allMs: done.took.columnsMs ?? 0,
      rows: done.total,
      keep: [lists, list],
    }
  })
}

/** The columns of the list of pods, read from the client's own objects. */
function columnsOf({ metadata = {}, spec, status = {} }: V1Pod): unknown[] {
  const [owner] = metadata.ownerReferences ?? []
  const statuses = status.containerStatuses ?? []
  const containers = spec?.containers ?? []
  return [
    status.phase,
    metadata.name,
    metadata.namespace,
    owner && `${owner.kind} ${owner.name}`,
    sumOf(askedBy(spec)),
    spec?.nodeName,
    status.message,
    statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    metadata.creationTimestamp,
    `${statuses.filter(({ ready }) => ready).length}/${containers.length}`,
    status.podIP,
    containers[0]?.image,
    status.startTime,
  ]
}

/** A plain informer of the usual client, from which the same columns are read. */
export function informer(kubeconfig: string): Promise<Measured> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const api = config.makeApiClient(CoreV1Api)
  return measured(async (began) => {
    const rows = new Map<string, unknown[]>()
    let firstRowMs: number | undefined
    const put = (pod: V1Pod) => {
      firstRowMs ??= performance.now() - began
      rows.set(pod.metadata?.uid ?? '', columnsOf(pod))
    }
    const listed = makeInformer<V1Pod>(config, '/api/v1/pods', () => api.listPodForAllNamespaces())
    listed.on('add', put)
    listed.on('update', put)
    await listed.start()
    const allMs = performance.now() - began
    return {
      ...(firstRowMs !== undefined && { firstRowMs }),
      rowsMs: allMs,
      allMs,
      rows: rows.size,
      keep: [rows, listed],
    }
  })
}

/** The least that reading the same objects can cost: downloaded in pages of 500, parsed, counted, thrown away. */
export async function bare(kubeconfig: string): Promise<Measured> {
  const reach = reachOf(kubeconfig)
  const dispatcher = agentOf(reach)
  await (await request(`${reach.server}/version`, { dispatcher })).body.text()
  return measured(async (began) => {
    let rows = 0
    let next = ''
    let firstRowMs: number | undefined
    do {
      const answer = await request(
        `${reach.server}/api/v1/pods?limit=500${next && `&continue=${encodeURIComponent(next)}`}`,
        { dispatcher },
      )
      const page = JSON.parse(await answer.body.text()) as {
        items: unknown[]
        metadata: { continue?: string }
      }
      rows += page.items.length
      firstRowMs ??= performance.now() - began
      next = page.metadata.continue ?? ''
    } while (next !== '')
    return { firstRowMs, allMs: performance.now() - began, rows, keep: dispatcher }
  })
}
