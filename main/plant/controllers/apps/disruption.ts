import { splitKey, keyOf, type Controller, type Engine } from '../engine'
import type { KubeObject } from '../../types'
import { DISRUPTION_BUDGET, POD } from '../kinds'
import {
  isFinished,
  isReady,
  nowText,
  same,
  selects,
  withCondition,
  type Condition,
  type Pod,
  type Selector,
} from '../objects'

interface Budget extends KubeObject {
  spec: { selector?: Selector; minAvailable?: number | string; maxUnavailable?: number | string }
  status?: { conditions?: Condition[] }
}
const share = (value: number | string, of: number) =>
  typeof value === 'string' && value.endsWith('%')
    ? Math.ceil((Number(value.slice(0, -1)) / 100) * of)
    : Number(value)

/** Says of each PodDisruptionBudget how many pods may go now. */
export function disruptionBudgets(engine: Engine): Controller {
  return {
    name: 'disruption',
    sumsUp: true,
    watches: [
      {
        kinds: [DISRUPTION_BUDGET],
        wakes: ({ type, object }) => (type === 'DELETED' ? [] : [keyOf(object)]),
      },
      {
        kinds: [POD],
        wakes: ({ object }) =>
          (
            engine.api.list(DISRUPTION_BUDGET, {
              ...(object.metadata.namespace && { namespace: object.metadata.namespace }),
            }) as Budget[]
          )
            .filter((budget) => selects(budget.spec.selector, object.metadata.labels))
            .map(keyOf),
      },
    ],
    reconcile(key) {
      const [namespace, name] = splitKey(key)
      const budget = engine.api.get(DISRUPTION_BUDGET, name, namespace) as Budget | undefined
      if (!budget || budget.metadata.deletionTimestamp) return
      const pods = (engine.api.list(POD, { namespace }) as Pod[]).filter(
        (pod) =>
          selects(budget.spec.selector, pod.metadata.labels) &&
          !pod.metadata.deletionTimestamp &&
          !isFinished(pod),
      )
      const healthy = pods.filter(isReady).length
      const desired =
        budget.spec.maxUnavailable !== undefined
          ? Math.max(0, pods.length - share(budget.spec.maxUnavailable, pods.length))
          : share(budget.spec.minAvailable ?? 1, pods.length)
      const allowed = Math.max(0, healthy - desired)
      const condition = {
        type: 'DisruptionAllowed',
        status: allowed > 0 ? 'True' : 'False',
        reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
        message: '',
        observedGeneration: budget.metadata.generation ?? 1,
      }
      const status = {
        observedGeneration: budget.metadata.generation ?? 1,
        expectedPods: pods.length,
        currentHealthy: healthy,
        desiredHealthy: desired,
        disruptionsAllowed: allowed,
        conditions: withCondition(budget.status?.conditions, condition, nowText(engine.api)),
      }
      if (!same(budget.status, status))
        engine.api.updateStatus({ ...budget, status }, 'disruption-controller')
    },
  }
}
