import type { Place } from '../../../preload/contract/common'
import { failure, type Failure } from '../../../preload/contract/failures'
import type { SiteState } from '../../../preload/contract/sites'
import { timestamp, type Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import { makeKubeClient } from '../../platform/kubernetes/client'
import type { Target } from '../../platform/kubernetes/transport'
import type { KubeClient, Resource } from '../../platform/kubernetes/types'
import { backoffMs } from '../../platform/kubernetes/watch'
import type { Log } from '../../platform/log'

/** A place that can be connected: found in a kubeconfig, or simulated. Nothing of it is opened by knowing it. */
export interface SiteSource {
  id: string
  name: string
  place: Place
  meta: string
  simulated: boolean
  server: string
  /** The certificate of the server is not checked: whoever stands in between reads and changes everything. */
  unchecked?: boolean
  /** Where the site is known from; the plant's own sites say nothing. */
  kind?: 'kubeconfig' | 'eks' | 'oidc'
  /** What a person can sign in to for this site; undefined where there is nothing to sign in to from here. */
  signsInWith?: () => { name: string; kind: 'aws-sso' | 'oidc' } | undefined
  speed?: () => number
  clock?: Clock
  target(): Outcome<Target>
}
export interface ConnectionPorts {
  clock: Clock
  random: Random
  log: Log
  kinds: readonly Resource[]
  /** The namespaces that whoever is signed in to a site belongs to. */
  namespacesOf?(site: string): readonly string[]
}

/** Optional APIs by the word the contract has for them; any of the resources will do. */
const OPTIONAL: Record<string, Resource[]> = {
  notebooks: [{ group: 'kubeflow.org', version: 'v1', plural: 'notebooks' }],
  snapshots: [{ group: 'snapshot.storage.k8s.io', version: 'v1', plural: 'volumesnapshots' }],
  kueue: [
    { group: 'kueue.x-k8s.io', version: 'v1beta1', plural: 'workloads' },
    { group: 'kueue.x-k8s.io', version: 'v1beta2', plural: 'workloads' },
  ],
}
const PASSING = new Set<Failure['code']>([
  'CLUSTER_UNREACHABLE',
  'CLUSTER_TIMED_OUT',
  'CLUSTER_BUSY',
  'CLUSTER_FAILED',
  'CLUSTER_ANSWER_UNREADABLE',
  'NAME_UNRESOLVED',
  'PROXY_FAILED',
  'SIGN_IN_WAITS',
  'AWS_UNREACHABLE',
  'AWS_FAILED',
])
const passes = (failed: Failure) =>
  PASSING.has(failed.code) ||
  (failed.code === 'ISSUER_FAILED' && failed.data.error === 'unreachable')
// A rewritten entry may heal these.
const OF_ENTRY = new Set<Failure['code']>([
  'CREDENTIAL_REFUSED',
  'CLUSTER_UNTRUSTED',
  'CLUSTER_UNREACHABLE',
  'NAME_UNRESOLVED',
  'SIGN_IN_NEEDED',
  'KUBECONFIG_UNREADABLE',
])
const JITTER_MS = 3000
const LOOK_EVERY_MS = 20_000

type Told = Pick<SiteState, 'state' | 'prepared' | 'offers'> &
  Partial<Pick<SiteState, 'failure' | 'user' | 'groups' | 'version'>>

/** One site from the first connect to the last disconnect: signed in once, looked after until it is let go. */
export class Connection {
  source: SiteSource
  client: KubeClient | undefined
  #told: Told = { state: 'idle', prepared: 'unknown', offers: [] }
  #asOf: number | undefined
  #life: AbortController | undefined
  #nap: AbortController | undefined
  #woken = false
  #connecting: Promise<Outcome<void>> | undefined
  readonly #ports: ConnectionPorts
  readonly #changed: () => void

  constructor(source: SiteSource, ports: ConnectionPorts, changed: () => void) {
    this.source = source
    this.#ports = ports
    this.#changed = changed
  }

  state(home: boolean): SiteState {
    const { id, name, place, meta, simulated, server, unchecked, speed, kind, signsInWith } =
      this.source
    const identity = signsInWith?.()
    return {
      id,
      name,
      place,
      meta,
      simulated,
      ...(speed && { speed: speed() }),
      home,
      server,
      ...(unchecked && { unchecked }),
      source: kind ?? 'plant',
      ...(identity && { identity }),
      ...this.#told,
      ...(this.#asOf !== undefined && { asOf: timestamp(this.#asOf) }),
    }
  }
  /** Live or lately live: what is asked of it may be answered. */
  usable(): Outcome<KubeClient> {
    return this.client && (this.#told.state === 'live' || this.#told.state === 'stale')
      ? succeed(this.client)
      : fail(failure('SITE_NOT_CONNECTED', { site: this.source.id }))
  }

  /** Signs in; whoever asks while that is under way gets the same answer. */
  connect(): Promise<Outcome<void>> {
    if (this.#told.state === 'live') return Promise.resolve(succeed(undefined))
    if (this.#connecting) return this.#connecting
    const connecting = this.#connect().finally(() => {
      if (this.#connecting === connecting) this.#connecting = undefined
    })
    this.#connecting = connecting
    return connecting
  }
  async #connect(): Promise<Outcome<void>> {
    this.#let()
    const target = this.source.target()
    if (!target.ok) return this.#failed(target.failure)
    const life = new AbortController()
    this.#life = life
    this.#tell({ state: 'connecting', prepared: 'unknown', offers: [] })
    const { clock, random, log, namespacesOf } = this.#ports
    const client = makeKubeClient(target.value, {
      clock,
      random,
      log,
      ...(namespacesOf && { namespaces: () => namespacesOf(this.source.id) }),
      ...(this.source.clock && { siteClock: this.source.clock }),
    })
    const greeted = await this.#greet(client, life.signal)
    if (life.signal.aborted) {
      client.close()
      return fail(failure('SITE_NOT_CONNECTED', { site: this.source.id }))
    }
    if (!greeted.ok) {
      client.close()
      return this.#failed(greeted.failure)
    }
    this.client = client
    this.#asOf = client.clock.now()
    this.#tell(greeted.value)
    void this.#lookAfter(client, life.signal)
    return succeed(undefined)
  }
  disconnect() {
    this.#let()
    this.#connecting = undefined
    this.#tell({ state: 'idle', prepared: 'unknown', offers: [] })
  }
  /** Uses a changed entry from now on: an open connection signs in again, one that failed by its old entry tries once more. */
  replace(source: SiteSource) {
    this.source = source
    const { state, failure: failed } = this.#told
    const may =
      state === 'live' ||
      state === 'stale' ||
      (state === 'failed' && OF_ENTRY.has(failed?.code as Failure['code']))
    if (!may) return this.#changed()
    this.#connecting = undefined
    this.#told = { ...this.#told, state: 'stale' }
    void this.connect()
  }
  /** Whether the connection failed because an identity was signed out. */
  waitsFor(identity: string): boolean {
    return (
      this.#told.state === 'failed' &&
      this.#told.failure?.code === 'SIGN_IN_NEEDED' &&
      this.source.signsInWith?.()?.name === identity
    )
  }
  /** Somebody came back: what waited for that is tried now. */
  personIsBack() {
    if (this.#told.failure?.code === 'SIGN_IN_WAITS') this.#nap?.abort()
  }
  /** The machine slept: its sockets are half closed and its credentials may have ended. */
  woke() {
    this.#woken = true
    this.#nap?.abort()
  }
  /** Looks again at what the site offers, after something was installed. */
  async lookAgain(): Promise<void> {
    if (!this.client || !this.#life) return
    const seen = await this.#features(this.client, this.#life.signal).catch(() => undefined)
    if (seen && this.#told.state === 'live') this.#tell({ ...this.#told, ...seen })
  }

  #let() {
    this.#life?.abort(new Error('the site was disconnected'))
    this.#life = undefined
    this.client?.close()
    this.client = undefined
  }
  #failed(failed: Failure): { ok: false; failure: Failure } {
    this.#let()
    this.#tell({ state: 'failed', prepared: 'unknown', offers: [], failure: failed })
    return fail(failed)
  }
  #tell(told: Told) {
    this.#told = told
    this.#changed()
  }

  async #greet(client: KubeClient, signal: AbortSignal): Promise<Outcome<Told>> {
    try {
      const version = await client.version(signal)
      if (!version.ok) return version
      const [me, features] = await Promise.all([
        client.whoAmI(signal),
        this.#features(client, signal),
      ])
      // Older servers cannot say who one is; a refused sign-in they can.
      if (!me.ok && me.failure.code === 'CREDENTIAL_REFUSED') return me
      return succeed({
        state: 'live',
        version: version.value.gitVersion,
        ...(me.ok && me.value.user && { user: me.value.user, groups: me.value.groups }),
        ...features,
      })
    } catch (error) {
      if (signal.aborted) return fail(failure('SITE_NOT_CONNECTED', { site: this.source.id }))
      throw error
    }
  }
  async #features(
    client: KubeClient,
    signal: AbortSignal,
  ): Promise<Pick<Told, 'prepared' | 'offers'>> {
    const there = async (resources: readonly Resource[]) =>
      Promise.all(resources.map((resource) => client.offers(resource, signal)))
    const [kinds, ...optional] = await Promise.all([
      there(this.#ports.kinds),
      ...Object.values(OPTIONAL).map(there),
    ])
    const prepared = kinds.every((kind) => kind.ok)
      ? kinds.every((kind) => kind.ok && kind.value)
        ? 'yes'
        : 'no'
      : 'unknown'
    return {
      prepared,
      offers: Object.keys(OPTIONAL).filter((_name, index) =>
        optional[index]?.some((one) => one.ok && one.value),
      ),
    }
  }

  /** Asks now and then; while there is no answer what is known goes stale, and it asks again later and later, never after a refusal. */
  async #lookAfter(client: KubeClient, signal: AbortSignal) {
    let failures = 0
    try {
      for (;;) {
        await this.#rest(
          failures === 0 ? LOOK_EVERY_MS : backoffMs(failures, this.#ports.random),
          signal,
        )
        if (this.#woken) {
          this.#woken = false
          // A whole room of machines wakes at nine: each comes back a little later than the other.
          await this.#ports.clock.sleep(this.#ports.random.next() * JITTER_MS, signal)
          client.reconnect()
        }
        const seen = await client.version(signal)
        if (seen.ok) {
          this.#asOf = client.clock.now()
          if (failures > 0) this.#ports.log.info('A site answers again.', { site: this.source.id })
          const { failure: _failure, ...told } = this.#told
          // Somebody else may prepare the cluster while this person is connected.
          const again = failures > 0 || told.prepared !== 'yes'
          this.#tell({
            ...told,
            state: 'live',
            version: seen.value.gitVersion,
            ...(again && (await this.#features(client, signal))),
          })
          failures = 0
        } else {
          failures++
          // A connection that is half closed never answers again.
          if (seen.failure.code === 'CLUSTER_TIMED_OUT') client.reconnect()
          if (!passes(seen.failure)) return void this.#failed(seen.failure)
          this.#tell({ ...this.#told, state: 'stale', failure: seen.failure })
        }
      }
    } catch (error) {
      if (!signal.aborted)
        this.#ports.log.error('Looking after a site ended.', { site: this.source.id, error })
    }
  }
  /** Waits, unless something happens that is worth looking at once. */
  async #rest(ms: number, signal: AbortSignal) {
    const nap = new AbortController()
    this.#nap = nap
    await this.#ports.clock.sleep(ms, AbortSignal.any([nap.signal, signal])).catch(() => undefined)
    signal.throwIfAborted()
  }
}
