import {
  conditions,
  definitionOf,
  flag,
  integer,
  list,
  map,
  open,
  quantity,
  shape,
  text,
  time,
} from './schema'

const group = 'kueue.x-k8s.io'
const versions = ['v1beta1', 'v1beta2']
const columns = (...each: [name: string, jsonPath: string, type?: string][]) =>
  each.map(([name, jsonPath, type = 'string']) => ({ name, type, jsonPath }))
const usage = (field: string) =>
  list(
    shape(
      {
        name: text(),
        [field]: list(shape({ name: text(), total: quantity(), borrowed: quantity() }, ['name'])),
      },
      ['name'],
    ),
  )
const selector = open()

const flavorQuotas = shape(
  {
    name: text(),
    resources: list(
      shape(
        {
          name: text(),
          nominalQuota: quantity(),
          borrowingLimit: quantity(),
          lendingLimit: quantity(),
        },
        ['name', 'nominalQuota'],
      ),
    ),
  },
  ['name', 'resources'],
)

const clusterQueueSpec = shape({
  resourceGroups: list(
    shape({ coveredResources: list(text()), flavors: list(flavorQuotas) }, [
      'coveredResources',
      'flavors',
    ]),
  ),
  cohort: text(),
  cohortName: text(),
  queueingStrategy: text({ enum: ['StrictFIFO', 'BestEffortFIFO'] }),
  namespaceSelector: selector,
  stopPolicy: text({ enum: ['None', 'Hold', 'HoldAndDrain'] }),
  flavorFungibility: shape({ whenCanBorrow: text(), whenCanPreempt: text() }),
  preemption: shape({
    reclaimWithinCohort: text(),
    withinClusterQueue: text(),
    borrowWithinCohort: open(),
  }),
  fairSharing: open(),
  admissionChecks: list(text()),
  admissionChecksStrategy: open(),
})

const podSet = shape(
  { name: text(), count: integer({ minimum: 0 }), minCount: integer(), template: open() },
  ['count', 'template'],
)
const assignment = shape({
  name: text(),
  count: integer(),
  flavors: map(text()),
  resourceUsage: map(quantity()),
  topologyAssignment: open(),
})

/** Kueue's kinds, both served versions with one schema that holds the fields of each. */
export const kueueDefinitions = () => [
  definitionOf({
    group,
    versions,
    kind: 'ResourceFlavor',
    plural: 'resourceflavors',
    singular: 'resourceflavor',
    shortNames: ['flavor', 'flavors', 'rf'],
    scope: 'Cluster',
    status: false,
    properties: {
      spec: shape({
        nodeLabels: map(text()),
        nodeTaints: list(open()),
        tolerations: list(open()),
        topologyName: text(),
      }),
    },
    columns: [],
  }),
  definitionOf({
    group,
    versions,
    kind: 'ClusterQueue',
    plural: 'clusterqueues',
    singular: 'clusterqueue',
    shortNames: ['cq'],
    scope: 'Cluster',
    properties: {
      spec: clusterQueueSpec,
      status: shape({
        conditions: conditions(),
        pendingWorkloads: integer(),
        reservingWorkloads: integer(),
        admittedWorkloads: integer(),
        flavorsReservation: usage('resources'),
        flavorsUsage: usage('resources'),
        fairSharing: open(),
      }),
    },
    columns: columns(
      ['Cohort', '.spec.cohort'],
      ['Strategy', '.spec.queueingStrategy'],
      ['Pending Workloads', '.status.pendingWorkloads', 'integer'],
      ['Admitted Workloads', '.status.admittedWorkloads', 'integer'],
    ),
  }),
  definitionOf({
    group,
    versions,
    kind: 'LocalQueue',
    plural: 'localqueues',
    singular: 'localqueue',
    shortNames: ['queue', 'queues', 'lq'],
    scope: 'Namespaced',
    properties: {
      spec: shape({ clusterQueue: text(), stopPolicy: text(), fairSharing: open() }),
      status: shape({
        conditions: conditions(),
        pendingWorkloads: integer(),
        reservingWorkloads: integer(),
        admittedWorkloads: integer(),
        flavorsReservation: usage('resources'),
        flavorsUsage: usage('resources'),
        flavorUsage: usage('resources'),
      }),
    },
    columns: columns(
      ['ClusterQueue', '.spec.clusterQueue'],
      ['Pending Workloads', '.status.pendingWorkloads', 'integer'],
      ['Admitted Workloads', '.status.admittedWorkloads', 'integer'],
    ),
  }),
  definitionOf({
    group,
    versions,
    kind: 'Workload',
    plural: 'workloads',
    singular: 'workload',
    shortNames: ['wl', 'kueueworkload'],
    scope: 'Namespaced',
    properties: {
      spec: shape({
        active: flag(),
        queueName: text(),
        priority: integer(),
        priorityClassName: text(),
        priorityClassSource: text(),
        priorityClassRef: open(),
        podSets: list(podSet),
        maximumExecutionTimeSeconds: integer(),
      }),
      status: shape({
        conditions: conditions(),
        admission: shape({ clusterQueue: text(), podSetAssignments: list(assignment) }),
        requeueState: shape({ count: integer(), requeueAt: time() }),
        admissionChecks: list(open()),
        reclaimablePods: list(open()),
        resourceRequests: list(open()),
        accumulatedPastExecutionTimeSeconds: integer(),
      }),
    },
    columns: columns(
      ['Queue', '.spec.queueName'],
      ['Reserved in', '.status.admission.clusterQueue'],
      ['Admitted', ".status.conditions[?(@.type=='Admitted')].status"],
      ['Finished', ".status.conditions[?(@.type=='Finished')].status"],
    ),
  }),
]
