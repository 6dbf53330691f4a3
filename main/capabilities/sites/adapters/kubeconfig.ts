import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { failure, type Failure } from '../../../../preload/contract/failures'
import { redactText } from '../../../platform/log'
import { idsOf } from '../domain/contexts'

const MAX_BYTES = 8 * 2 ** 20
const text = z.string().optional()
const Cluster = z.object({
  server: z.url({
    protocol: /^https?$/,
    error: 'a server address beginning with http:// or https:// is needed',
  }),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text,
  'proxy-url': text,
})
const Exec = z.object({
  apiVersion: z.string().default('client.authentication.k8s.io/v1'),
  command: z.string().min(1),
  args: z
    .array(z.string())
    .nullish()
    .transform((args) => args ?? []),
  env: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .nullish()
    .transform((env) => env ?? []),
  installHint: text,
  provideClusterInfo: z.boolean().optional(),
  interactiveMode: text,
})
const User = z.object({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  username: text,
  password: text,
  as: text,
  exec: Exec.nullish(),
  'auth-provider': z
    .object({ name: z.string(), config: z.record(z.string(), z.string()).nullish() })
    .nullish(),
})
const named = <T extends z.ZodType, K extends string>(key: K, schema: T) =>
  z
    .array(
      z.object({ name: z.string().min(1), [key]: schema } as { name: z.ZodString } & Record<K, T>),
    )
    .nullish()
const Kubeconfig = z.object({
  clusters: named('cluster', Cluster),
  users: named('user', User.nullish()),
  contexts: named(
    'context',
    z.object({ cluster: z.string(), user: z.string().default(''), namespace: text }),
  ),
})
export type KubeCluster = z.infer<typeof Cluster>
export type KubeUser = z.infer<typeof User>
export type KubeExec = z.infer<typeof Exec>

/** A context with what it refers to. File paths in it are absolute. */
export interface KubeContext {
  id: string
  name: string
  file: string
  clusterName: string
  userName: string
  cluster: KubeCluster
  user: KubeUser
}
export interface Read {
  contexts: KubeContext[]
  unreadable: Failure[]
}
interface File {
  file: string
  clusters: Map<string, KubeCluster>
  users: Map<string, KubeUser>
  contexts: { name: string; cluster: string; user: string }[]
}

/** Where a kubeconfig may lie; a file that is only looked for, not asked for, may be missing. */
export interface Where {
  path: string
  asked: boolean
}

/** Reads all files; one that cannot be used is named and takes nothing away from the others. */
export function readKubeconfigs(places: readonly Where[]): Read {
  const files: File[] = []
  const unreadable: Failure[] = []
  for (const { path, asked } of places) {
    for (const file of expand(path)) {
      const read = readOne(file, asked)
      if (read === undefined) continue
      if ('code' in read) unreadable.push(read)
      else files.push(read)
    }
  }
  return { contexts: gather(files, unreadable), unreadable }
}

function expand(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^[^.].*$/.test(entry.name))
      .map((entry) => join(path, entry.name))
      .sort()
  } catch {
    return [path]
  }
}

function readOne(file: string, asked: boolean): File | Failure | undefined {
  const unusable = (cause: string) =>
    failure('KUBECONFIG_UNREADABLE', { file, cause: redactText(cause) })
  try {
    const { size } = statSync(file)
    if (size > MAX_BYTES)
      return unusable(`it has ${Math.round(size / 2 ** 20)} MB, and a kubeconfig has at most 8`)
    const content = readFileSync(file, 'utf8')
    if (content.trim() === '') return { file, clusters: new Map(), users: new Map(), contexts: [] }
    const parsed = Kubeconfig.safeParse(parse(content, { logLevel: 'error' }))
    if (!parsed.success)
      return unusable(
        parsed.error.issues
          .slice(0, 3)
          .map(({ path, message }) => `${path.join('.')}: ${message}`)
          .join('; '),
      )
    return absolute(file, parsed.data)
  } catch (error) {
    const { code, message, name } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return asked ? unusable('there is no such file') : undefined
    // The parser quotes the line that it could not read, and that line may be a key.
    return unusable(
      name === 'YAMLParseError' || code === undefined
        ? `it is not YAML (${message.split('\n')[0]?.slice(0, 120) ?? ''})`
        : code,
    )
  }
}

function absolute(file: string, { clusters, users, contexts }: z.infer<typeof Kubeconfig>): File {
  const at = <T extends string | undefined>(path: T): T =>
    path === undefined || path === '' || isAbsolute(path) ? path : (join(dirname(file), path) as T)
  return {
    file,
    clusters: new Map(
      (clusters ?? []).map(({ name, cluster }) => [
        name,
        { ...cluster, 'certificate-authority': at(cluster['certificate-authority']) },
      ]),
    ),
    users: new Map(
      (users ?? []).map(({ name, user }) => [
        name,
        {
          ...user,
          tokenFile: at(user?.tokenFile),
          'client-certificate': at(user?.['client-certificate']),
          'client-key': at(user?.['client-key']),
          exec: execAt(file, user?.exec),
        },
      ]),
    ),
    contexts: (contexts ?? []).map(({ name, context }) => ({
      name,
      cluster: context.cluster,
      user: context.user,
    })),
  }
}
// A command with a slash is looked for beside the file, as kubectl does; one without on the PATH.
const execAt = (file: string, exec: KubeExec | null | undefined) =>
  exec && /[\\/]/.test(exec.command) && !isAbsolute(exec.command)
    ? { ...exec, command: join(dirname(file), exec.command) }
    : exec

function gather(files: readonly File[], unreadable: Failure[]): KubeContext[] {
  const all = files.flatMap(({ file, contexts }) =>
    contexts.map((context) => ({ file, ...context })),
  )
  const ids = idsOf(all)
  return all.flatMap(({ file, name, cluster: clusterName, user: userName }, index) => {
    const own = files.find((other) => other.file === file)
    const order = own ? [own, ...files.filter((other) => other !== own)] : files
    const cluster = order
      .map(({ clusters }) => clusters.get(clusterName))
      .find((found) => found !== undefined)
    const user = order.map(({ users }) => users.get(userName)).find((found) => found !== undefined)
    if (!cluster) {
      unreadable.push(
        failure('KUBECONFIG_UNREADABLE', {
          file,
          cause: `context ${name} names cluster ${clusterName}, which is nowhere`,
        }),
      )
      return []
    }
    return [
      { id: ids[index] ?? name, name, file, clusterName, userName, cluster, user: user ?? {} },
    ]
  })
}
