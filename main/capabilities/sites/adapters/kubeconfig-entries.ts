import { dirname, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { redactText } from '../../../platform/log'

const text = z.string({ error: 'a text is needed: put it in quotes' }).optional()
const SCHEMES = /^(https?|socks[45]?[ah]?)$/
const base64 = text.refine(
  (data) => data === undefined || /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data),
  'it is not base64',
)
// Node would refuse the header, or worse, send what stands after the break as a header of its own.
const ofOneLine = text.refine(
  (token) => token === undefined || !/[\0-\x1f\x7f]/.test(token.trim()),
  'it holds a line break or another control character, which no header can carry',
)
const Cluster = z.object({
  server: z.url({
    protocol: /^https?$/,
    error: ({ input }) =>
      input === undefined || input === ''
        ? 'it is missing'
        : 'a server address beginning with http:// or https:// is needed',
  }),
  'certificate-authority': text,
  'certificate-authority-data': base64,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text,
  'proxy-url': z
    .union([
      z.literal(''),
      z.url({ protocol: SCHEMES, error: 'an address of http, https or socks5 is needed' }),
    ])
    .optional(),
})
const Exec = z.object({
  apiVersion: z.string().default('client.authentication.k8s.io/v1'),
  command: z.string().min(1),
  args: z
    .array(z.string({ error: 'a text is needed: put it in quotes' }))
    .nullish()
    .transform((args) => args ?? []),
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string({ error: 'a text is needed: put it in quotes' }),
      }),
    )
    .nullish()
    .transform((env) => env ?? []),
  installHint: text,
  provideClusterInfo: z.boolean().optional(),
  interactiveMode: text,
})
const User = z.object({
  token: ofOneLine,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': base64,
  'client-key': text,
  'client-key-data': base64,
  username: text,
  password: text,
  as: text,
  exec: Exec.nullish(),
  'auth-provider': z
    .object({
      name: z.string(),
      config: z
        .record(z.string(), z.string({ error: 'a text is needed: put it in quotes' }))
        .nullish(),
    })
    .nullish(),
})
const Context = z.object({
  cluster: z.string().default(''),
  user: z.string().default(''),
  namespace: text,
})
export type KubeCluster = z.infer<typeof Cluster>
export type KubeUser = z.infer<typeof User>
export type KubeExec = z.infer<typeof Exec>
type Context = z.infer<typeof Context>

/** What is wrong with one entry. */
export interface EntryIssue {
  says: string
}
/** What one kubeconfig holds, entry by entry. File paths in it are absolute. */
export interface KubeconfigEntries {
  clusters: Map<string, KubeCluster>
  users: Map<string, KubeUser>
  contexts: { name: string; cluster: string; user: string }[]
  /** What is wrong with single entries. */
  issues: EntryIssue[]
  /** The entries that cannot be used, by name. */
  broken: { clusters: Map<string, EntryIssue>; users: Map<string, EntryIssue> }
}
export const noEntries = (): KubeconfigEntries => ({
  clusters: new Map(),
  users: new Map(),
  contexts: [],
  issues: [],
  broken: { clusters: new Map(), users: new Map() },
})

const MOST_ISSUES = 50
function told(entries: KubeconfigEntries, says: string): EntryIssue {
  const issue = { says: redactText(says) }
  if (entries.issues.length < MOST_ISSUES) entries.issues.push(issue)
  else if (entries.issues.length === MOST_ISSUES)
    entries.issues.push({ says: 'more of its entries cannot be used' })
  return issue
}
const whyNot = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`)
    .join('; ')

type Section = 'clusters' | 'users' | 'contexts'
const WORD = { clusters: 'cluster', users: 'user', contexts: 'context' } as const
/** Reads the entries of one document into what is known of the file; a bad one is told and takes nothing from the others. Answers why the whole is none. */
export function addEntries(
  document: unknown,
  file: string,
  into: KubeconfigEntries,
): string | undefined {
  if (document === null || document === undefined) return undefined
  if (typeof document !== 'object' || Array.isArray(document))
    return `it is ${Array.isArray(document) ? 'a list' : 'a single value'}, and a kubeconfig is an object (expected object)`
  const whole = document as Record<string, unknown>
  const kind = whole['kind'] ?? 'Config'
  if (kind !== 'Config') return `it is a ${String(kind).slice(0, 60)}, and no kubeconfig`
  for (const section of ['clusters', 'users', 'contexts'] as const) {
    const list = whole[section] ?? []
    if (!Array.isArray(list)) told(into, `${section}: a list is needed`)
    else
      for (const [index, entry] of list.entries()) addEntry(into, { section, index, entry, file })
  }
  return undefined
}

interface Adding {
  section: Section
  index: number
  entry: unknown
  file: string
}
function addEntry(into: KubeconfigEntries, { section, index, entry, file }: Adding): void {
  const { name, [WORD[section]]: content } = (
    typeof entry === 'object' && entry !== null ? entry : {}
  ) as Record<string, unknown>
  if (typeof name !== 'string' || name === '')
    return void told(into, `${section}[${String(index)}] ${nameless(name)}`)
  const label = `${WORD[section]} ${name}`
  if (isThere(into, section, name))
    return void told(into, `${label} is there twice: the first counts`)
  if (section === 'contexts') return addContext(into, { name, label, content })
  const schema = section === 'clusters' ? Cluster : User
  const parsed = schema.safeParse(content ?? {})
  if (!parsed.success) {
    const issue = told(into, `${label} cannot be used: ${whyNot(parsed.error)}`)
    return void into.broken[section].set(name, issue)
  }
  if (section === 'clusters') into.clusters.set(name, clusterAt(file, parsed.data as KubeCluster))
  else into.users.set(name, userAt(file, parsed.data as KubeUser))
}
const nameless = (name: unknown): string =>
  typeof name === 'number' || typeof name === 'boolean'
    ? `has a name that is no text: write "${String(name)}" in quotes`
    : 'has no name'
const isThere = (into: KubeconfigEntries, section: Section, name: string): boolean =>
  section === 'contexts'
    ? namesOf(into).has(name)
    : into[section].has(name) || into.broken[section].has(name)
const names = new WeakMap<KubeconfigEntries, Set<string>>()
function namesOf(into: KubeconfigEntries): Set<string> {
  const known = names.get(into) ?? new Set<string>()
  names.set(into, known)
  return known
}
function addContext(
  into: KubeconfigEntries,
  { name, label, content }: { name: string; label: string; content: unknown },
): void {
  namesOf(into).add(name)
  const parsed = Context.safeParse(content ?? {})
  if (!parsed.success) return void told(into, `${label} cannot be used: ${whyNot(parsed.error)}`)
  if (parsed.data.cluster === '') return void told(into, `${label} names no cluster`)
  into.contexts.push({ name, cluster: parsed.data.cluster, user: parsed.data.user })
}

const at = <T extends string | undefined>(file: string, path: T): T =>
  path === undefined || path === '' || isAbsolute(path) ? path : (join(dirname(file), path) as T)
const clusterAt = (file: string, cluster: KubeCluster): KubeCluster => ({
  ...cluster,
  'certificate-authority': at(file, cluster['certificate-authority']),
})
const userAt = (file: string, user: KubeUser): KubeUser => ({
  ...user,
  tokenFile: at(file, user.tokenFile),
  'client-certificate': at(file, user['client-certificate']),
  'client-key': at(file, user['client-key']),
  exec: execAt(file, user.exec),
})
// A command with a slash is looked for beside the file, as kubectl does; one without on the PATH.
const execAt = (file: string, exec: KubeExec | null | undefined) =>
  exec && /[\\/]/.test(exec.command) && !isAbsolute(exec.command)
    ? { ...exec, command: join(dirname(file), exec.command) }
    : exec
