export { applyProved, inTheWay, mayWriteOver } from './apply'
export {
  heldBy,
  isEmpty,
  rootsOf,
  tell,
  type HeldKind,
  type HeldObject,
  type NamespaceContents,
} from './domain/contents'
export {
  isReservedName,
  isReservedNamespace,
  refusalOf,
  RESERVED_LABEL,
  type NamespaceOrigin,
  type NamespaceStanding,
  type RecordedNamespace,
} from './domain/standing'
export {
  adoptNamespace,
  createNamespace,
  makeNamespaces,
  namespaceAway,
  namespaceStanding,
  ownNamespace,
  readNamespace,
  usableBy,
  type NamespaceObject,
} from './namespaces'
export { removeProved } from './remove'
export { surveyNamespace } from './survey'
