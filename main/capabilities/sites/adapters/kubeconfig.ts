import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { failure, type Failure } from '../../../../preload/contract/failures'
import { MOST_BYTES, whyNotRegular, readRegularSync } from '../../../platform/files'
import { redactText } from '../../../platform/log'
import { idsOf } from '../domain/contexts'
import {
  addEntries,
  noEntries,
  type EntryIssue,
  type KubeconfigEntries,
  type KubeCluster,
  type KubeUser,
} from './kubeconfig-entries'
import { partsOf, textOf, type KubeconfigPart } from './kubeconfig-parts'

export type { KubeCluster, KubeExec, KubeUser } from './kubeconfig-entries'

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
/** What is known of one file: its entries, and why it, or the rest of it, cannot be used. */
export interface KubeconfigFile {
  file: string
  entries: KubeconfigEntries
  unusable?: string
}

/** Where a kubeconfig may lie; a file that is only looked for, not asked for, may be missing. */
export interface Where {
  path: string
  asked: boolean
}

/** Reads all files; one that cannot be used, or one entry of it, is named and takes nothing away from the others. */
export const readKubeconfigs = (places: readonly Where[]): Read =>
  gather(filesAt(places).flatMap(({ file, asked }) => readFileAt(file, asked) ?? []))

/** The files of places, those in folders one by one. */
const filesAt = (places: readonly Where[]): { file: string; asked: boolean }[] =>
  places.flatMap(({ path, asked }) => expand(path).map((file) => ({ file, asked })))

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

const LONG_BYTES = 256_000
const long = new Map<string, { stamp: string; known: KubeconfigFile }>()
/** Reads one file, a long one only where it has changed since; undefined where it is missing and may be. */
function readFileAt(file: string, asked: boolean): KubeconfigFile | undefined {
  const { size = 0, stamp = '' } = stampOf(file) ?? {}
  if (size < LONG_BYTES) {
    long.delete(file)
    return readNow(file, asked)
  }
  const before = long.get(file)
  if (before?.stamp === stamp) return before.known
  const known = readNow(file, asked)
  if (known) long.set(file, { stamp, known })
  return known
}

function readNow(file: string, asked: boolean): KubeconfigFile | undefined {
  const bytes = bytesOf(file)
  if ('missing' in bytes && bytes.missing && !asked) return undefined
  if ('unusable' in bytes) return { file, entries: noEntries(), unusable: bytes.unusable }
  const known: KubeconfigFile = { file, entries: noEntries() }
  for (const part of partsOf(textOf(bytes.value))) take(known, part)
  return known
}

type Bytes = { value: Buffer } | { unusable: string; missing: boolean }
/** All bytes of a kubeconfig, or why it is none. */
function bytesOf(file: string): Bytes {
  const pieces: Buffer[] = []
  const refused = readRegularSync(file, MOST_BYTES.kubeconfig, (piece) =>
    pieces.push(Buffer.from(piece)),
  )
  return refused
    ? { unusable: refused.failure.data.cause, missing: refused.missing }
    : { value: Buffer.concat(pieces) }
}
/** How large a file is and when it was written; undefined where it is no kubeconfig at all. */
function stampOf(file: string): { size: number; stamp: string } | undefined {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats && whyNotRegular(stats, MOST_BYTES.kubeconfig) === undefined
    ? {
        size: stats.size,
        stamp: `${String(stats.size)} ${String(stats.mtimeMs)} ${String(stats.ino)}`,
      }
    : undefined
}

/** Takes a part of a file into what is known of it. */
function take(known: KubeconfigFile, part: KubeconfigPart): void {
  if ('issue' in part) known.entries.issues.push({ says: part.issue })
  else if ('unusable' in part) known.unusable = redactText(part.unusable)
  else {
    const unusable = addEntries(part.document, known.file, known.entries)
    if (unusable !== undefined) known.unusable = unusable
  }
}

/** Every context with the cluster and the user it names: those of its own file, else the first of that name. */
export function gather(files: readonly KubeconfigFile[]): Read {
  const all = files.flatMap((from) => from.entries.contexts.map((context) => ({ from, context })))
  const ids = idsOf(all.map(({ from: { file }, context: { name } }) => ({ file, name })))
  const [clusters, users] = [firstOf(files, 'clusters'), firstOf(files, 'users')]
  const losses = new Losses()
  const contexts = all.flatMap(({ from, context }, index): KubeContext[] => {
    const { file, entries } = from
    const { name, cluster: clusterName, user: userName } = context
    const cluster = entries.clusters.get(clusterName) ?? clusters.get(clusterName)
    // Without a user one asks as nobody, as kubectl does; with one that is nowhere nobody was meant.
    const user = entries.users.get(userName) ?? users.get(userName) ?? (userName ? undefined : {})
    if (!cluster) losses.lose(from, name, ['cluster', clusterName])
    else if (!user) losses.lose(from, name, ['user', userName])
    else return [{ id: ids[index] ?? name, name, file, clusterName, userName, cluster, user }]
    return []
  })
  return { contexts, unreadable: files.flatMap((file) => losses.failuresOf(file)) }
}

function firstOf<S extends 'clusters' | 'users'>(
  files: readonly KubeconfigFile[],
  section: S,
): KubeconfigEntries[S] {
  const found = new Map<string, unknown>()
  for (const { entries } of files)
    for (const [name, entry] of entries[section]) if (!found.has(name)) found.set(name, entry)
  return found as KubeconfigEntries[S]
}

const MOST_TOLD = 50
const MOST_NAMED = 5
/** Contexts that cannot be used, told with the entry they are lost with. */
class Losses {
  readonly #withEntry = new Map<EntryIssue, string[]>()
  readonly #dangling = new Map<string, string[]>()

  lose({ file, entries }: KubeconfigFile, context: string, names: ['cluster' | 'user', string]) {
    const [what, name] = names
    const issue = entries.broken[`${what}s`].get(name)
    const at = `context ${context} names ${what} ${name}, which is nowhere`
    if (issue) this.#withEntry.set(issue, [...(this.#withEntry.get(issue) ?? []), context])
    else this.#dangling.set(file, [...(this.#dangling.get(file) ?? []), at])
  }
  failuresOf({ file, unusable, entries }: KubeconfigFile): Failure[] {
    const all = [
      ...(unusable === undefined ? [] : [unusable]),
      ...entries.issues.map((issue) => this.#whole(issue)),
      ...(this.#dangling.get(file) ?? []),
    ]
    const more = all.length - MOST_TOLD
    return [
      ...all.slice(0, MOST_TOLD),
      ...(more > 0 ? [`${String(more)} more of its entries cannot be used`] : []),
    ].map((cause) => failure('KUBECONFIG_UNREADABLE', { file, cause }))
  }
  #whole(issue: EntryIssue): string {
    const lost = this.#withEntry.get(issue) ?? []
    if (lost.length === 0) return issue.says
    const named = lost.slice(0, MOST_NAMED).join(', ')
    const more = lost.length > MOST_NAMED ? ` and ${String(lost.length - MOST_NAMED)} more` : ''
    return `${issue.says}; without it context ${named}${more} cannot be used`
  }
}
