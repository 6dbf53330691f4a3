import type { Environment } from '../../../preload/contract/records'
import type { PodFacts } from '../../kernel/inventory'
import { LABEL } from '../../kernel/manifest'
import type { KubeClient } from '../../platform/kubernetes/types'
import { coalesced, listeners } from '../../platform/streams/latest'
import { PodObject } from '../capacity'
import { KUBE } from '../plans'
import { cleared, currentPod, sameStatus, statusOf, workEvents } from './domain/status'
import type { EnvironmentPorts } from './ports'

const EVERY_MS = 500
const TICK_MS = 15_000

/**
 * Derives the status of every environment from its pods, and writes what was observed into the record and its work item. Two cores
 * doing so agree, because both derive the same from the same facts.
 */
export function makeReconciler(ports: Pick<EnvironmentPorts, 'sites' | 'records' | 'worklog' | 'clock' | 'log'>) {
  const changed = listeners()
  const ending = new AbortController()
  let watching: { client: KubeClient; stop: AbortController } | undefined
  let pods: PodFacts[] = []
  let complete = false
  let busy: Promise<void> = Promise.resolve()

  async function one(environment: Environment, client: KubeClient) {
    const { name, namespace = '' } = environment.meta
    const own = pods.filter((pod) => pod.namespace === namespace && (pod.labels[LABEL.environment] === name))
    const now = client.clock.now()
    const status = statusOf(environment, own, now)
    if (!sameStatus(status, environment.status)) {
      const written = await ports.records.patchStatus('Environment', { name, namespace }, cleared(status), ending.signal)
      if (!written.ok && written.failure.code !== 'NOT_FOUND') ports.log.warn('The status of an environment could not be written.', { environment: `${namespace}/${name}`, code: written.failure.code })
    }
    const { workItem } = environment.spec
    const item = workItem === undefined ? undefined : ports.records.find('WorkItem', workItem, namespace)
    if (!item) return
    const seen = { namespace, pod: currentPod(own), now }
    if (workEvents(item, seen).length > 0) await ports.worklog.record({ namespace, name: item.meta.name }, (fresh) => workEvents(fresh, seen), ending.signal)
  }
  async function all() {
    const home = ports.sites.home()
    const known = ports.records.known('Environment')
    if (!home.ok || !complete || !known.live) return
    for (const environment of known.items) await one(environment, home.value)
  }
  const poke = coalesced(ports.clock, () => { busy = busy.then(all).catch((error: unknown) => { if (!ending.signal.aborted) ports.log.error('Environments could not be followed.', { error: String(error) }) }) }, EVERY_MS)

  async function follow(client: KubeClient, stop: AbortSignal) {
    for await (const item of client.watch(KUBE.pods, { labelSelector: LABEL.environment }, { parse: PodObject, signal: stop })) {
      const keyOf = ({ metadata }: { metadata: { name: string; namespace?: string } }) => `${metadata.namespace ?? ''}/${metadata.name}`
      const all = new Map((item.type === 'reset' ? item.items : pods).map((pod) => [keyOf(pod), pod]))
      if (item.type === 'changed') {
        for (const pod of item.upserts) all.set(keyOf(pod), pod)
        for (const gone of item.removed) all.delete(keyOf({ metadata: gone }))
      }
      pods = [...all.values()]
      complete = true
      changed.tell()
      poke.poke()
    }
  }
  function align() {
    const home = ports.sites.home()
    const client = home.ok ? home.value : undefined
    if (client === watching?.client) return
    watching?.stop.abort()
    complete = false
    pods = []
    watching = client && { client, stop: new AbortController() }
    if (watching) follow(watching.client, watching.stop.signal).catch(() => undefined)
  }
  return {
    /** Begins to follow; the answer ends it. */
    start() {
      const stops = [ports.sites.onChange(align), ports.records.onChange(['Environment', 'WorkItem'], poke.poke)]
      align()
      // Waits are told apart from short pauses by their length, so time alone can change what is to be written.
      const tick = async () => { for (;;) { await ports.clock.sleep(TICK_MS, ending.signal); poke.poke() } }
      tick().catch(() => undefined)
      return () => {
        ending.abort()
        watching?.stop.abort()
        poke.stop()
        for (const stop of stops) stop()
      }
    },
    /** The pods of environments as the watch last told. */
    pods: () => pods,
    onChange: changed.add,
    /** Resolves when what is known now has been worked through. */
    async settled() { busy = busy.then(all); await busy },
  }
}
export type Reconciler = ReturnType<typeof makeReconciler>
