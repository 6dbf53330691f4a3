import { z } from 'zod'

const Digest = z.string().length(64)
/** What outlives a core that is restarted: digests only, so that whoever reads it can sign in nowhere. */
export const KeptSessionsShape = z.object({
  /** The port these sessions belong to: on another, whoever took the old one may have heard their tokens. */
  port: z.number().int(),
  token: z.object({ digest: Digest, expiresAt: z.number() }).optional(),
  spent: z.array(
    z.object({
      digest: Digest,
      at: z.number(),
      why: z.enum(['used', 'expired', 'replaced']),
    }),
  ),
  sessions: z.array(
    z.object({
      id: z.string(),
      digest: Digest,
      client: z.string(),
      begunAt: z.number(),
      endsAt: z.number(),
      seenAt: z.number(),
    }),
  ),
})
export type KeptSessions = z.infer<typeof KeptSessionsShape>

/** Holds sessions in memory for as long as the host is meant to run, whatever becomes of the core. */
export interface SessionKeeper {
  /** What was kept last, if anything. */
  kept(): KeptSessions | undefined
  /** Settles when what is given would survive the end of this process. */
  keep(state: KeptSessions): Promise<void>
}
