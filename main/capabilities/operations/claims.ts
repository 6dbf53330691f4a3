import { createHash } from 'node:crypto'
import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import type { Failure } from '../../../preload/contract/failures'
import type { Clock } from '../../kernel/clock'
import { LABEL } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { carriesMark } from '../../kernel/ownership'
import { SYSTEM_NAMESPACE } from '../../kernel/system-objects'
import { LEASE_KIND, leaseInstant, LEASES } from '../../platform/kubernetes/leases'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import type { OperationFacts } from './domain/facts'

/** Counted by the site's own clock, which may run faster than the machine. A core that ended holds its claim for so long. */
const LASTS_S = 600
const RENEWS_AFTER_MS = (LASTS_S / 3) * 1000
const LOOK_MS = 2000
const BY = 'takt.dev/by'
const TITLE = 'takt.dev/operation'

const Marks = z.record(z.string(), z.string()).default({})
const LeaseObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    labels: Marks,
    annotations: Marks,
  }),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      renewTime: z.string().nullish(),
    })
    .prefault({}),
})
type LeaseObject = z.infer<typeof LeaseObject>

type About = Pick<OperationFacts, 'site' | 'subject' | 'title' | 'by'>
/** Who works on an object from another core. */
export interface ClaimHolder {
  by: string
  title: string
}
/** What became of asking for an object: `unclaimed` where no claim can be written, with why, where somebody can help it. */
export type ClaimAnswer =
  { is: 'held' } | { is: 'taken'; holder: ClaimHolder } | { is: 'unclaimed'; says?: string }
export interface ClaimPorts {
  client(site: string): Outcome<KubeClient>
  clock: Clock
  /** Which core this is, the same after a restart. */
  identity: string
}

/** The Lease that stands for an object: in its own namespace, where whoever may work on it may claim it. */
export const leaseFor = ({ subject }: Pick<About, 'subject'>) => ({
  // What has no namespace is claimed in Takt's own.
  namespace: subject.namespace ?? SYSTEM_NAMESPACE,
  name: `takt-op-${createHash('sha256')
    .update(JSON.stringify([subject.kind, subject.namespace ?? '', subject.name]))
    .digest('hex')
    .slice(0, 20)}`,
})

/** One operation on an object at a time, also where several cores work on one cluster: a Lease says who acts. */
export class Claims {
  readonly #ports: ClaimPorts
  constructor(ports: ClaimPorts) {
    this.#ports = ports
  }

  /** Takes an object, or finds it taken by this core already. */
  async take(about: About, signal: AbortSignal): Promise<ClaimAnswer> {
    const client = this.#ports.client(about.site)
    if (!client.ok) return { is: 'unclaimed', says: explain(client.failure).says }
    // Of two cores that ask at once one is refused, reads again and finds the other.
    for (let tried = 1; ; tried++) {
      const found = await client.value.get(LEASES, leaseFor(about), LeaseObject, signal)
      if (!found.ok) return unclaimed(found.failure)
      const holder = found.value && this.#heldBy(client.value, found.value)
      if (holder) return { is: 'taken', holder }
      const written = await this.#write(client.value, { about, lease: found.value }, signal)
      if (written.ok) return { is: 'held' }
      const { code } = written.failure
      if ((code !== 'CONFLICT' && code !== 'ALREADY_EXISTS') || tried === TRIES)
        return unclaimed(written.failure)
    }
  }
  /** Keeps a claim while work goes on; ends with the signal. */
  async keep(about: About, signal: AbortSignal): Promise<void> {
    const client = this.#ports.client(about.site)
    if (!client.ok) return
    for (let renewed = client.value.clock.now(); !signal.aborted;) {
      await this.#ports.clock.sleep(LOOK_MS, signal).catch(() => undefined)
      if (signal.aborted || client.value.clock.now() - renewed < RENEWS_AFTER_MS) continue
      renewed = client.value.clock.now()
      await this.take(about, signal).catch(() => undefined)
    }
  }
  /** Lets go of what this core holds. What cannot be let go runs out by itself. */
  async release(about: About, signal: AbortSignal): Promise<void> {
    const client = this.#ports.client(about.site)
    if (!client.ok) return
    const ref = leaseFor(about)
    const found = await client.value.get(LEASES, ref, LeaseObject, signal)
    if (!found.ok || !found.value || !this.#isMine(found.value)) return
    await client.value.remove(LEASES, { ...ref, uid: found.value.metadata.uid }, { signal })
  }

  #isMine(lease: LeaseObject): boolean {
    return carriesMark(lease) && lease.spec.holderIdentity === this.#ports.identity
  }
  /** The other core that holds it and has told so lately; undefined where this one may take it. */
  #heldBy({ clock }: KubeClient, lease: LeaseObject): ClaimHolder | undefined {
    const { holderIdentity, leaseDurationSeconds, renewTime } = lease.spec
    const until = Date.parse(renewTime ?? '') + (leaseDurationSeconds ?? LASTS_S) * 1000
    if (this.#isMine(lease) || !holderIdentity || !(until > clock.now())) return undefined
    const { annotations } = lease.metadata
    return { by: annotations[BY] ?? holderIdentity, title: annotations[TITLE] ?? 'an operation' }
  }
  async #write(
    client: KubeClient,
    { about, lease }: { about: About; lease: LeaseObject | undefined },
    signal: AbortSignal,
  ): Promise<Outcome<void>> {
    const said = { [BY]: about.by, [TITLE]: about.title }
    const spec = {
      holderIdentity: this.#ports.identity,
      leaseDurationSeconds: LASTS_S,
      renewTime: leaseInstant(client.clock.now()),
    }
    // Written back with the version that was read: whoever is slower is refused.
    const done = lease
      ? await client.replace(
          LEASES,
          {
            ...lease,
            metadata: {
              ...lease.metadata,
              annotations: { ...lease.metadata.annotations, ...said },
            },
            spec: { ...lease.spec, ...spec },
          } as unknown as KubeObject,
          { signal },
        )
      : await client.create(
          LEASES,
          {
            ...LEASE_KIND,
            metadata: {
              ...leaseFor(about),
              labels: { [LABEL.managedBy]: 'takt' },
              annotations: said,
            },
            spec,
          },
          { signal },
        )
    return done.ok ? succeed(undefined) : done
  }
}
const TRIES = 3
// Where there is no place for a Lease, or no right to write one, there is nothing that a person could do about it now.
const unclaimed = (why: Failure): ClaimAnswer =>
  why.code === 'NOT_FOUND' || why.code === 'FORBIDDEN'
    ? { is: 'unclaimed' }
    : { is: 'unclaimed', says: explain(why).says }
