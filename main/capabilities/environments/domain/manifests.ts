import type { EnvironmentSpec } from '../../../../preload/contract/records/environment'
import { LABEL, labelValue, type Manifest } from '../../../kernel/manifest'
import { nfsOf } from './choices'

export const PRIORITY_CLASS = 'takt-high'
export const STOPPED = 'kubeflow-resource-stopped'
const HOME = '/home/jovyan'
const SPOT: [key: string, value: string][] = [
  ['eks.amazonaws.com/capacityType', 'SPOT'],
  ['karpenter.sh/capacity-type', 'spot'],
  ['cloud.google.com/gke-spot', 'true'],
  ['kubernetes.azure.com/scalesetpriority', 'spot'],
]

/** How one source reaches the environment, with the objects that takes. */
export interface DataVolume {
  source: string
  mount: EnvironmentSpec['data'][number]['mount']
  pointer: string
  /** The claim to mount: a clone of our own, or the source's own. */
  claim?: string
  clone?: { snapshot: string; gi: number; storageClass?: string | undefined }
  nfs?: string
}
export interface Workload {
  namespace: string
  name: string
  spec: EnvironmentSpec
  kind: 'Notebook' | 'StatefulSet'
  data: DataVolume[]
  uid?: string
  restoreFrom?: string | undefined
}

export const labelsOf = ({ name, spec }: Pick<Workload, 'name' | 'spec'>) => ({
  [LABEL.managedBy]: 'takt',
  [LABEL.project]: spec.project,
  [LABEL.environment]: name,
  [LABEL.owner]: labelValue(spec.owner),
  [LABEL.tool]: spec.tool.name,
  ...(spec.workItem !== undefined && { [LABEL.workItem]: spec.workItem }),
})
export const workspaceClaim = (name: string) => `${name}-work`
export const cloneClaim = (name: string, source: string) =>
  `${name}-${source}`.slice(0, 63).replace(/-+$/, '')

const owned = ({ name, uid }: Workload): Partial<Manifest['metadata']> =>
  uid === undefined
    ? {}
    : {
        ownerReferences: [
          {
            apiVersion: 'takt.dev/v1alpha1',
            kind: 'Environment',
            name,
            uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      }
const metadata = (workload: Workload, name: string): Manifest['metadata'] => ({
  name,
  namespace: workload.namespace,
  labels: labelsOf(workload),
  ...owned(workload),
})

/** The volumes an environment needs: its workspace, and a clone for each source that can be cloned. */
export function volumeManifests(workload: Workload): Manifest[] {
  const { name, spec, data, restoreFrom } = workload
  const claim = (
    claimName: string,
    volume: { gi: number; storageClass?: string | undefined; snapshot?: string | undefined },
  ): Manifest => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(workload, claimName),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: `${String(volume.gi)}Gi` } },
      ...(volume.storageClass !== undefined && { storageClassName: volume.storageClass }),
      ...(volume.snapshot !== undefined && {
        dataSource: {
          apiGroup: 'snapshot.storage.k8s.io',
          kind: 'VolumeSnapshot',
          name: volume.snapshot,
        },
      }),
    },
  })
  const workspace =
    spec.replicas > 1
      ? []
      : [
          claim(workspaceClaim(name), {
            gi: spec.workspace.gi,
            storageClass: spec.workspace.storageClass,
            snapshot: restoreFrom,
          }),
        ]
  return [
    ...workspace,
    ...data.flatMap(({ claim: claimName, clone }) =>
      claimName !== undefined && clone ? [claim(claimName, clone)] : [],
    ),
  ]
}

const envName = (source: string) => `TAKT_DATA_${source.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`

function podVolumes({ name, spec, data }: Workload) {
  const mounted = data.filter(({ mount }) => mount !== 'pointer')
  const volumes = mounted.map(({ source, claim, nfs, mount }) => {
    const share = nfsOf({ uri: nfs })
    return {
      name: `data-${source}`.slice(0, 63).replace(/-+$/, ''),
      ...(share
        ? { nfs: { ...share, readOnly: true } }
        : {
            persistentVolumeClaim: {
              claimName: claim ?? '',
              ...(mount === 'read-only' && { readOnly: true }),
            },
          }),
    }
  })
  const mounts = mounted.map(({ source, mount }, index) => ({
    name: volumes[index]?.name ?? '',
    mountPath: `/data/${source}`,
    ...(mount === 'read-only' && { readOnly: true }),
  }))
  return {
    // Several replicas get a workspace each from the StatefulSet's own template.
    volumes: [
      ...(spec.replicas > 1
        ? []
        : [{ name: 'work', persistentVolumeClaim: { claimName: workspaceClaim(name) } }]),
      ...volumes,
    ],
    mounts: [{ name: 'work', mountPath: HOME }, ...mounts],
  }
}

function resourcesOf({ size }: EnvironmentSpec) {
  const list = {
    cpu: String(size.cpuCores),
    memory: `${String(size.memoryGi)}Gi`,
    ...(size.gpu && { [size.gpu.resource]: String(size.gpu.count) }),
  }
  return { requests: list, limits: list }
}

/** Where it may run: the wanted kind of GPU, and never on capacity that can be taken away where availability is high. */
function placementOf({ size, availability }: EnvironmentSpec) {
  const model = size.gpu?.model
  const affinity =
    availability === 'high'
      ? {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                {
                  matchExpressions: SPOT.map(([key, value]) => ({
                    key,
                    operator: 'NotIn',
                    values: [value],
                  })),
                },
              ],
            },
          },
        }
      : undefined
  return {
    ...(model !== undefined && { nodeSelector: { 'nvidia.com/gpu.product': model } }),
    ...(size.gpu && {
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
    }),
    ...(affinity && { affinity }),
    ...(availability === 'high' && { priorityClassName: PRIORITY_CLASS }),
  }
}

function podSpec(workload: Workload) {
  const { name, spec, data } = workload
  const { volumes, mounts } = podVolumes(workload)
  // A notebook controller tells the server to live under a path of its own, which not every image obeys: only the port is certain.
  const probe =
    workload.kind === 'Notebook'
      ? { tcpSocket: { port: spec.tool.port } }
      : { httpGet: { path: spec.tool.probePath, port: spec.tool.port } }
  return {
    ...placementOf(spec),
    securityContext: { fsGroup: 100 },
    volumes,
    containers: [
      {
        name,
        image: spec.tool.image,
        ports: [{ name: 'http', containerPort: spec.tool.port, protocol: 'TCP' }],
        resources: resourcesOf(spec),
        volumeMounts: mounts,
        securityContext: { allowPrivilegeEscalation: false },
        // The only ways in are a forward that the cluster's own rights guard and pods of the same namespace; the servers' own tokens would only stand in between.
        env: [
          { name: 'NOTEBOOK_ARGS', value: "--ServerApp.token='' --ServerApp.password=''" },
          { name: 'DISABLE_AUTH', value: 'true' },
          ...data.map(({ source, mount, pointer }) => ({
            name: envName(source),
            value: mount === 'pointer' ? pointer : `/data/${source}`,
          })),
        ],
        readinessProbe: { ...probe, periodSeconds: 2, failureThreshold: 3 },
        startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 150 },
      },
    ],
  }
}

const disruptionBudget = (workload: Workload): Manifest[] =>
  workload.spec.availability === 'single'
    ? []
    : [
        {
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: metadata(workload, workload.name),
          spec: {
            maxUnavailable: workload.spec.replicas > 1 ? 1 : 0,
            selector: { matchLabels: { [LABEL.environment]: workload.name } },
          },
        },
      ]

/** What runs the environment: a Notebook, or a StatefulSet with its Service; and what keeps it up where availability is high. */
export function workloadManifests(workload: Workload): Manifest[] {
  const { name, spec, kind } = workload
  const paused = spec.state === 'paused'
  if (kind === 'Notebook')
    return [
      {
        apiVersion: 'kubeflow.org/v1',
        kind,
        metadata: metadata(workload, name),
        spec: { template: { spec: podSpec(workload) } },
      },
      ...disruptionBudget(workload),
    ]
  const selector = { [LABEL.environment]: name }
  const templates =
    spec.replicas > 1
      ? [
          {
            metadata: { name: 'work' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: `${String(spec.workspace.gi)}Gi` } },
              ...(spec.workspace.storageClass !== undefined && {
                storageClassName: spec.workspace.storageClass,
              }),
            },
          },
        ]
      : undefined
  return [
    {
      apiVersion: 'apps/v1',
      kind,
      metadata: metadata(workload, name),
      spec: {
        replicas: paused ? 0 : spec.replicas,
        serviceName: name,
        selector: { matchLabels: selector },
        template: { metadata: { labels: labelsOf(workload) }, spec: podSpec(workload) },
        ...(templates && { volumeClaimTemplates: templates }),
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(workload, name),
      spec: {
        type: 'ClusterIP',
        selector,
        ports: [{ name: 'http', port: 80, targetPort: spec.tool.port, protocol: 'TCP' }],
      },
    },
    ...disruptionBudget(workload),
  ]
}

export const environmentRecord = ({
  namespace,
  name,
  spec,
}: Pick<Workload, 'namespace' | 'name' | 'spec'>): Manifest => ({
  apiVersion: 'takt.dev/v1alpha1',
  kind: 'Environment',
  metadata: { name, namespace, labels: labelsOf({ name, spec }) },
  spec,
})
export const priorityClass = (): Manifest => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: PRIORITY_CLASS, labels: { [LABEL.managedBy]: 'takt' } },
  value: 100_000,
  globalDefault: false,
  description: 'Environments that people chose to keep up',
})
