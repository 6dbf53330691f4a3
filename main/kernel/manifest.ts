import { nameFrom } from '../../preload/contract/names'

/** A Kubernetes object as it is written down: what every domain that makes objects answers with. */
export interface Manifest {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    ownerReferences?: {
      apiVersion: string
      kind: string
      name: string
      uid: string
      controller?: boolean
      blockOwnerDeletion?: boolean
    }[]
  }
  [field: string]: unknown
}

/** Labels every object made by Takt carries, so that people and other tools can tell where it came from. */
export const LABEL = {
  managedBy: 'app.kubernetes.io/managed-by',
  project: 'takt.dev/project',
  environment: 'takt.dev/environment',
  workItem: 'takt.dev/work-item',
  owner: 'takt.dev/owner',
  tool: 'takt.dev/tool',
} as const
export const ANNOTATION = {
  /** Which run of an operation made the object: undo removes only what its own run made. */
  run: 'takt.dev/run',
  /** How long a workload is expected to run, in seconds, said by whoever started it. */
  expectedSeconds: 'takt.dev/expected-seconds',
  /** Written on an environment whose copy runs on another site; holds where. */
  notebookAway: 'takt.dev/notebook-away',
} as const

/** A value Kubernetes accepts as a label: other letters become hyphens. */
export const labelValue = (text: string): string =>
  text
    .slice(0, 63)
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')

/** A name made from any text, short enough for the suffixes it gets; the fallback where nothing is left. */
export const slug = (text: string, fallback: string): string => nameFrom(text, 50) || fallback
