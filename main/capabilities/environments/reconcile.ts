import type { Environment } from '../../../preload/contract/records'
import type { PodFacts } from '../../kernel/inventory'
import { LABEL } from '../../kernel/manifest'
import { keep, keyOf } from '../../platform/kubernetes/kept'
import type { KubeClient, WatchItem } from '../../platform/kubernetes/types'
import { coalesced } from '../../platform/streams/latest'
import { PodObject } from '../capacity'
import { KUBE } from '../plans'
import { cleared, currentPod, sameStatus, statusOf, workEvents } from './domain/status'
import type { EnvironmentPorts } from './ports'

type Ports = Pick<EnvironmentPorts, 'sites' | 'records' | 'worklog' | 'clock' | 'log'>
const EVERY_MS = 500
const TICK_MS = 15_000

/**
 * Derives the status of every environment from its pods, and writes what was observed into the record and its work item. Two cores
 * doing so agree, because both derive the same from the same facts.
 */
export class Reconciler {
  readonly #ports: Ports
  readonly #ending = new AbortController()
  readonly #poke: ReturnType<typeof coalesced>
  #watching: { client: KubeClient; stop: AbortController } | undefined
  #pods = new Map<string, PodFacts>()
  #complete = false
  #busy: Promise<void> = Promise.resolve()
  constructor(ports: Ports) {
    this.#ports = ports
    this.#poke = coalesced(
      ports.clock,
      () => {
        void this.settled()
      },
      EVERY_MS,
    )
  }

  /** Begins to follow; the answer ends it. */
  start(): () => void {
    const { sites, records } = this.#ports
    const stops = [
      sites.onChange(() => this.#align()),
      records.onChange(['Environment', 'WorkItem'], () => this.#poke.poke()),
    ]
    this.#align()
    this.#tick().catch(() => undefined)
    return () => {
      this.#ending.abort()
      this.#watching?.stop.abort()
      this.#poke.stop()
      for (const stop of stops) stop()
    }
  }
  /** Resolves when what is known now has been worked through. */
  settled(): Promise<void> {
    this.#busy = this.#busy
      .then(() => this.#all())
      .catch((error: unknown) => {
        if (!this.#ending.signal.aborted)
          this.#ports.log.error('Environments could not be followed.', { error: String(error) })
      })
    return this.#busy
  }

  // Waits are told apart from short pauses by their length, so time alone can change what is to be written.
  async #tick() {
    for (;;) {
      await this.#ports.clock.sleep(TICK_MS, this.#ending.signal)
      this.#poke.poke()
    }
  }
  #align() {
    const home = this.#ports.sites.home()
    const client = home.ok ? home.value : undefined
    if (client === this.#watching?.client) return
    this.#watching?.stop.abort()
    this.#complete = false
    this.#pods.clear()
    this.#watching = client && { client, stop: new AbortController() }
    if (this.#watching)
      this.#follow(this.#watching.client, this.#watching.stop.signal).catch(() => undefined)
  }
  async #follow(client: KubeClient, signal: AbortSignal) {
    for await (const item of client.watch(
      KUBE.pods,
      { labelSelector: LABEL.environment },
      { parse: PodObject, signal },
    ))
      this.#take(item)
  }
  #take(item: WatchItem<PodFacts>) {
    keep(this.#pods, item)
    this.#complete = true
    this.#poke.poke()
  }

  async #all() {
    const home = this.#ports.sites.home()
    const known = this.#ports.records.known('Environment')
    if (!home.ok || !this.#complete || !known.live) return
    const pods = Map.groupBy(
      this.#pods.values(),
      (pod) => `${pod.namespace}/${pod.labels[LABEL.environment] ?? ''}`,
    )
    for (const environment of known.items)
      await this.#one(
        environment,
        pods.get(
          keyOf({ name: environment.meta.name, namespace: environment.meta.namespace ?? '' }),
        ) ?? [],
        home.value.clock.now(),
      )
  }
  async #one(environment: Environment, pods: PodFacts[], now: number) {
    const { records, log, worklog } = this.#ports
    const { name, namespace = '' } = environment.meta
    const status = statusOf(environment, pods, now)
    if (!sameStatus(status, environment.status)) {
      const written = await records.patchStatus(
        'Environment',
        { name, namespace },
        cleared(status),
        this.#ending.signal,
      )
      if (!written.ok && written.failure.code !== 'NOT_FOUND')
        log.warn('The status of an environment could not be written.', {
          environment: `${namespace}/${name}`,
          code: written.failure.code,
        })
    }
    const { workItem } = environment.spec
    const item = workItem === undefined ? undefined : records.find('WorkItem', workItem, namespace)
    const seen = { namespace, pod: currentPod(pods), now }
    if (item && workEvents(item, seen).length > 0)
      await worklog.record(
        { namespace, name: item.meta.name },
        (fresh) => workEvents(fresh, seen),
        this.#ending.signal,
      )
  }
}
