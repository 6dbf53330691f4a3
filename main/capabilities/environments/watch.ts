import type { NamespacedRef } from '../../../preload/contract/common'
import type { Phase } from '../../../preload/contract/projects'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import type { KubeClient } from '../../platform/kubernetes/types'
import { latest, listeners } from '../../platform/streams/latest'
import { KUBE } from '../plans'
import { isCold, phasesOf, type EventFacts, type Observed } from './domain/phases'
import { PROMISE } from './domain/waits'
import { EventObject, observe } from './observe'
import type { EnvironmentPorts } from './ports'

export interface Starting {
  asOf: string
  phase: string
  phases: Phase[]
  elapsedSeconds?: number
  promiseSeconds: number
  canOpen: boolean
  says: string
}
const REFRESH_MS = 1_000

/** The words beside a start: what runs now, or what failed. */
function wordsOf(
  phases: Phase[],
  told: { state: 'running' | 'paused'; elapsed: number | undefined; promise: number },
): string {
  if (told.state === 'paused') return 'Paused. Its volume is kept; resuming takes it up again.'
  const failed = phases.find(({ state }) => state === 'failed')
  if (failed) return `${failed.title} failed: ${failed.says}`
  const open =
    phases.find(({ state }) => state === 'running') ??
    phases.find(({ state }) => state === 'waiting')
  if (!open)
    return told.elapsed === undefined
      ? 'Ready.'
      : `Ready after ${String(told.elapsed)} s; promised were ${String(told.promise)} s.`
  const late =
    told.elapsed !== undefined && told.elapsed > told.promise
      ? ` Later than the ${String(told.promise)} s promised.`
      : ''
  return `${open.title}: ${open.says || 'next'}.${late}`
}

function viewOf(seen: Observed, state: 'running' | 'paused'): Starting {
  const phases = phasesOf(seen)
  const promise = isCold(seen) ? PROMISE.cold : PROMISE.warm
  const elapsed = state === 'paused' ? undefined : elapsedOf(seen)
  return {
    asOf: timestamp(seen.now),
    phase: phaseOf(seen, phases, state),
    phases,
    ...given({ elapsedSeconds: elapsed }),
    promiseSeconds: promise,
    canOpen: seen.pod?.ready === true,
    says: wordsOf(phases, { state, elapsed, promise }),
  }
}
const elapsedOf = ({ pod, since, now }: Observed) =>
  Math.max(0, Math.round(((pod?.readyAt ?? now) - (pod?.createdAt ?? since)) / 1000))
function phaseOf({ pod }: Observed, phases: Phase[], state: 'running' | 'paused'): string {
  if (pod?.ready) return 'Ready'
  if (state === 'paused') return 'Paused'
  if (phases.some((phase) => phase.state === 'failed')) return 'Failed'
  return pod ? 'Starting' : 'Pending'
}

/** One environment as it starts, whole again after changes; ends with the signal. */
export async function* watchStart(
  ports: Pick<EnvironmentPorts, 'records' | 'clock'>,
  client: KubeClient,
  { ref, signal }: { ref: NamespacedRef; signal: AbortSignal | undefined },
): AsyncGenerator<Starting, void> {
  const over = new AbortController()
  const ending = signal ? AbortSignal.any([signal, over.signal]) : over.signal
  const heard = listeners()
  let current: Starting | undefined
  const look = async () => {
    const environment = ports.records.find('Environment', ref.name, ref.namespace)
    const since =
      Date.parse(environment?.status.startedAt ?? environment?.meta.createdAt ?? '') ||
      client.clock.now()
    const seen = await observe(client, { ...ref, since }, ending)
    if (seen.ok) current = viewOf(seen.value, environment?.spec.state ?? 'running')
    heard.tell()
  }
  try {
    await look()
    follow(ports, client, { ref, look, ending }).catch(() => undefined)
    yield* latest({
      subscribe: heard.add,
      clock: ports.clock,
      signal,
      read: () =>
        current ??
        viewOf(
          {
            claims: [],
            events: [],
            workload: ref.name,
            since: client.clock.now(),
            now: client.clock.now(),
          },
          'running',
        ),
    })
  } finally {
    over.abort()
  }
}

// Events tell of everything a start goes through, so their watch is the pulse; the pause keeps a lively namespace from asking too often.
async function follow(
  ports: Pick<EnvironmentPorts, 'clock'>,
  client: KubeClient,
  { ref, look, ending }: { ref: NamespacedRef; look(): Promise<void>; ending: AbortSignal },
) {
  let due = true
  const pulse = async () => {
    for await (const _item of client.watch<EventFacts>(
      KUBE.events,
      { namespace: ref.namespace },
      { parse: EventObject, signal: ending },
    ))
      due = true
  }
  pulse().catch(() => undefined)
  for (let turn = 0; !ending.aborted; turn++) {
    await ports.clock.sleep(REFRESH_MS / 4, ending)
    if (!due && turn % 4 !== 0) continue
    due = false
    await look()
  }
}
