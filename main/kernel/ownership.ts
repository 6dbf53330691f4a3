import { ANNOTATION, LABEL } from './manifest'

/** What ownership is read from. Everything here stands on the object itself; a name proves nothing, since anybody may choose it. */
export interface Marked {
  metadata: {
    uid?: string | undefined
    labels?: Record<string, string> | undefined
    annotations?: Record<string, string> | undefined
    ownerReferences?: readonly { uid: string }[] | undefined
  }
}
/** A rule that tells from the object alone whether it may be touched. */
export type ProofOfOwnership = (object: Marked) => boolean

const labelled = ({ metadata }: Marked, key: string, value: string) =>
  metadata.labels?.[key] === value

/** It says itself that Takt made it. */
export const carriesMark: ProofOfOwnership = (object) => labelled(object, LABEL.managedBy, 'takt')
/** It is that very object, and not another that bears its name by now. */
export const isObject =
  (uid: string): ProofOfOwnership =>
  ({ metadata }) =>
    metadata.uid === uid
/** It names that very object as an owner. */
export const ownedBy =
  (uid: string): ProofOfOwnership =>
  ({ metadata }) =>
    metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false
/** This very run of an operation made it. */
export const madeByRun =
  (run: string): ProofOfOwnership =>
  ({ metadata }) =>
    metadata.annotations?.[ANNOTATION.run] === run
/** Takt made it for that project. */
export const madeForProject =
  (project: string): ProofOfOwnership =>
  (object) =>
    carriesMark(object) && labelled(object, LABEL.project, project)
/** Takt made it for that environment of that project. */
export const madeForEnvironment =
  ({ project, environment }: { project: string; environment: string }): ProofOfOwnership =>
  (object) =>
    madeForProject(project)(object) && labelled(object, LABEL.environment, environment)
/** Somebody gave the project its use: Takt puts its objects in and takes them out, and never the thing itself. */
export const lentToProject =
  (project: string): ProofOfOwnership =>
  (object) =>
    !carriesMark(object) && labelled(object, LABEL.project, project)
export const anyOf =
  (...proofs: ProofOfOwnership[]): ProofOfOwnership =>
  (object) =>
    proofs.some((proof) => proof(object))
