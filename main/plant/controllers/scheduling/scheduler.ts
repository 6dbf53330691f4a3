import type { KubeObject } from '../../types'
import { removePod } from '../apps/pods'
import type { Controller, Engine } from '../engine'
import type { Recorder } from '../events'
import { CLAIM, NODE, POD, PRIORITY_CLASS, STORAGE_CLASS } from '../kinds'
import { conditionOf, nowText, withCondition, type Node, type Pod } from '../objects'
import { devicesFor } from './devices'
import {
  explainPreemption,
  explainRefusals,
  occupy,
  rank,
  refusalsOf,
  roomsOf,
  type Refusal,
  type Room,
} from './fits'
import { choosePreemption } from './preemption'
import { DEVICES } from './requests'

const NAME = 'default-scheduler'
const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
interface Claim extends KubeObject {
  spec: { storageClassName?: string; volumeName?: string }
  status?: { phase?: string }
}

/** Places pods on nodes by what they ask for, highest priority first, and says why when it cannot. */
export function scheduler(engine: Engine, recorder: Recorder): Controller {
  const wakes = () => ['queue']
  return {
    name: 'scheduler',
    watches: [
      {
        kinds: [POD],
        wakes: ({ type, object }) =>
          type === 'DELETED' || changesRoom(object as Pod) ? ['queue'] : [],
      },
      { kinds: [NODE, CLAIM], wakes },
    ],
    reconcile: () => new Round(engine, recorder).run(),
  }
}

// Pods that run on as they did are no news: only those to be placed and those that have left their place are.
const changesRoom = (pod: Pod) =>
  !pod.spec.nodeName || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'

class Round {
  readonly #rooms: Room[]
  readonly #waiting: Pod[]

  constructor(
    private readonly engine: Engine,
    private readonly recorder: Recorder,
  ) {
    const pods = engine.api.list(POD) as Pod[]
    this.#waiting = pods.filter(
      (pod) =>
        !pod.spec.nodeName &&
        !pod.metadata.deletionTimestamp &&
        !pod.status?.phase?.match(/Succeeded|Failed/) &&
        !pod.spec.schedulingGates?.length,
    )
    this.#rooms = this.#waiting.length > 0 ? roomsOf(engine.api.list(NODE) as Node[], pods) : []
  }

  run() {
    const byPriority = this.#waiting.map((pod) => ({ pod, priority: this.#priorityOf(pod) }))
    byPriority.sort(
      (a, b) =>
        b.priority - a.priority ||
        (a.pod.metadata.creationTimestamp ?? '').localeCompare(
          b.pod.metadata.creationTimestamp ?? '',
        ) ||
        a.pod.metadata.name.localeCompare(b.pod.metadata.name),
    )
    for (const { pod, priority } of byPriority) this.#place(pod, priority)
  }

  #priorityOf(pod: Pod): number {
    if (pod.spec.priority !== undefined) return pod.spec.priority
    const named = pod.spec.priorityClassName
      ? this.engine.api.get(PRIORITY_CLASS, pod.spec.priorityClassName)
      : undefined
    return typeof named?.['value'] === 'number' ? named['value'] : 0
  }

  #place(pod: Pod, priority: number) {
    const missing = this.#missingClaim(pod)
    if (missing)
      return this.#refuse(
        pod,
        `0/${String(this.#rooms.length)} nodes are available: ${missing}. preemption: 0/${String(this.#rooms.length)} nodes are available: ${String(this.#rooms.length)} Preemption is not helpful for scheduling.`,
      )
    if (this.#rooms.length === 0) return this.#refuse(pod, 'no nodes available to schedule pods')
    const judged = this.#rooms.map((room) => ({ room, refusals: refusalsOf(pod, room) }))
    const [best] = rank(
      pod,
      judged.filter(({ refusals }) => refusals.length === 0).map(({ room }) => room),
    )
    if (best) {
      if (this.#claimsReady(pod, best.node)) this.#bind(pod, best)
      // Volumes of the late kind are made once a node is chosen; the place is kept for this round.
      else occupy(best, pod)
      return
    }
    this.#preemptOrRefuse(pod, priority, judged)
  }

  #preemptOrRefuse(pod: Pod, priority: number, judged: { room: Room; refusals: Refusal[] }[]) {
    const refusals = judged.map((each) => each.refusals)
    if (pod.spec.preemptionPolicy === 'Never') {
      return this.#refuse(
        pod,
        `${explainRefusals(refusals)} preemption: not eligible due to preemptionPolicy=Never.`,
      )
    }
    // Those it sent away are still leaving: their place is kept for it, and nobody else has to go.
    const nominated = judged.find(
      ({ room }) => room.node.metadata.name === pod.status?.nominatedNodeName,
    )
    if (nominated?.room.pods.some((other) => other.metadata.deletionTimestamp)) return
    const chosen = choosePreemption(
      pod,
      judged.map(({ room }) => room),
      { priority, priorityOf: (other) => this.#priorityOf(other) },
    )
    if (!chosen)
      return this.#refuse(pod, `${explainRefusals(refusals)} ${explainPreemption(refusals)}`)
    this.engine.api.updateStatus(
      { ...pod, status: { ...pod.status, nominatedNodeName: chosen.room.node.metadata.name } },
      NAME,
    )
    for (const victim of chosen.victims) {
      this.recorder.note(victim, {
        reason: 'Preempted',
        message: `Preempted by pod ${pod.metadata.uid ?? pod.metadata.name} on node ${chosen.room.node.metadata.name}`,
        from: NAME,
      })
      removePod(this.engine, victim)
    }
  }

  #missingClaim(pod: Pod): string | undefined {
    for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
      if (!persistentVolumeClaim) continue
      const claim = this.#claim(pod, persistentVolumeClaim.claimName)
      if (!claim || claim.metadata.deletionTimestamp)
        return `persistentvolumeclaim "${persistentVolumeClaim.claimName}" not found`
      if (claim.status?.phase !== 'Bound' && !this.#isLate(claim))
        return 'pod has unbound immediate PersistentVolumeClaims'
    }
    return undefined
  }

  #claim = (pod: Pod, name: string) =>
    this.engine.api.get(CLAIM, name, pod.metadata.namespace) as Claim | undefined
  #isLate = (claim: Claim) =>
    this.engine.api.get(STORAGE_CLASS, claim.spec.storageClassName ?? '')?.['volumeBindingMode'] ===
    'WaitForFirstConsumer'

  #claimsReady(pod: Pod, node: Node): boolean {
    let ready = true
    for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
      const claim = persistentVolumeClaim && this.#claim(pod, persistentVolumeClaim.claimName)
      if (!claim || claim.status?.phase === 'Bound') continue
      ready = false
      if (claim.metadata.annotations?.[SELECTED_NODE]) continue
      const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node.metadata.name }
      this.engine.api.update({ ...claim, metadata: { ...claim.metadata, annotations } }, NAME)
    }
    return ready
  }

  #bind(pod: Pod, room: Room) {
    const { api } = this.engine
    const node = room.node.metadata.name
    const devices = devicesFor(pod, room)
    const annotations =
      devices.length > 0
        ? { annotations: { ...pod.metadata.annotations, [DEVICES]: devices.join(',') } }
        : {}
    const bound = api.update(
      {
        ...pod,
        metadata: { ...pod.metadata, ...annotations },
        spec: { ...pod.spec, nodeName: node },
      },
      NAME,
    ) as Pod
    const conditions = withCondition(
      bound.status?.conditions,
      { type: 'PodScheduled', status: 'True' },
      nowText(api),
    )
    api.updateStatus(
      {
        ...bound,
        status: { ...bound.status, phase: bound.status?.phase ?? 'Pending', conditions },
      },
      NAME,
    )
    occupy(room, bound)
    this.recorder.note(bound, {
      reason: 'Scheduled',
      message: `Successfully assigned ${pod.metadata.namespace ?? ''}/${pod.metadata.name} to ${node}`,
      from: NAME,
    })
  }

  #refuse(pod: Pod, message: string) {
    const before = conditionOf(pod.status?.conditions, 'PodScheduled')
    if (before?.status === 'False' && before.message === message) return
    const conditions = withCondition(
      pod.status?.conditions,
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
      nowText(this.engine.api),
    )
    this.engine.api.updateStatus(
      { ...pod, status: { ...pod.status, phase: 'Pending', conditions } },
      NAME,
    )
    this.recorder.note(pod, { type: 'Warning', reason: 'FailedScheduling', message, from: NAME })
  }
}
