import { requestsOfPod } from './describe'
import { groupKind, isPlain, listAt, numberAt, plainAt, textAt, type Plain, type Raw } from './raw'

/** Pods that a change of an object adds, all alike; requests in base units. */
export interface AddedPods {
  of: string
  namespace: string
  count: number
  requests: Record<string, number>
  nodeSelector: Record<string, string>
}
interface Template {
  count: number
  spec: Plain
}
const one = (raw: unknown, ...path: string[]): number => numberAt(raw, ...path) ?? 1

/** The pods that each kind of work starts when it is resumed, by the templates it holds. */
const STARTS: Record<string, (raw: Raw) => Template[]> = {
  'batch/Job': (raw) => {
    const left =
      (numberAt(raw, 'spec', 'completions') ?? Infinity) -
      (numberAt(raw, 'status', 'succeeded') ?? 0)
    return [
      {
        count: Math.max(0, Math.min(one(raw, 'spec', 'parallelism'), left)),
        spec: plainAt(raw, 'spec', 'template', 'spec'),
      },
    ]
  },
  '/Pod': (raw) => [{ count: 1, spec: plainAt(raw, 'spec') }],
  'jobset.x-k8s.io/JobSet': (raw) =>
    listAt(raw, 'spec', 'replicatedJobs').map((job) => ({
      count: one(job, 'replicas') * one(job, 'template', 'spec', 'parallelism'),
      spec: plainAt(job, 'template', 'spec', 'template', 'spec'),
    })),
  'kubeflow.org/PyTorchJob': (raw) =>
    Object.values(plainAt(raw, 'spec', 'pytorchReplicaSpecs')).flatMap((role) =>
      isPlain(role)
        ? [{ count: one(role, 'replicas'), spec: plainAt(role, 'template', 'spec') }]
        : [],
    ),
  'trainer.kubeflow.org/TrainJob': (raw) => [
    {
      count: one(raw, 'spec', 'trainer', 'numNodes'),
      spec: { containers: [{ resources: plainAt(raw, 'spec', 'trainer', 'resourcesPerNode') }] },
    },
  ],
  'kueue.x-k8s.io/Workload': (raw) =>
    listAt(raw, 'spec', 'podSets').map((set) => ({
      count: one(set, 'count'),
      spec: plainAt(set, 'template', 'spec'),
    })),
}
const selectorOf = (spec: Plain): Record<string, string> =>
  Object.fromEntries(
    Object.keys(plainAt(spec, 'nodeSelector')).flatMap((label) => {
      const value = textAt(spec, 'nodeSelector', label)
      return value === undefined ? [] : [[label, value]]
    }),
  )
const podsOf = (raw: Raw, { count, spec }: Template): AddedPods => ({
  of: `${raw.kind} ${raw.metadata.name}`,
  namespace: raw.metadata.namespace ?? '',
  count,
  requests: requestsOfPod(spec),
  nodeSelector: selectorOf(spec),
})

/** What runs more once this work goes on. */
export const resumedPods = (raw: Raw): AddedPods[] =>
  (STARTS[groupKind(raw)]?.(raw) ?? []).map((template) => podsOf(raw, template))
/** What runs more with so many replicas instead of those it has. */
export const scaledPods = (raw: Raw, { from, to }: { from: number; to: number }): AddedPods[] => [
  podsOf(raw, { count: Math.max(0, to - from), spec: plainAt(raw, 'spec', 'template', 'spec') }),
]
