import type { WaitingJob } from '../../../../preload/contract/flow'
import {
  amount,
  GPU,
  isGpuResource,
  type Inventory,
  type PodFacts,
} from '../../../kernel/inventory'
import { plainRefusal } from '../../../kernel/scheduling'

/** A job in a queue of Kueue, reduced to what the map shows. */
export interface QueuedJob {
  namespace: string
  name: string
  requests: Record<string, number>
  model: string
  queuedAt: number
  reserved: boolean
  finished: boolean
  message: string
  uid: string
}
const MOST_LETTERS = 200

const shortModel = (model: string) => model.replace(/^NVIDIA-/, '').split('-')[0] ?? model
/** "8 × A100": how many of what a job asks for. */
export function gpuWords(requests: Record<string, number>, model: string): string {
  const [resource, count] =
    Object.entries(requests).find(([name, asked]) => isGpuResource(name) && asked > 0) ?? []
  if (resource === undefined || count === undefined)
    return `${String(amount(requests, 'cpu'))} cores`
  const what = resource === GPU ? shortModel(model) || 'GPU' : resource.replace(/^.*mig-/, 'MIG ')
  return `${String(count)} × ${what}`
}
export const gpusAsked = (requests: Record<string, number>): number =>
  Object.entries(requests)
    .filter(([resource]) => resource === GPU)
    .reduce((sum, [, count]) => sum + count, 0)

/** Kueue's reason in plain words: what is missing, in which queue. */
export function plainQueue(message: string): string {
  const short =
    /insufficient (?:unused )?quota for (\S+) in flavor (\S+?),? (?:in ClusterQueue \S+,? )?(?:(\d+(?:\.\d+)?) more needed)?/i.exec(
      message,
    )
  if (short)
    return `waits for ${short[3] ? `${short[3]} more ` : ''}${/gpu/.test(short[1] ?? '') ? 'GPUs' : (short[1] ?? '')} in ${(short[2] ?? '').replace(/[,.]$/, '')}`
  if (/inactive|stopped/i.test(message)) return 'its queue is stopped'
  if (/no.*flavor/i.test(message)) return 'no queue offers this kind of GPU'
  return message === '' ? 'in the queue' : message
}

const podSays = (pod: PodFacts) =>
  pod.unschedulable ? `waits: ${plainRefusal(pod.unschedulable)}` : 'looking for a node'
/** Work that asks for GPUs and has none yet: jobs in queues, and pods no node takes; the longest wait first. */
export function waitingOf(
  inventory: Inventory,
  queued: QueuedJob[],
): { jobs: WaitingJob[]; gpus: number } {
  const jobs = queued
    .filter(({ reserved, finished, requests }) => !reserved && !finished && gpusAsked(requests) > 0)
    .map((job) => ({
      gpus: gpusAsked(job.requests),
      view: {
        site: inventory.site,
        namespace: job.namespace,
        name: job.name,
        gpus: gpuWords(job.requests, job.model),
        waitsSeconds: Math.max(0, Math.round((inventory.at - job.queuedAt) / 1000)),
        says: plainQueue(job.message).slice(0, MOST_LETTERS),
      },
    }))
  const pods = inventory.pods
    .filter(
      (pod) =>
        pod.phase === 'Pending' &&
        pod.node === undefined &&
        !pod.deleting &&
        Object.keys(pod.requests).some(
          (resource) => isGpuResource(resource) && amount(pod.requests, resource) > 0,
        ),
    )
    .map((pod) => ({
      gpus: gpusAsked(pod.requests),
      view: {
        site: inventory.site,
        namespace: pod.namespace,
        name: pod.owner?.name ?? pod.metadata.name,
        gpus: gpuWords(pod.requests, pod.nodeSelector['nvidia.com/gpu.product'] ?? ''),
        waitsSeconds: Math.max(0, Math.round((inventory.at - pod.createdAt) / 1000)),
        says: podSays(pod).slice(0, MOST_LETTERS),
      },
    }))
  const all = [...jobs, ...pods].sort((a, b) => b.view.waitsSeconds - a.view.waitsSeconds)
  return { jobs: all.map(({ view }) => view), gpus: all.reduce((sum, { gpus }) => sum + gpus, 0) }
}
