import { removePod } from '../apps/pods'
import { splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { NODE, POD } from '../kinds'
import {
  conditionOf,
  isFinished,
  isReady,
  nowText,
  same,
  type Node,
  type Pod,
  type Taint,
} from '../objects'
import { toleranceOf } from '../scheduling/fits'

const NAME = 'node-controller'
const NOT_READY = 'node.kubernetes.io/not-ready'
// What the server's admission gives pods that say nothing: five minutes on a node that went away.
const DEFAULT_TOLERATION_SECONDS = 300

/** Taints nodes that are not ready, as the node lifecycle controller does, and sends pods away when their tolerance has run out. */
export function nodeLifecycle(engine: Engine, recorder: Recorder): Controller {
  return {
    name: 'nodes',
    watches: [
      {
        kinds: [NODE],
        wakes: ({ type, object }) => (type === 'DELETED' ? [] : [`/${object.metadata.name}`]),
      },
      {
        kinds: [POD],
        wakes: ({ type, object }) =>
          type === 'ADDED' && (object as Pod).spec.nodeName
            ? [`/${(object as Pod).spec.nodeName ?? ''}`]
            : [],
      },
    ],
    reconcile(key) {
      const [, name] = splitKey(key)
      const node = engine.api.get(NODE, name) as Node | undefined
      if (!node) return removeOrphans(engine, name)
      const taints = taintsOf(node, nowText(engine.api))
      if (!same(node.spec?.taints ?? [], taints)) {
        const ready = isReady(node)
        recorder.note(node, {
          reason: ready ? 'NodeReady' : 'NodeNotReady',
          message: `Node ${name} status is now: Node${ready ? '' : 'Not'}Ready`,
          from: NAME,
        })
        engine.api.update({ ...node, spec: { ...node.spec, taints } }, NAME)
      }
      evict({ engine, recorder }, name, taints)
    },
  }
}

function taintsOf(node: Node, now: string): Taint[] {
  const others = (node.spec?.taints ?? []).filter((taint) => taint.key !== NOT_READY)
  if (conditionOf(node.status?.conditions, 'Ready') === undefined || isReady(node)) return others
  const before = (effect: string) =>
    node.spec?.taints?.find((taint) => taint.key === NOT_READY && taint.effect === effect)
  return [
    ...others,
    before('NoSchedule') ?? { key: NOT_READY, effect: 'NoSchedule' },
    before('NoExecute') ?? { key: NOT_READY, effect: 'NoExecute', timeAdded: now },
  ]
}

function evict(
  { engine, recorder }: { engine: Engine; recorder: Recorder },
  node: string,
  taints: Taint[],
) {
  const expelling = taints.filter(({ effect }) => effect === 'NoExecute')
  if (expelling.length === 0) return
  for (const pod of engine.api.list(POD) as Pod[]) {
    if (pod.spec.nodeName !== node || pod.metadata.deletionTimestamp || isFinished(pod)) continue
    const leaveAt = Math.min(...expelling.map((taint) => lastMoment(pod, taint)))
    if (leaveAt > engine.api.clock.now()) {
      if (Number.isFinite(leaveAt)) engine.wakeAt(leaveAt, 'nodes', `/${node}`)
      continue
    }
    recorder.note(pod, {
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}`,
      from: 'taint-eviction-controller',
    })
    removePod(engine, pod)
  }
}

function lastMoment(pod: Pod, taint: Taint): number {
  const toleration = toleranceOf(pod.spec, taint)
  const since = Date.parse(taint.timeAdded ?? '') || 0
  if (!toleration) return taint.key === NOT_READY ? since + DEFAULT_TOLERATION_SECONDS * 1000 : 0
  return toleration.tolerationSeconds === undefined
    ? Infinity
    : since + toleration.tolerationSeconds * 1000
}

/** Pods of a node that is gone have nobody who would end them. */
function removeOrphans(engine: Engine, node: string) {
  for (const pod of engine.api.list(POD) as Pod[]) {
    if (pod.spec.nodeName === node)
      engine.api.remove(POD, pod.metadata.name, {
        ...(pod.metadata.namespace && { namespace: pod.metadata.namespace }),
        gracePeriodSeconds: 0,
      })
  }
}
