import { definitionStrategy } from '../crd/strategy'
import type { Resource } from '../resource'
import {
  daemonSetStrategy,
  deploymentStrategy,
  replicaSetStrategy,
  statefulSetStrategy,
} from './apps'
import { cronJobStrategy, jobStrategy } from './batch'
import {
  claimStrategy,
  configMapStrategy,
  namespaceStrategy,
  secretStrategy,
  serviceStrategy,
  volumeStrategy,
} from './core'
import {
  clusterRoleBindingStrategy,
  clusterRoleStrategy,
  disruptionStrategy,
  endpointSliceStrategy,
  eventStrategy,
  ingressStrategy,
  leaseStrategy,
  limitRangeStrategy,
  networkPolicyStrategy,
  priorityStrategy,
  quotaStrategy,
  roleBindingStrategy,
  roleStrategy,
  storageClassStrategy,
} from './others'
import { podStrategy } from './pod'
import type { Strategy } from './strategy'

const RBAC = 'rbac.authorization.k8s.io'
const STRATEGIES: Record<string, Strategy> = {
  'apiextensions.k8s.io/CustomResourceDefinition': definitionStrategy,
  '/Namespace': namespaceStrategy,
  '/Pod': podStrategy,
  '/PersistentVolumeClaim': claimStrategy,
  '/PersistentVolume': volumeStrategy,
  '/ConfigMap': configMapStrategy,
  '/Secret': secretStrategy,
  '/Service': serviceStrategy,
  '/Event': eventStrategy,
  '/ResourceQuota': quotaStrategy,
  '/LimitRange': limitRangeStrategy,
  'apps/Deployment': deploymentStrategy,
  'apps/StatefulSet': statefulSetStrategy,
  'apps/ReplicaSet': replicaSetStrategy,
  'apps/DaemonSet': daemonSetStrategy,
  'batch/Job': jobStrategy,
  'batch/CronJob': cronJobStrategy,
  'policy/PodDisruptionBudget': disruptionStrategy,
  'scheduling.k8s.io/PriorityClass': priorityStrategy,
  'storage.k8s.io/StorageClass': storageClassStrategy,
  'networking.k8s.io/NetworkPolicy': networkPolicyStrategy,
  'networking.k8s.io/Ingress': ingressStrategy,
  'coordination.k8s.io/Lease': leaseStrategy,
  'discovery.k8s.io/EndpointSlice': endpointSliceStrategy,
  [`${RBAC}/Role`]: roleStrategy,
  [`${RBAC}/ClusterRole`]: clusterRoleStrategy,
  [`${RBAC}/RoleBinding`]: roleBindingStrategy,
  [`${RBAC}/ClusterRoleBinding`]: clusterRoleBindingStrategy,
}
const NONE: Strategy = {}

/** The own rules of a kind. */
export const strategyOf = (resource: Resource): Strategy =>
  resource.custom ? NONE : (STRATEGIES[`${resource.group}/${resource.kind}`] ?? NONE)
