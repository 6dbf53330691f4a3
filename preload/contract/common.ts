import { oc } from '@orpc/contract'
import { z } from 'zod'
import { errors } from './failures'

/** Every entry is made from this: it carries all expected failures, and a sentence that says what it does. */
export const entry = oc.$meta<{ says: string }>({ says: '' }).errors(errors)

/** A name that Kubernetes accepts for objects and namespaces (RFC 1123 label). */
const NAME_SAYS =
  'a name of 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, such as voice-liveness'
export const Name = z
  .string({ error: NAME_SAYS })
  .max(63, NAME_SAYS)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, NAME_SAYS)
/** An instant as RFC 3339 text. */
export const Timestamp = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/,
    'an instant such as 2026-11-18T14:32:00Z',
  )
export const Usd = z.number().min(0).max(1e9)

export const Condition = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  lastTransitionTime: Timestamp,
})
export type Condition = z.infer<typeof Condition>

/** Where work runs, the hue of everything that shows it. */
export const Place = z.enum(['on-prem', 'cloud', 'edge'])
export type Place = z.infer<typeof Place>

export const Ref = z.object({ name: z.string(), namespace: z.string().optional() })
/** Names one object in a namespace. */
export const NamespacedRef = z.object({ namespace: Name, name: Name })
export type NamespacedRef = z.infer<typeof NamespacedRef>

/** A person or group, as RBAC knows them. */
export const Subject = z.object({
  kind: z.enum(['User', 'Group']),
  name: z.string().min(1).max(253),
})
export type Subject = z.infer<typeof Subject>
export const Role = z.enum(['lead', 'engineer', 'analyst'])
export type Role = z.infer<typeof Role>
