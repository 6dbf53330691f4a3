import { z } from 'zod'
import type { NamespacedRef } from '../../../preload/contract/common'
import { Size } from '../../../preload/contract/records/environment'

const Hard = z.record(z.string(), z.string())
const State = z.enum(['running', 'paused'])
/** Why something is paused with nobody at the keyboard: asked again before it is, also after a restart. */
export const PauseBasis = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('time-box'), expiresAt: z.string() }),
  z.object({ kind: z.literal('idle'), since: z.string() }),
])
export type PauseBasis = z.infer<typeof PauseBasis>
/** A change of one environment, with what stood before, so that it can be taken back. */
export const ChangeInput = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  by: z.string(),
  workload: z.enum(['Notebook', 'StatefulSet']),
  replicas: z.number().int(),
  workItem: z.string().optional(),
  state: z.object({ before: State, after: State }).optional(),
  size: z.object({ before: Size, after: Size }).optional(),
  quota: z.object({ before: Hard, after: Hard }).optional(),
  expiresAt: z.object({ before: z.string(), after: z.string() }).optional(),
  remove: z.object({ keepWorkspace: z.boolean() }).optional(),
  restarts: z.boolean().optional(),
  why: z.string().optional(),
  /** The very record that was planned for; absent in what an older version began. */
  uid: z.string().optional(),
  basis: PauseBasis.optional(),
})
export type ChangeInput = z.infer<typeof ChangeInput>

export const RECORD = { apiVersion: 'takt.dev/v1alpha1', kind: 'Environment' }
export const refOf = ({
  namespace,
  name,
}: Pick<ChangeInput, 'namespace' | 'name'>): NamespacedRef => ({ namespace, name })
