import { setTimeout as pause } from 'node:timers/promises'
import type { BurstStack } from '../burst-stack'
import type { Manifest } from '../stack/manifests'
import type { Plane } from '../stack/plane'
import { RUNS_FOR } from '../stack/stages'

export interface JobOptions {
  namespace?: string
  queue?: string
  gpus?: number
  seconds?: number
  expected?: number
  suspend?: boolean
  annotations?: Record<string, string>
  spec?: object
}
/** A job on GPUs as people write it: suspended, in a queue, and told how long it takes. */
export function job(name: string, options: JobOptions = {}): Manifest {
  const { namespace, queue, gpus, seconds, expected, suspend, annotations, spec } = {
    ...USUAL,
    ...options,
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      labels: { ...(queue !== '' && { 'kueue.x-k8s.io/queue-name': queue }) },
      annotations: { 'takt.dev/expected-seconds': String(expected), ...annotations },
    },
    spec: {
      suspend,
      ...spec,
      template: {
        metadata: { annotations: { [RUNS_FOR]: `${String(seconds)}s` } },
        spec: {
          restartPolicy: 'Never',
          tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
          containers: [
            {
              name: 'main',
              image: 'registry.example/train:1',
              resources: { requests: { cpu: '1' }, limits: { 'nvidia.com/gpu': String(gpus) } },
            },
          ],
        },
      },
    },
  }
}
const USUAL = {
  namespace: 'default',
  queue: 'gpu',
  gpus: 8,
  seconds: 3600,
  expected: 3600,
  suspend: true,
  annotations: {},
  spec: {},
}

export interface JobObject {
  metadata: { uid: string; annotations?: Record<string, string>; labels?: Record<string, string> }
  spec: { suspend?: boolean; managedBy?: string }
  status?: { active?: number; startTime?: string; conditions?: { type: string; status: string }[] }
}
export const jobPath = (name: string, namespace = 'default') =>
  `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`
export const jobAt = (plane: Plane, name: string, namespace?: string) =>
  plane.admin.ask<JobObject>(jobPath(name, namespace))
export const isThere = async (plane: Plane, name: string, namespace?: string) =>
  (await plane.admin.call(jobPath(name, namespace))).status === 200
/** The marks of a move that a job still carries. */
export const marksOf = ({ metadata }: JobObject) =>
  Object.keys(metadata.annotations ?? {}).filter((name) =>
    /^takt\.dev\/(moved-to|held)$/.test(name),
  )

interface PodObject {
  metadata: { uid: string; name: string }
  spec: { nodeName?: string }
  status: { phase?: string }
}
const podsPath = (namespace: string, name: string) =>
  `/api/v1/namespaces/${namespace}/pods?labelSelector=batch.kubernetes.io%2Fjob-name%3D${name}`
export async function podsOf(
  plane: Plane,
  name: string,
  namespace = 'default',
): Promise<{ uid: string; node: string | undefined; phase: string | undefined }[]> {
  const { items } = await plane.admin.ask<{ items: PodObject[] }>(podsPath(namespace, name))
  return items
    .filter(({ metadata }) => metadata.name !== MARKER)
    .map(({ metadata, spec, status }) => ({
      uid: metadata.uid,
      node: spec.nodeName,
      phase: status.phase,
    }))
}
export const runs = async (plane: Plane, name: string, namespace?: string) =>
  (await podsOf(plane, name, namespace)).some(({ phase }) => phase === 'Running')

const MARKER = 'all-was-seen'
interface Followed {
  ever: Set<string>
  alive: Set<string>
  marked(): Promise<void>
}

/** Hears of every pod of a job on one cluster from now on, in order and without a gap. */
async function follow(
  plane: Plane,
  {
    name,
    namespace,
    signal,
    heard,
  }: { name: string; namespace: string; signal: AbortSignal; heard(): void },
): Promise<Followed> {
  const { metadata } = await plane.admin.ask<{ metadata: { resourceVersion: string } }>(
    podsPath(namespace, name),
  )
  const [ever, alive] = [new Set<string>(), new Set<string>()]
  let sawMarker = () => {}
  const reading = (async () => {
    for await (const line of plane.admin.lines(
      `${podsPath(namespace, name)}&watch=true&resourceVersion=${metadata.resourceVersion}`,
      signal,
    )) {
      const { type, object } = JSON.parse(line) as { type: string; object: PodObject }
      if (object.metadata.name === MARKER) {
        sawMarker()
        continue
      }
      ever.add(object.metadata.uid)
      if (
        type === 'DELETED' ||
        object.status.phase === 'Succeeded' ||
        object.status.phase === 'Failed'
      )
        alive.delete(object.metadata.uid)
      else alive.add(object.metadata.uid)
      heard()
    }
  })()
  // It ends with its signal, and a plane that stops before that fails the test elsewhere.
  reading.catch(() => undefined)
  return {
    ever,
    alive,
    // A pod that is made last is heard of last.
    async marked() {
      const seen = new Promise<void>((resolve) => {
        sawMarker = resolve
      })
      const path = `/api/v1/namespaces/${namespace}/pods`
      await plane.admin.ask(path, {
        method: 'POST',
        json: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: MARKER, labels: { 'batch.kubernetes.io/job-name': name } },
          spec: {
            schedulingGates: [{ name: 'takt.dev/never' }],
            containers: [{ name: 'none', image: 'registry.example/none:1' }],
          },
        },
      })
      await seen
      await plane.admin.call(`${path}/${MARKER}?gracePeriodSeconds=0`, { method: 'DELETE' })
      while ((await plane.admin.call(`${path}/${MARKER}`)).status !== 404) await pause(20)
    },
  }
}

export interface Runs {
  most: number
  there: number
  here: number
}
/** Hears of every pod of a job on both clusters until it is ended: the most at one time, and how many there ever were on each side. */
export async function watchRuns(
  { onPrem, cloud }: Pick<BurstStack, 'onPrem' | 'cloud'>,
  name: string,
  namespace = 'default',
): Promise<{ end(): Promise<Runs> }> {
  const ending = new AbortController()
  let most = 0
  const sides: Followed[] = []
  const heard = () => {
    most = Math.max(
      most,
      sides.reduce((sum, { alive }) => sum + alive.size, 0),
    )
  }
  for (const plane of [onPrem, cloud])
    sides.push(await follow(plane, { name, namespace, signal: ending.signal, heard }))
  return {
    async end() {
      for (const side of sides) await side.marked()
      ending.abort()
      return { most, here: sides[0]?.ever.size ?? 0, there: sides[1]?.ever.size ?? 0 }
    },
  }
}
