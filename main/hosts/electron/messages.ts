import { z } from 'zod'

/** What the shell and the core tell each other beside the page's port. Both ends parse what they get. */
export const ToCore = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    storeDir: z.string(),
    version: z.string(),
    settings: z.unknown(),
    electron: z.string(),
    vaultBackend: z.string(),
    vaultKeeps: z.boolean(),
    locked: z.boolean(),
  }),
  z.object({ type: z.literal('page') }),
  z.object({ type: z.literal('vault'), id: z.number(), text: z.string().optional() }),
  z.object({ type: z.literal('locked'), locked: z.boolean() }),
  z.object({ type: z.literal('stop') }),
])
export type ToCore = z.infer<typeof ToCore>

export const ToShell = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('stopped') }),
  z.object({ type: z.literal('failed'), says: z.string(), remedy: z.string() }),
  z.object({ type: z.literal('settings'), value: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('lamps'), stopped: z.number(), called: z.number() }),
  z.object({ type: z.literal('notify'), title: z.string(), body: z.string(), path: z.string() }),
  z.object({ type: z.literal('forwards'), urls: z.array(z.string()) }),
  z.object({
    type: z.literal('vault'),
    id: z.number(),
    op: z.enum(['encrypt', 'decrypt']),
    text: z.string(),
  }),
])
export type ToShell = z.infer<typeof ToShell>
