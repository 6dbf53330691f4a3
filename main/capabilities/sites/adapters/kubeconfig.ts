import { failure, type Failure } from '../../../../preload/contract/failures'
import { MOST_BYTES, readRegularSync } from '../../../platform/files'
import { redactText } from '../../../platform/log'
import { idGiver } from '../domain/contexts'
import {
  addEntries,
  noEntries,
  type EntryIssue,
  type KubeconfigEntries,
  type KubeCluster,
  type KubeUser,
} from './kubeconfig-entries'
import { filesAt, type KubeContext, type Where } from './kubeconfig-files'
import { partsOf, textOf, type KubeconfigPart } from './kubeconfig-parts'

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

/** Reads all files; one that cannot be used, or one entry of it, is named and takes nothing away from the others. */
export function readKubeconfigs(places: readonly Where[]): Read {
  const contexts: KubeContext[] = []
  const reading = readInParts(places)
  for (;;) {
    const { done, value } = reading.next()
    if (done) return { contexts, unreadable: value }
    contexts.push(...value)
  }
}

/** The same bit by bit: contexts as soon as what they name is known, and at the end what cannot be used. */
export function* readInParts(places: readonly Where[]): Generator<KubeContext[], Failure[]> {
  const gathering = new Gathering()
  for (const { file, asked } of filesAt(places)) {
    const bytes = bytesOf(file)
    if ('missing' in bytes && bytes.missing && !asked) continue
    const known: KubeconfigFile = { file, entries: noEntries() }
    gathering.begin(known)
    if ('unusable' in bytes) known.unusable = bytes.unusable
    else
      for (const part of partsOf(textOf(bytes.value))) {
        take(known, part)
        yield gathering.usableByNow()
      }
  }
  const { contexts, unreadable } = gathering.end()
  yield contexts
  return unreadable
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
/** Takes a part of a file into what is known of it. */
function take(known: KubeconfigFile, part: KubeconfigPart): void {
  if ('issue' in part) known.entries.issues.push({ says: part.issue })
  else if ('unusable' in part) known.unusable = redactText(part.unusable)
  else {
    const unusable = addEntries(part.document, known.file, known.entries)
    if (unusable !== undefined) known.unusable = unusable
  }
}

interface NamedContext {
  id: string
  from: KubeconfigFile
  context: KubeconfigEntries['contexts'][number]
}
/** Every context with the cluster and the user it names: those of its own file, else the first of that name. */
class Gathering {
  readonly #files: KubeconfigFile[] = []
  readonly #idOf = idGiver()
  /** Those that name what stands further down, in another file or nowhere. */
  readonly #waiting: NamedContext[] = []
  #taken = 0

  begin(file: KubeconfigFile): void {
    this.#files.push(file)
    this.#taken = 0
  }
  /** What came since the last time in the file that is read now, and needs nothing that is not there yet. */
  usableByNow(): KubeContext[] {
    const from = this.#files.at(-1)
    if (!from) return []
    const fresh = from.entries.contexts.slice(this.#taken)
    this.#taken += fresh.length
    return fresh.flatMap((context): KubeContext[] => {
      const named = { id: this.#idOf({ name: context.name, file: from.file }), from, context }
      const cluster = from.entries.clusters.get(context.cluster)
      const user = context.user ? from.entries.users.get(context.user) : {}
      if (cluster && user) return [whole(named, cluster, user)]
      this.#waiting.push(named)
      return []
    })
  }
  end(): Read {
    const [clusters, users] = [firstOf(this.#files, 'clusters'), firstOf(this.#files, 'users')]
    const losses = new Losses()
    const contexts = this.#waiting.flatMap((named): KubeContext[] => {
      const { from, context } = named
      const cluster = from.entries.clusters.get(context.cluster) ?? clusters.get(context.cluster)
      // Without a user one asks as nobody, as kubectl does; with one that is nowhere nobody was meant.
      const user =
        from.entries.users.get(context.user) ??
        users.get(context.user) ??
        (context.user ? undefined : {})
      if (cluster && user) return [whole(named, cluster, user)]
      losses.lose(
        from,
        context.name,
        cluster ? ['user', context.user] : ['cluster', context.cluster],
      )
      return []
    })
    return { contexts, unreadable: this.#files.flatMap((file) => losses.failuresOf(file)) }
  }
}
const whole = (
  { id, from, context }: NamedContext,
  cluster: KubeCluster,
  user: KubeUser,
): KubeContext => ({
  id,
  name: context.name,
  file: from.file,
  clusterName: context.cluster,
  userName: context.user,
  cluster,
  user,
})

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
