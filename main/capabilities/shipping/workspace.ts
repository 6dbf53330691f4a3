import { z } from 'zod'
import { failure, type Failure } from '../../../preload/contract/failures'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { Manifest } from '../../kernel/manifest'
import { carriesMark, madeByRun, type ProofOfOwnership } from '../../kernel/ownership'
import type { KubeClient, Resource } from '../../platform/kubernetes/types'
import { removeProved } from '../ownership'
import { until } from '../plans'
import { listObjects, type ObjectStore } from './adapters/objects'
import { imageOf } from './domain/image'
import { workspaceJob } from './domain/workspace'
import { IMAGE_KEY, type ShippingPorts, type Telling } from './ports'

const JOBS: Resource = { group: 'batch', version: 'v1', plural: 'jobs' }
const Sight = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }).prefault({}),
  status: z
    .object({
      active: z.number().default(0),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
})
/** A volume of a site to bring to the depot of another, or from there. The same run finds its Job again. */
export interface WorkspaceAsk {
  site: string
  depot: string
  namespace: string
  claim: string
  name: string
  way: 'out' | 'in'
  run: string
  nodeSelector?: Record<string, string> | undefined
  capBytesPerSecond?: number | undefined
}
type Ports = Pick<ShippingPorts, 'sites' | 'objects' | 'clock' | 'store'>

const prefixOf = ({ namespace, name }: Pick<WorkspaceAsk, 'namespace' | 'name'>) =>
  `workspaces/${namespace}/${name}`
const jobName = ({ way, run }: Pick<WorkspaceAsk, 'way' | 'run'>) => `takt-workspace-${way}-${run}`
const jobAt = (at: { name: string; namespace: string }) => ({ resource: JOBS, kind: 'Job', ...at })
/** The Job of this run says so itself. */
const ofRun =
  (run: string): ProofOfOwnership =>
  (job) =>
    carriesMark(job) && madeByRun(run)(job)
const Marks = z.record(z.string(), z.string()).default({})
const Marked = z.object({ metadata: z.object({ labels: Marks, annotations: Marks }) })
/** Makes the Job, or finds the one that this run has made before it was cut short. */
async function createOnce(
  client: KubeClient,
  { job, run }: { job: Manifest; run: string },
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const made = await client.create(JOBS, job, { signal })
  if (made.ok) return succeed(undefined)
  if (made.failure.code !== 'ALREADY_EXISTS') return made
  const { name, namespace } = job.metadata
  const found = await client.get(JOBS, { name, namespace }, Marked, signal)
  if (!found.ok) return found
  return found.value && ofRun(run)(found.value)
    ? succeed(undefined)
    : fail(failure('NOT_OURS', { site: client.site, kind: 'Job', name }))
}
function depotOf(
  { objects }: Pick<Ports, 'objects'>,
  site: string,
): Outcome<ObjectStore & { bucket: string }> {
  const store = objects(site)
  if (!store.ok) return store
  const { bucket } = store.value
  return bucket === undefined
    ? fail(
        failure('NOT_SUPPORTED_HERE', {
          says: `No bucket of ${site} is named that data may be shipped to.`,
          remedy: 'Name one in Settings.',
        }),
      )
    : succeed({ ...store.value, bucket })
}

/** Workspaces that travel: each volume is compared with its place in an object store and only what differs moves. */
export function makeWorkspaces(ports: Ports) {
  return {
    /** Where a workspace lies in between; fails where the site has no bucket for it. */
    placeOf(ask: Pick<WorkspaceAsk, 'depot' | 'namespace' | 'name'>): Outcome<string> {
      const depot = depotOf(ports, ask.depot)
      return depot.ok ? succeed(`s3://${depot.value.bucket}/${prefixOf(ask)}`) : depot
    },
    async carry(ask: WorkspaceAsk, { signal, progress }: Telling): Promise<Outcome<void>> {
      const [depot, client] = [depotOf(ports, ask.depot), ports.sites.client(ask.site)]
      if (!depot.ok) return depot
      if (!client.ok) return client
      const image = imageOf(ports.store.settings.get(IMAGE_KEY))
      if (!image.ok) return image
      const { bucket, provider, endpoint, region } = depot.value
      const at = { name: jobName(ask), namespace: ask.namespace }
      const job = workspaceJob({
        ...at,
        image: image.value,
        claim: ask.claim,
        way: ask.way,
        run: ask.run,
        depot: given({ site: ask.depot, provider, endpoint, region }),
        at: { bucket, prefix: prefixOf(ask) },
        nodeSelector: ask.nodeSelector,
        capBytesPerSecond: ask.capBytesPerSecond,
      })
      const made = await createOnce(client.value, { job, run: ask.run }, signal)
      if (!made.ok) return made
      const ended = await until(
        ports.clock,
        async () => {
          const seen = await client.value.get(JOBS, at, Sight, signal)
          if (!seen.ok) return seen
          const is = (type: string) =>
            seen.value?.status.conditions.find((one) => one.type === type && one.status === 'True')
          const failed = is('Failed')
          // A Job that is gone told nobody that everything arrived.
          if (failed || !seen.value)
            return fail(
              failure('CLUSTER_FAILED', {
                site: ask.site,
                status: 0,
                says: `the transfer Job ${at.namespace}/${at.name} ${failed ? `failed: ${failed.message}` : 'is gone'}`,
              }),
            )
          progress(
            seen.value.status.active > 0 ? 'The transfer Job runs' : 'Waits for the transfer Job',
          )
          return succeed(is('Complete') !== undefined)
        },
        signal,
      )
      // After a failure it goes too, so that trying again makes a new one.
      if (!signal.aborted) await removeProved(client.value, jobAt(at), { proof: ofRun(ask.run) })
      return ended
    },
    /** What lies in object stores for a namespace: each workspace with its size, and the sites that could not be asked. */
    async lying(
      namespace: string,
      signal?: AbortSignal,
    ): Promise<{
      found: { name: string; place: string; bytes: number }[]
      unread: { site: string; failure: Failure }[]
    }> {
      const found = new Map<string, { name: string; place: string; bytes: number }>()
      const unread: { site: string; failure: Failure }[] = []
      for (const { id: site } of ports.sites.states()) {
        const depot = depotOf(ports, site)
        if (!depot.ok) continue
        const prefix = `workspaces/${namespace}/`
        const listed = await listObjects(
          depot.value,
          { bucket: depot.value.bucket, prefix },
          signal,
        )
        if (!listed.ok) {
          unread.push({ site, failure: listed.failure })
          continue
        }
        for (const { key, size } of listed.value) {
          const [name = ''] = key.split('/')
          const place = `s3://${depot.value.bucket}/${prefix}${name}`
          const known = found.get(place)
          found.set(place, { name, place, bytes: (known?.bytes ?? 0) + size })
        }
      }
      return { found: [...found.values()], unread }
    },
    /** Stops what still sends for this run. */
    async stop(
      ask: Pick<WorkspaceAsk, 'site' | 'namespace' | 'way' | 'run'>,
      signal: AbortSignal,
    ): Promise<Outcome<void>> {
      const client = ports.sites.client(ask.site)
      if (!client.ok) return client
      const gone = await removeProved(
        client.value,
        jobAt({ name: jobName(ask), namespace: ask.namespace }),
        { proof: ofRun(ask.run), signal },
      )
      // One of that name that is somebody else's sends nothing of this run.
      return gone.ok || gone.failure.code === 'NOT_OURS' ? succeed(undefined) : gone
    },
  }
}
export type Workspaces = ReturnType<typeof makeWorkspaces>
