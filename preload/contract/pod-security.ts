import { z } from 'zod'
import { entry, Name } from './common'
import { paragraph } from './inputs'
import { Plan } from './operations'

/** What may run in a project's namespace, by the Pod Security Standards. */
export const PodSecurityLevel = z.enum(['privileged', 'baseline', 'restricted'])
export const PodSecurity = z.object({
  level: PodSecurityLevel.describe('privileged: nothing is refused'),
  exception: z
    .object({ by: z.string(), at: z.string(), reason: z.string() })
    .optional()
    .describe('Who let it run more than the usual, when and why'),
})
export type PodSecurity = z.infer<typeof PodSecurity>
export const PodSecurityWish = z.object({
  name: Name,
  level: PodSecurityLevel,
  reason: paragraph({ most: 500, such: 'The profiler reads counters of the host' })
    .refine((reason) => reason.length >= 3, 'a reason of at least three letters')
    .optional(),
})
export type PodSecurityWish = z.infer<typeof PodSecurityWish>

/** The entries of projects about what may run in their namespaces. */
export const podSecurityEntries = {
  podSecurity: entry
    .meta({
      says: 'What may run in the namespace of a project, and by whose exception where that is more than the usual.',
    })
    .input(z.object({ name: Name }))
    .output(PodSecurity),
  planPodSecurity: entry
    .meta({
      says: 'What another level of what may run in the namespace of a project would change; privileged is an exception and has a reason.',
    })
    .input(PodSecurityWish)
    .output(Plan),
}
