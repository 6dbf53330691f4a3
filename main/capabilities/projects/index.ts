export { checkMembers, checkProject } from './domain/check'
export {
  boundMembers,
  changedBindings,
  firstWorkItem,
  projectManifests,
  projectRecord,
  QUOTA_NAME,
  quotaManifest,
  roleBindings,
} from './domain/manifests'
export { raisedQuota, type Hard } from './domain/quota'
export { makeDrafts, type Drafts } from './drafts'
export { edit as editProject } from './edit'
export { CreateInput, createSteps } from './operation'
export { leadsFor, namespacePlace, type NamespacePlace } from './namespace'
export { factsOf, firstQuota } from './plan'
export type { ProjectPorts } from './ports'
export { makeProjects, type Projects } from './service'
export { projectHandlers } from './handlers'
