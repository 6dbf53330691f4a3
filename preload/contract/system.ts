import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { entry, Timestamp } from './common'
import { SavedCopy } from './failures'
import { line, orNothing, webAddress } from './inputs'

export const Check = z.object({
  id: z.string(),
  title: z.string(),
  result: z.enum(['ok', 'warning', 'failed', 'unknown']),
  says: z.string(),
  remedy: z.string().optional(),
})
/** A path on this machine. */
const path = (such: string) => line({ most: 1000, such })
export const KubeconfigPath = path('/home/you/.kube/other.yaml')
export const CaFile = path('/etc/ssl/company-root.pem')
export const Person = line({ most: 253, such: 'mara.lind', optional: true })
export const ProxyAddress = webAddress({
  protocol: /^(https?|socks[45]?[ah]?)$/,
  such: 'http://proxy.company.example:3128',
})
export const NoProxy = line({ most: 4000, such: '.company.example, 10.0.0.0/8', optional: true })
export const Settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['compact', 'normal', 'roomy']),
  singleKeys: z.boolean(),
  kubeconfigPaths: z.array(z.string().max(1000)).max(50),
  person: z.string().max(253).optional(),
  wall: z.boolean(),
  caFiles: z
    .array(z.string().max(1000))
    .max(50)
    .describe('Certificate authorities trusted besides those of the system'),
  proxy: z.string().max(1000).describe('Proxy for everything; empty for that of the environment'),
  noProxy: z.string().max(4000),
})
export type Settings = z.infer<typeof Settings>
export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  density: 'normal',
  singleKeys: true,
  kubeconfigPaths: [],
  wall: false,
  caFiles: [],
  proxy: '',
  noProxy: '',
}

export const StoreHealth = z.object({
  state: z.enum(['sound', 'read-only', 'damaged']),
  file: z.string(),
  saved: z.array(SavedCopy).describe('What can be begun again with, where the store is damaged'),
  backups: z.array(
    z.object({ file: z.string(), at: z.number(), bytes: z.number().int().nonnegative() }),
  ),
})
export type StoreHealth = z.infer<typeof StoreHealth>
/** A copy of the whole store; one that cannot be read holds nothing. */
export const Backup = z.object({
  file: z.string(),
  at: z.number(),
  bytes: z.number().int().nonnegative(),
  rows: SavedCopy.shape.rows.optional(),
})
export type Backup = z.infer<typeof Backup>
/** `rescue` is the newest backup, and over it every row that the damaged file still gives. */
export const RecoveryChoice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rescue') }),
  z.object({ kind: z.literal('backup'), at: z.number() }),
  z.object({ kind: z.literal('empty') }),
])
export type RecoveryChoice = z.infer<typeof RecoveryChoice>

export const ShippedComponent = z.object({
  name: z.string(),
  version: z.string(),
  identifier: z.string().describe('SPDX licence expression'),
  text: z
    .string()
    .optional()
    .describe('The licence text that the package ships, where it ships one'),
  programs: z.array(z.string()),
})
export type ShippedComponent = z.infer<typeof ShippedComponent>

export const system = {
  notices: entry
    .meta({ says: 'What Takt ships of others: packages with their versions, licences and texts.' })
    .output(z.array(ShippedComponent)),
  store: entry
    .meta({
      says: 'How the local store is: sound, only to be read, or damaged with what can be saved of it; and its copies.',
    })
    .output(StoreHealth),
  backups: entry
    .meta({ says: 'The copies of the local store, newest first, with what each holds.' })
    .output(z.array(Backup)),
  backUp: entry
    .meta({ says: 'Copies the local store now; the newest three copies are kept.' })
    .output(z.object({ file: z.string(), at: z.number(), bytes: z.number().int() })),
  recoverStore: entry
    .meta({
      says: 'Puts a copy, or what can be saved, in the place of the store, which is set aside and never deleted; the core then begins again.',
    })
    .input(RecoveryChoice)
    .output(z.object({ setAside: z.string(), rows: z.number().int() })),
  hello: entry
    .meta({ says: 'Who and what answers: versions, host, process and start time.' })
    .output(
      z.object({
        version: z.string(),
        node: z.string(),
        platform: z.string(),
        host: z.enum(['desktop', 'web', 'command-line', 'test']),
        pid: z.number().int(),
        startedAt: Timestamp,
        store: z.string(),
      }),
    ),
  diagnostics: entry
    .meta({
      says: 'What is installed, reachable and permitted, and how to mend the rest; secrets are left out.',
    })
    .output(
      z.object({
        checks: z.array(Check),
        engines: z.object({ sqlite: z.string(), duckdb: z.string() }),
      }),
    ),
  heartbeat: entry
    .meta({
      says: 'Counts up once a second, resumable from the last number seen: proves that streams survive.',
    })
    .output(eventIterator(z.object({ beat: z.number().int(), pid: z.number().int() }))),
}
export const settings = {
  get: entry.meta({ says: 'The settings of this person on this machine.' }).output(Settings),
  set: entry
    .meta({ says: 'Changes some settings and keeps them.' })
    .input(
      Settings.extend({
        kubeconfigPaths: z.array(KubeconfigPath).max(50),
        caFiles: z.array(CaFile).max(50),
        person: Person.optional(),
        proxy: orNothing(ProxyAddress),
        noProxy: NoProxy,
      }).partial(),
    )
    .output(Settings),
  watch: entry
    .meta({ says: 'The settings, again after each change.' })
    .output(eventIterator(Settings)),
}
