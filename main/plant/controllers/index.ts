import type { PlantApi } from '../types'
import { deployments, replicaSets } from './apps/deployment'
import { disruptionBudgets } from './apps/disruption'
import { namespaces } from './apps/namespaces'
import { services } from './apps/service'
import { statefulSets } from './apps/statefulset'
import { jobs } from './batch/job'
import { kueueDefinitions } from './definitions/kueue'
import { notebookDefinition } from './definitions/notebook'
import { snapshotDefinitions } from './definitions/snapshots'
import { makeEngine, type Engine, type EngineOptions } from './engine'
import { makeRecorder, type Recorder } from './events'
import { kubelet } from './kubelet/kubelet'
import { kueue } from './kueue/admission'
import { queueStatus } from './kueue/status'
import { makeFaults, type Faults } from './nodes/faults'
import { nodeLifecycle } from './nodes/lifecycle'
import { notebooks } from './notebooks/notebook'
import { scheduler } from './scheduling/scheduler'
import { claims } from './volumes/claims'
import { snapshots } from './volumes/snapshots'

export type { Engine } from './engine'
export type { Faults } from './nodes/faults'

/** Which add-ons a cluster has besides what every Kubernetes brings. */
export interface AddOns {
  notebooks?: boolean
  snapshots?: boolean
  kueue?: boolean
}
export interface Controllers {
  engine: Engine
  recorder: Recorder
  faults: Faults
}

const CRD = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition' }

/** Brings a site to life: installs the add-ons' definitions where they are missing and starts every controller on the site's clock. */
export function startControllers(
  api: PlantApi,
  options: EngineOptions & { addOns?: AddOns } = {},
): Controllers {
  const addOns = { notebooks: true, snapshots: true, kueue: true, ...options.addOns }
  install(api, addOns)
  const engine = makeEngine(api, options)
  const recorder = makeRecorder(engine)
  const native = [
    namespaces(engine),
    nodeLifecycle(engine, recorder),
    deployments(engine, recorder),
    replicaSets(engine, recorder),
    statefulSets(engine, recorder),
    jobs(engine, recorder),
    claims(engine, recorder),
    scheduler(engine, recorder),
    kubelet(engine, recorder),
    services(engine),
    disruptionBudgets(engine),
  ]
  for (const controller of [...added(engine, recorder, addOns), ...native]) engine.add(controller)
  return { engine, recorder, faults: makeFaults(engine) }
}

function install(api: PlantApi, addOns: Required<AddOns>) {
  const definitions = [
    ...(addOns.snapshots ? snapshotDefinitions() : []),
    ...(addOns.notebooks ? [notebookDefinition()] : []),
    ...(addOns.kueue ? kueueDefinitions() : []),
  ]
  for (const definition of definitions)
    if (!api.get(CRD, definition.metadata.name)) api.create(definition, 'takt-plant')
}

const added = (engine: Engine, recorder: Recorder, addOns: Required<AddOns>) => [
  ...(addOns.notebooks ? [notebooks(engine)] : []),
  ...(addOns.kueue ? [kueue(engine, recorder), queueStatus(engine)] : []),
  ...(addOns.snapshots ? [snapshots(engine, recorder)] : []),
]
