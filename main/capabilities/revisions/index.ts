export { revisionHandlers } from './handlers'
export type { RevisionPorts } from './ports'
export { makeRevisions, type Revisions } from './service'
