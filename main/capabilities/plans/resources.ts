import { GROUP, KINDS, VERSION } from '../../../preload/contract/records'
import type { Resource } from '../../platform/kubernetes/types'

const core = (plural: string): Resource => ({ group: '', version: 'v1', plural })
const at = (group: string, version: string, plural: string): Resource => ({
  group,
  version,
  plural,
})

/** The native and optional resources the discovery line works with. */
export const KUBE = {
  namespaces: core('namespaces'),
  nodes: core('nodes'),
  pods: core('pods'),
  events: core('events'),
  services: core('services'),
  claims: core('persistentvolumeclaims'),
  volumes: core('persistentvolumes'),
  quotas: core('resourcequotas'),
  limitRanges: core('limitranges'),
  configMaps: core('configmaps'),
  roleBindings: at('rbac.authorization.k8s.io', 'v1', 'rolebindings'),
  networkPolicies: at('networking.k8s.io', 'v1', 'networkpolicies'),
  statefulSets: at('apps', 'v1', 'statefulsets'),
  disruptionBudgets: at('policy', 'v1', 'poddisruptionbudgets'),
  priorityClasses: at('scheduling.k8s.io', 'v1', 'priorityclasses'),
  storageClasses: at('storage.k8s.io', 'v1', 'storageclasses'),
  notebooks: at('kubeflow.org', 'v1', 'notebooks'),
  volumeSnapshots: at('snapshot.storage.k8s.io', 'v1', 'volumesnapshots'),
  volumeSnapshotClasses: at('snapshot.storage.k8s.io', 'v1', 'volumesnapshotclasses'),
  volumeSnapshotContents: at('snapshot.storage.k8s.io', 'v1', 'volumesnapshotcontents'),
  workloads: at('kueue.x-k8s.io', 'v1beta1', 'workloads'),
} as const

const BY_KIND: Record<string, Resource> = {
  'v1/Namespace': KUBE.namespaces,
  'v1/Pod': KUBE.pods,
  'v1/Service': KUBE.services,
  'v1/ConfigMap': KUBE.configMaps,
  'v1/ServiceAccount': core('serviceaccounts'),
  'v1/PersistentVolumeClaim': KUBE.claims,
  'v1/ResourceQuota': KUBE.quotas,
  'v1/LimitRange': KUBE.limitRanges,
  'rbac.authorization.k8s.io/v1/RoleBinding': KUBE.roleBindings,
  'networking.k8s.io/v1/NetworkPolicy': KUBE.networkPolicies,
  'apps/v1/StatefulSet': KUBE.statefulSets,
  'policy/v1/PodDisruptionBudget': KUBE.disruptionBudgets,
  'scheduling.k8s.io/v1/PriorityClass': KUBE.priorityClasses,
  'kubeflow.org/v1/Notebook': KUBE.notebooks,
  'snapshot.storage.k8s.io/v1/VolumeSnapshot': KUBE.volumeSnapshots,
  'snapshot.storage.k8s.io/v1/VolumeSnapshotContent': KUBE.volumeSnapshotContents,
  'apiextensions.k8s.io/v1/CustomResourceDefinition': at(
    'apiextensions.k8s.io',
    'v1',
    'customresourcedefinitions',
  ),
  'rbac.authorization.k8s.io/v1/ClusterRole': at('rbac.authorization.k8s.io', 'v1', 'clusterroles'),
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': at(
    'rbac.authorization.k8s.io',
    'v1',
    'clusterrolebindings',
  ),
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': at(
    'admissionregistration.k8s.io',
    'v1',
    'validatingadmissionpolicies',
  ),
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': at(
    'admissionregistration.k8s.io',
    'v1',
    'validatingadmissionpolicybindings',
  ),
  'batch/v1/Job': at('batch', 'v1', 'jobs'),
  'trainer.kubeflow.org/v1alpha1/TrainJob': at('trainer.kubeflow.org', 'v1alpha1', 'trainjobs'),
  'kubeflow.org/v1/PyTorchJob': at('kubeflow.org', 'v1', 'pytorchjobs'),
  'argoproj.io/v1alpha1/Workflow': at('argoproj.io', 'v1alpha1', 'workflows'),
  'coordination.k8s.io/v1/Lease': at('coordination.k8s.io', 'v1', 'leases'),
  ...Object.fromEntries(
    ['v1beta1', 'v1beta2'].flatMap((version) =>
      Object.entries({
        LocalQueue: 'localqueues',
        ClusterQueue: 'clusterqueues',
        ResourceFlavor: 'resourceflavors',
        AdmissionCheck: 'admissionchecks',
        MultiKueueConfig: 'multikueueconfigs',
        MultiKueueCluster: 'multikueueclusters',
        Workload: 'workloads',
      }).map(([kind, plural]) => [
        `kueue.x-k8s.io/${version}/${kind}`,
        at('kueue.x-k8s.io', version, plural),
      ]),
    ),
  ),
  ...Object.fromEntries(
    Object.entries(KINDS).map(([kind, { plural }]) => [
      `${GROUP}/${VERSION}/${kind}`,
      at(GROUP, VERSION, plural),
    ]),
  ),
}

/** Where an object of this kind is served; throws for kinds Takt never writes. */
export function resourceOf({ apiVersion, kind }: { apiVersion: string; kind: string }): Resource {
  const found = BY_KIND[`${apiVersion}/${kind}`]
  if (!found) throw new Error(`No resource is known for ${apiVersion} ${kind}`)
  return found
}
