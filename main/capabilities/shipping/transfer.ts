import { createHash } from 'node:crypto'
import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import type { Shipment } from '../../../preload/contract/cloud'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { carriesMark, type ProofOfOwnership } from '../../kernel/ownership'
import type { KubeClient, Resource } from '../../platform/kubernetes/types'
import { removeProved } from '../ownership'
import { KUBE } from '../plans'
import { headObject, listObjects, writeText, type ObjectStore } from './adapters/objects'
import { progressOf, troubleOf, type Progress } from './adapters/progress'
import { imageOf } from './domain/image'
import { CLAIM_ANNOTATION, transferJob, TRANSFER_LABEL } from './domain/job'
import {
  addressOf,
  bytesOf,
  difference,
  manifestLines,
  sameness,
  targetOf,
  uriOf,
  type Address,
  type Difference,
  type Entry,
} from './domain/manifest'
import type { Ledger } from './ledger'
import { IMAGE_KEY, type ShipAsk, type ShippingPorts, type Telling } from './ports'

const JOBS: Resource = { group: 'batch', version: 'v1', plural: 'jobs' }
const LOOK_MS = 1000
const TRIES = 3
const DAMAGED_NAMED = 20
const LOG_LINES = 20
const Marks = z.record(z.string(), z.string()).default({})
const JobSight = z.object({
  metadata: z.object({
    uid: z.string(),
    labels: Marks,
    annotations: Marks,
    deletionTimestamp: z.string().optional(),
  }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
})
const PodSight = z.object({
  metadata: z.object({ name: z.string(), creationTimestamp: z.string().default('') }),
  status: z.object({ phase: z.string().default('') }).prefault({}),
})

interface JobAt {
  client: KubeClient
  namespace: string
  name: string
}
const jobOf = ({ namespace, name }: JobAt) => ({ resource: JOBS, kind: 'Job', namespace, name })
/** The Job of this shipment says so itself: Takt made it, for this transfer and for this claim. */
const proofOf =
  ({ name }: JobAt, { claim }: Pick<ShipAsk, 'claim'>): ProofOfOwnership =>
  (job) =>
    carriesMark(job) &&
    job.metadata.labels?.[TRANSFER_LABEL] === name &&
    job.metadata.annotations?.[CLAIM_ANNOTATION] === claim
const endOf = ({ status }: z.infer<typeof JobSight>) =>
  status.conditions.find(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  )

/** Both ends of a shipment, and where the Job runs that carries it. */
export interface Route {
  source: ObjectStore
  target: ObjectStore
  from: Address
  to: Address
  runsOn: string
}
export interface Survey {
  route: Route
  wanted: Entry[]
  hash: string
  diff: Difference
}
const hashOf = (entries: readonly Entry[]) =>
  createHash('sha256').update(manifestLines(entries)).digest('hex')
const short = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 10)

/** Where a data URI is and where it would lie on the other site. */
export function routeOf(
  ports: ShippingPorts,
  { uri, from, to }: Pick<ShipAsk, 'uri' | 'from' | 'to'>,
): Outcome<Route> {
  const address = addressOf(uri)
  if (!address)
    return fail(
      failure('NOT_SUPPORTED_HERE', {
        says: `${uri} is no object store, so its objects cannot be listed and compared.`,
        remedy: 'Publish it to a bucket first, or run where the data is.',
      }),
    )
  const [source, target] = [ports.objects(from), ports.objects(to)]
  if (!source.ok) return source
  if (!target.ok) return target
  if (target.value.bucket === undefined)
    return fail(
      failure('NOT_SUPPORTED_HERE', {
        says: `No bucket of ${to} is named that data may be shipped to.`,
        remedy: 'Name one in Settings.',
      }),
    )
  const home = ports.sites.homeId() ?? from
  return succeed({
    source: source.value,
    target: target.value,
    from: address,
    to: targetOf(address, { site: from, bucket: target.value.bucket }),
    runsOn: home,
  })
}

/** Lists both ends and says what is missing. What no tag tells is compared by its checksum, object by object. */
export async function survey(route: Route, signal?: AbortSignal): Promise<Outcome<Survey>> {
  const wanted = await listObjects(route.source, route.from, signal)
  if (!wanted.ok) return wanted
  const found = await listObjects(route.target, route.to, signal)
  if (!found.ok) return found
  const diff = difference(wanted.value, found.value)
  for (const entry of diff.unknown) {
    const is = await compareSums(route, entry, signal)
    if (!is.ok) return is
    // Neither end tells a checksum: equal size is all that can be known, and rclone compares what it can.
    diff[is.value === 'other' ? 'damaged' : 'there'].push(entry)
  }
  return succeed({ route, wanted: wanted.value, hash: hashOf(wanted.value), diff })
}
async function compareSums(
  { source, target, from, to }: Route,
  { key }: Entry,
  signal: AbortSignal | undefined,
): Promise<Outcome<ReturnType<typeof sameness>>> {
  const [a, b] = await Promise.all([
    headObject(source, { bucket: from.bucket, key: from.prefix + key }, signal),
    headObject(target, { bucket: to.bucket, key: to.prefix + key }, signal),
  ])
  if (!a.ok) return a
  return b.ok ? succeed(sameness({ key, ...a.value }, { key, ...b.value })) : b
}

/** Writes what a Job has to copy where it finds it: what is missing, and what is there and is something else. */
async function writeLists(
  { target, to }: Route,
  { name, diff, signal }: { name: string; diff: Difference; signal: AbortSignal },
): Promise<Outcome<{ list: string; again: string | undefined }>> {
  const lists = {
    list: `.takt/transfers/${name}.txt`,
    again: diff.damaged.length === 0 ? undefined : `.takt/transfers/${name}-again.txt`,
  }
  for (const [key, entries] of [
    [lists.list, diff.missing],
    [lists.again, diff.damaged],
  ] as const) {
    const written =
      key === undefined
        ? succeed(undefined)
        : await writeText(
            target,
            { bucket: to.bucket, key, text: entries.map((entry) => entry.key).join('\n') },
            signal,
          )
    if (!written.ok) return written
  }
  return succeed(lists)
}

/** Ships what is missing and answers where it can be read. Asked again after a crash it finds its Job and goes on; what lies there already never travels. */
export class Carrier {
  readonly #ports: ShippingPorts
  readonly #ledger: Ledger
  constructor(ports: ShippingPorts, ledger: Ledger) {
    this.#ports = ports
    this.#ledger = ledger
  }
  async ship(ask: ShipAsk, telling: Telling): Promise<Outcome<{ uri: string }>> {
    const route = routeOf(this.#ports, ask)
    if (!route.ok) return route
    const shipped = await this.#carry(ask, route.value, telling)
    if (shipped.ok) return succeed({ uri: uriOf(route.value.to) })
    const known = this.#ledger.find(idOf(ask))
    if (known)
      this.#ledger.put({
        ...known,
        state: telling.signal.aborted ? 'cancelled' : 'failed',
        failure: shipped.failure,
        endedAt: timestamp(this.#now(ask)),
      })
    return shipped
  }
  #now({ from }: Pick<ShipAsk, 'from'>) {
    return this.#ports.sites.clockOf(from).now()
  }

  async #carry(ask: ShipAsk, route: Route, telling: Telling): Promise<Outcome<void>> {
    for (let attempt = 1; ; attempt++) {
      const seen = await survey(route, telling.signal)
      if (!seen.ok) return seen
      const { wanted, diff } = seen.value
      const left = [...diff.missing, ...diff.damaged]
      const shipment = this.#begin(ask, seen.value, attempt)
      if (left.length === 0) return this.#arrived(ask, seen.value, shipment)
      if (wanted.length === 0) return succeed(undefined)
      if (attempt > TRIES)
        return fail(
          failure('SHIPMENT_DAMAGED', {
            objects: left.slice(0, DAMAGED_NAMED).map(({ key }) => key),
            to: uriOf(route.to),
          }),
        )
      const carried = await this.#job(ask, { route, diff, shipment }, telling)
      if (!carried.ok) return carried
    }
  }
  #begin(ask: ShipAsk, { route, wanted, hash, diff }: Survey, attempt: number): Shipment {
    const left = bytesOf([...diff.missing, ...diff.damaged])
    const before = this.#ledger.find(idOf(ask))
    const shipment: Shipment = given({
      id: idOf(ask),
      direction: ask.direction ?? 'out',
      title: ask.title ?? ask.uri,
      from: uriOf(route.from),
      to: uriOf(route.to),
      fromSite: ask.from,
      toSite: ask.to,
      state: 'shipping' as const,
      checksum: 'etag' as const,
      manifestHash: hash,
      bytes: bytesOf(wanted),
      bytesDone: bytesOf(wanted) - left,
      objects: wanted.length,
      objectsDone: diff.there.length,
      objectsThere: before && attempt > 1 ? before.objectsThere : diff.there.length,
      bytesThere: before && attempt > 1 ? before.bytesThere : bytesOf(diff.there),
      capBytesPerSecond: ask.capBytesPerSecond,
      verified: diff.there.length,
      startedAt:
        before && before.state === 'shipping' ? before.startedAt : timestamp(this.#now(ask)),
    })
    this.#ledger.put(shipment)
    return shipment
  }
  async #arrived(
    ask: ShipAsk,
    { wanted, hash, route }: Survey,
    shipment: Shipment,
  ): Promise<Outcome<void>> {
    // The manifest is written last: whoever finds it knows that everything it names is there.
    const written = await writeText(route.target, {
      bucket: route.to.bucket,
      key: `.takt/manifests/${hash}.json`,
      text: JSON.stringify({ from: uriOf(route.from), to: uriOf(route.to), objects: wanted }),
    })
    if (!written.ok) return written
    const at = this.#now(ask)
    this.#ledger.arrived(ask.uri, ask.to, { hash, at })
    this.#ledger.put({
      ...shipment,
      state: 'done',
      bytesDone: shipment.bytes,
      objectsDone: shipment.objects,
      verified: wanted.length,
      endedAt: timestamp(at),
    })
    return succeed(undefined)
  }

  async #job(
    ask: ShipAsk,
    { route, diff, shipment }: { route: Route; diff: Difference; shipment: Shipment },
    telling: Telling,
  ): Promise<Outcome<void>> {
    const client = this.#ports.sites.client(route.runsOn)
    if (!client.ok) return client
    const at: JobAt = { client: client.value, namespace: ask.namespace, name: `takt-${idOf(ask)}` }
    const made = await this.#makeOrFind(at, { ask, route, diff }, telling)
    if (!made.ok) return made
    const began = this.#now(ask)
    const followed = await this.#follow(at, {
      telling,
      tell: (progress) => this.#tell(shipment, progress, telling),
    })
    // It has done what it could, and after a stop nothing may go on sending: so without the signal.
    await removeProved(client.value, jobOf(at), { proof: proofOf(at, ask) })
    if (!followed.ok) return followed
    const seconds = followed.value?.elapsedSeconds || (this.#now(ask) - began) / 1000
    this.#ledger.measure(ask.from, ask.to, {
      bytes: followed.value?.bytes ?? 0,
      seconds,
      at: this.#now(ask),
      capped: ask.capBytesPerSecond !== undefined,
    })
    return succeed(undefined)
  }
  /** The Job that runs already for this claim, else a new one; one that has ended goes first. */
  async #makeOrFind(
    at: JobAt,
    { ask, route, diff }: { ask: ShipAsk; route: Route; diff: Difference },
    telling: Telling,
  ): Promise<Outcome<void>> {
    const { client, namespace, name } = at
    const proof = proofOf(at, ask)
    const runs = await this.#findOrClear(at, proof, telling.signal)
    if (!runs.ok || runs.value) return runs.ok ? succeed(undefined) : runs
    const image = imageOf(this.#ports.store.settings.get(IMAGE_KEY))
    if (!image.ok) return image
    const listed = await writeLists(route, { name, diff, signal: telling.signal })
    if (!listed.ok) return listed
    const end = ({ site, provider, endpoint, region }: ObjectStore) => ({
      site,
      provider,
      endpoint,
      region,
    })
    const job = transferJob({
      name,
      namespace,
      image: image.value,
      from: end(route.source),
      to: end(route.target),
      source: route.from,
      target: route.to,
      ...listed.value,
      capBytesPerSecond: ask.capBytesPerSecond,
      claim: ask.claim,
    })
    const made = await client.create(JOBS, job, { signal: telling.signal })
    if (made.ok || made.failure.code !== 'ALREADY_EXISTS')
      return made.ok ? succeed(undefined) : made
    const other = await client.get(JOBS, { name, namespace }, JobSight, telling.signal)
    return other.ok && other.value && proof(other.value) ? succeed(undefined) : made
  }
  /** Whether its Job runs already; one of its own that has ended is taken away first, and a stranger of that name is left alone. */
  async #findOrClear(
    at: JobAt,
    proof: ProofOfOwnership,
    signal: AbortSignal,
  ): Promise<Outcome<boolean>> {
    const { client, namespace, name } = at
    for (;;) {
      const job = await client.get(JOBS, { name, namespace }, JobSight, signal)
      if (!job.ok) return job
      if (!job.value) return succeed(false)
      if (!proof(job.value))
        return fail(failure('NOT_OURS', { site: client.site, kind: 'Job', name }))
      if (!endOf(job.value) && job.value.metadata.deletionTimestamp === undefined)
        return succeed(true)
      const gone = await removeProved(client, jobOf(at), { proof, signal })
      if (!gone.ok) return gone
      await this.#ports.clock.sleep(LOOK_MS / 4, signal)
    }
  }
  #tell(
    shipment: Shipment,
    { bytes, objects, bytesPerSecond, etaSeconds }: Progress,
    telling: Telling,
  ) {
    const bytesDone = Math.min(shipment.bytes, shipment.bytesDone + bytes)
    this.#ledger.put(
      given({
        ...shipment,
        bytesDone,
        objectsDone: Math.min(shipment.objects, shipment.objectsDone + objects),
        bytesPerSecond,
        etaSeconds,
      }),
    )
    telling.progress(
      `${(bytesDone / 1e9).toFixed(1)} of ${(shipment.bytes / 1e9).toFixed(1)} GB, ${(bytesPerSecond / 1e6).toFixed(0)} MB/s`,
      bytesDone / Math.max(1, shipment.bytes),
    )
  }
  /** Follows the Job to its end; its pods are retried by the cluster. Answers the last progress. */
  async #follow(
    { client, namespace, name }: JobAt,
    { telling, tell }: { telling: Telling; tell(progress: Progress): void },
  ): Promise<Outcome<Progress | undefined>> {
    let last: Progress | undefined
    for (;;) {
      if (telling.signal.aborted)
        return fail(
          failure('OPERATION_NOT_POSSIBLE', { operation: name, says: 'The shipment was stopped.' }),
        )
      const job = await client.get(JOBS, { name, namespace }, JobSight, telling.signal)
      if (!job.ok) return job
      const log = await this.#log(client, { namespace, name })
      const progress = progressOf(log)
      if (progress) tell((last = progress))
      const ended = job.value && endOf(job.value)
      if (ended?.type === 'Complete' || !job.value) return succeed(last)
      if (ended)
        return fail(
          failure('CLUSTER_FAILED', {
            site: client.site,
            status: 0,
            says: `the transfer Job ${namespace}/${name} failed: ${troubleOf(log) ?? ended.message}`,
          }),
        )
      await this.#ports.clock.sleep(LOOK_MS, telling.signal).catch(() => undefined)
    }
  }
  /** The end of what its newest pod says; empty before it runs. */
  async #log(
    client: KubeClient,
    { namespace, name }: { namespace: string; name: string },
  ): Promise<string> {
    const pods = await client.list(
      KUBE.pods,
      { namespace, labelSelector: `${TRANSFER_LABEL}=${name}` },
      PodSight,
    )
    const [pod] = pods.ok
      ? pods.value.toSorted((a, b) =>
          b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
        )
      : []
    if (!pod || pod.status.phase === 'Pending') return ''
    const log = await client.logs({ namespace, name: pod.metadata.name }, { tailLines: LOG_LINES })
    if (!log.ok) return ''
    let text = ''
    for await (const part of log.value) text += String(part)
    return text
  }
}
export const idOf = ({ claim, uri, to }: Pick<ShipAsk, 'claim' | 'uri' | 'to'>): string =>
  `ship-${short(`${claim} ${uri} ${to}`)}`
