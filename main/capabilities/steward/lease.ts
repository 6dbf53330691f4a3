import { z } from 'zod'
import type { Clock } from '../../kernel/clock'
import { succeed, type Outcome } from '../../kernel/outcome'
import { ownNamespace } from '../ownership'
import { unlessForbidden } from '../../platform/kubernetes/refused'
import { SYSTEM_NAMESPACE } from '../../kernel/system-objects'
import { LEASE_KIND, leaseInstant, LEASES } from '../../platform/kubernetes/leases'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'

export const LEASE = { namespace: SYSTEM_NAMESPACE, name: 'takt-steward' }
const LASTS_S = 15
export const LEASE_MS = LASTS_S * 1000
/** A holder that could not renew for this long stops by itself, well before anybody else may begin. */
const GIVES_UP_MS = 10_000

const LeaseObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string(), resourceVersion: z.string() }),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      leaseTransitions: z.number().nullish(),
      renewTime: z.string().nullish(),
      acquireTime: z.string().nullish(),
    })
    .prefault({}),
})
type LeaseObject = z.infer<typeof LeaseObject>

/** Who may act. Durations are measured on this machine alone, so that clocks which differ do no harm. */
export class Leadership {
  readonly #clock: Clock
  readonly #identity: string
  #seen: { version: string; at: number; holder: string } | undefined
  #renewedAt = -Infinity
  constructor({ clock, identity }: { clock: Clock; identity: string }) {
    this.#clock = clock
    this.#identity = identity
  }
  /** Whether this core may act at this very moment. */
  get holds(): boolean {
    return this.#clock.now() - this.#renewedAt < GIVES_UP_MS
  }
  /** Who held it when last looked; undefined where nobody does. */
  get holder(): string | undefined {
    return this.#seen?.holder === '' ? undefined : this.#seen?.holder
  }

  /** Renews, or takes what nobody holds. Answers whether this core holds it now; a failure leaves what was held until it runs out. */
  async stand(client: KubeClient, signal: AbortSignal): Promise<Outcome<boolean>> {
    const found = await client.get(LEASES, LEASE, LeaseObject, signal)
    if (!found.ok) return found
    if (!found.value) return this.#write(client, this.#fresh(client), { create: true, signal })
    const lease = found.value
    const holder = lease.spec.holderIdentity ?? ''
    this.#observe(lease, holder)
    if (holder !== this.#identity && holder !== '' && !this.#ranOut(lease)) {
      this.#renewedAt = -Infinity
      return succeed(false)
    }
    return this.#write(client, this.#taken(lease, client), { create: false, signal })
  }
  /** Lets go, so that the next one need not wait. */
  async resign(client: KubeClient, signal: AbortSignal): Promise<void> {
    if (!this.holds) return
    this.#renewedAt = -Infinity
    const found = await client.get(LEASES, LEASE, LeaseObject, signal)
    if (!found.ok || found.value?.spec.holderIdentity !== this.#identity) return
    await client.replace(
      LEASES,
      {
        ...found.value,
        spec: { ...found.value.spec, holderIdentity: '', leaseDurationSeconds: 1 },
      } as unknown as KubeObject,
      { signal },
    )
  }

  #observe({ metadata: { resourceVersion } }: LeaseObject, holder: string): void {
    if (this.#seen?.version !== resourceVersion)
      this.#seen = { version: resourceVersion, at: this.#clock.now(), holder }
  }
  #ranOut({ spec }: LeaseObject): boolean {
    return (
      this.#seen !== undefined &&
      this.#clock.now() - this.#seen.at > (spec.leaseDurationSeconds ?? LASTS_S) * 1000
    )
  }
  #fresh(client: KubeClient): KubeObject {
    const at = leaseInstant(client.clock.now())
    return {
      ...LEASE_KIND,
      metadata: LEASE,
      spec: {
        holderIdentity: this.#identity,
        leaseDurationSeconds: LASTS_S,
        acquireTime: at,
        renewTime: at,
        leaseTransitions: 0,
      },
    }
  }
  #taken(lease: LeaseObject, client: KubeClient): KubeObject {
    const at = leaseInstant(client.clock.now())
    const mine = lease.spec.holderIdentity === this.#identity
    const spec = {
      ...lease.spec,
      holderIdentity: this.#identity,
      leaseDurationSeconds: LASTS_S,
      renewTime: at,
      acquireTime: mine ? (lease.spec.acquireTime ?? at) : at,
      leaseTransitions: (lease.spec.leaseTransitions ?? 0) + (mine ? 0 : 1),
    }
    return { ...lease, spec } as unknown as KubeObject
  }
  /** A write that somebody else was faster with is no failure: they hold it. */
  async #write(
    client: KubeClient,
    object: KubeObject,
    { create, signal }: { create: boolean; signal: AbortSignal },
  ): Promise<Outcome<boolean>> {
    // Counted from before the question, so that a slow answer never stretches what is held.
    const asked = this.#clock.now()
    const done = create
      ? await this.#create(client, object, signal)
      : await client.replace(LEASES, object, { signal })
    if (!done.ok) {
      if (done.failure.code === 'CONFLICT' || done.failure.code === 'ALREADY_EXISTS') {
        this.#renewedAt = -Infinity
        return succeed(false)
      }
      return done
    }
    this.#renewedAt = asked
    this.#seen = {
      version: done.value.metadata.resourceVersion ?? '',
      at: asked,
      holder: this.#identity,
    }
    return succeed(true)
  }
  async #create(
    client: KubeClient,
    object: KubeObject,
    signal: AbortSignal,
  ): Promise<Outcome<KubeObject>> {
    const ground = await ownNamespace(
      client,
      { name: LEASE.namespace, run: this.#identity },
      signal,
    )
    if (!ground.ok) return ground
    return client.create(LEASES, object, { signal })
  }
}

/** Tells whether somebody keeps the Lease alive, without standing for it: a holder counts until it was seen unchanged, by this machine's clock, for as long as it lasts. */
export function leaseSight(
  clock: Clock,
): (client: KubeClient, signal: AbortSignal) => Promise<boolean> {
  let seen: { version: string; at: number } | undefined
  const ask = unlessForbidden()
  return async (client, signal) => {
    const found = await ask(client, 'lease', () => client.get(LEASES, LEASE, LeaseObject, signal))
    if (!found.ok || !found.value?.spec.holderIdentity) return false
    const {
      metadata: { resourceVersion: version },
      spec,
    } = found.value
    if (seen?.version !== version) seen = { version, at: clock.now() }
    return clock.now() - seen.at <= (spec.leaseDurationSeconds ?? LASTS_S) * 1000
  }
}
