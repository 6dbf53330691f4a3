import { z } from 'zod'
import { EnvironmentSpec, MountedData } from '../../../preload/contract/records/environment'
import { WorkItemSpec } from '../../../preload/contract/records/work'
import { CreateInput } from '../projects'
import { Take } from '../snapshots'
import type { Workload } from './domain/manifests'

const Hard = z.record(z.string(), z.string())
const Volume = z.object({
  source: z.string(),
  mount: MountedData.shape.mount,
  pointer: z.string(),
  claim: z.string().optional(),
  nfs: z.string().optional(),
  clone: z
    .object({ snapshot: z.string(), gi: z.number(), storageClass: z.string().optional() })
    .optional(),
})
/** A snapshot of another namespace brought into the project's: a content made by hand, and a snapshot bound to it. */
export const Bring = z.object({
  source: z.string(),
  from: z.object({ namespace: z.string(), name: z.string() }),
  name: z.string(),
  content: z.string(),
})
export type Bring = z.infer<typeof Bring>
/** Everything an environment is made from, decided when its plan was made. */
export const ProvisionInput = z.object({
  site: z.string(),
  run: z.string(),
  by: z.string(),
  namespace: z.string(),
  name: z.string(),
  project: CreateInput.optional(),
  item: z.object({ name: z.string(), spec: WorkItemSpec.optional() }),
  spec: EnvironmentSpec,
  workload: z.enum(['Notebook', 'StatefulSet']),
  quota: z.object({ before: Hard, after: Hard }).optional(),
  takes: z.array(Take),
  bring: z.array(Bring),
  data: z.array(Volume),
  restoreFrom: z.string().optional(),
  /** The wizard that this fulfils. */
  draft: z.string().optional(),
})
export type ProvisionInput = z.infer<typeof ProvisionInput>

/** The input as the manifests want it; uid is the Environment's once it is made. */
export const workloadOf = (
  { namespace, name, spec, workload, data, restoreFrom }: ProvisionInput,
  uid?: string,
): Workload => ({
  namespace,
  name,
  spec,
  kind: workload,
  restoreFrom,
  ...(uid !== undefined && { uid }),
  data: data.map(({ claim, nfs, clone, ...rest }) => ({
    ...rest,
    ...(claim !== undefined && { claim }),
    ...(nfs !== undefined && { nfs }),
    ...(clone && { clone }),
  })),
})
