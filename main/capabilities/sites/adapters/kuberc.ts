import { homedir } from 'node:os'
import { basename, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { MOST_BYTES, readRegularTextSync } from '../../../platform/files'
import { readYaml } from '../../../platform/yaml'

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
  if (env['KUBERC'] === 'off') return allowAll
  const file = env['KUBERC'] || usualPlace(env)
  const read = readRegularTextSync(file, MOST_BYTES.kubeconfig)
  if (!read.ok && read.missing) return allowAll
  const parsed = Preference.safeParse(read.ok ? parsedYaml(read.value) : undefined)
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
  const [document] = readYaml(content, { repeatedKeys: 'last counts' })
  return document && 'value' in document ? document.value : undefined
}
const usualPlace = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['HOME'] ?? env['USERPROFILE'] ?? homedir(), '.kube', 'kuberc')
