import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, isAbsolute, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** What kubectl's settings of this person say about credential plugins. */
export interface PluginPolicy {
  /** The policy that refuses a command and the file that says so; undefined where it may run. */
  refuses(
    command: string,
    program: string | undefined,
  ): { policy: string; file: string } | undefined
}
// Servers of 1.35 call the entry's field name, later ones command.
const Entry = z.object({ name: z.string().optional(), command: z.string().optional() })
const Preference = z.object({
  kind: z.literal('Preference'),
  credentialPluginPolicy: z.enum(['', 'AllowAll', 'DenyAll', 'Allowlist']).optional(),
  credentialPluginAllowlist: z.array(Entry).nullish(),
})
const allowAll: PluginPolicy = { refuses: () => undefined }

/** Reads the kuberc that kubectl would read. A file that cannot be understood allows nothing, because it may have been meant to forbid. */
export function readKuberc(env: Readonly<Record<string, string | undefined>>): PluginPolicy {
  const named = env['KUBERC']
  if (named === 'off') return allowAll
  const file = named || join(env['HOME'] ?? env['USERPROFILE'] ?? homedir(), '.kube', 'kuberc')
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch {
    return allowAll
  }
  const parsed = Preference.safeParse(parsedYaml(content))
  if (!parsed.success) return { refuses: () => ({ policy: 'not readable', file }) }
  const { credentialPluginPolicy: policy, credentialPluginAllowlist: list } = parsed.data
  if (policy === undefined || policy === '' || policy === 'AllowAll') return allowAll
  const allowed = (list ?? []).flatMap(({ name, command }) => command ?? name ?? [])
  return {
    refuses: (command, program) =>
      policy === 'Allowlist' && allowed.some((entry) => names(entry, command, program))
        ? undefined
        : { policy, file },
  }
}

// A path means that very program; a bare name means any program called so.
const names = (entry: string, command: string, program: string | undefined) =>
  isAbsolute(entry)
    ? entry === program || entry === command
    : entry === command || entry === basename(command)
function parsedYaml(content: string): unknown {
  try {
    return parse(content, { logLevel: 'error' })
  } catch {
    return undefined
  }
}
