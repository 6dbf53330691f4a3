import { LABEL } from '../../../kernel/manifest'
import { carriesMark, lentToProject, madeForProject, type Marked } from '../../../kernel/ownership'
import { heldBy, isEmpty, type NamespaceContents } from './contents'

/** Namespaces that belong to the cluster, to its controllers (which all but a few put into NAME-system) or to Takt itself: never offered, whatever they hold. A star stands for anything. */
const RESERVED = ['default', 'kube-*', '*-system', 'openshift', 'openshift-*', 'takt-tool-tests']
/** What the API server itself makes for everybody and lets nobody delete, so that here the name is the object. It is nobody's own: single objects may be put in. */
const SHARED = ['default']
/** Reserves a namespace, empty or not; the way for whoever runs a site to keep a name back. */
export const RESERVED_LABEL = 'takt.dev/reserved'

/** How a namespace was got: Takt made it, or a lead let Takt use one that stood there empty. */
export type NamespaceOrigin = 'made' | 'adopted'
/** What the project's record says about its namespace. */
export interface RecordedNamespace {
  uid: string
  origin: NamespaceOrigin
}
export type NamespaceStanding =
  | { is: 'free' }
  | { is: 'reserved' }
  /** The project's own: made or adopted for it, and still that very object. */
  | { is: 'ours'; uid: string; origin: NamespaceOrigin }
  /** Carries the project's mark, and no record names it: another operation is making it, or stopped half way. */
  | { is: 'begun'; uid: string }
  | { is: 'empty'; uid: string }
  | { is: 'taken'; holds: string[] }
  /** It may not be looked at. */
  | { is: 'unknown'; says: string }

export const isReservedName = (name: string): boolean =>
  RESERVED.some((pattern) =>
    pattern.startsWith('*')
      ? name.endsWith(pattern.slice(1))
      : pattern.endsWith('*')
        ? name.startsWith(pattern.slice(0, -1))
        : name === pattern,
  )

/** Whether a namespace belongs to the cluster itself, or whoever runs the site keeps it back: nobody is offered its deletion. */
export const isReservedNamespace = ({
  metadata: { name, labels },
}: {
  metadata: { name: string; labels?: Record<string, string> | undefined }
}): boolean => isReservedName(name) || labels?.[RESERVED_LABEL] !== undefined

export interface NamespaceFacts {
  name: string
  project: string
  /** What the project's record says; on sites that keep no record the mark alone decides. */
  recorded: RecordedNamespace | 'none' | 'not-kept'
  found: (Marked & { metadata: { uid: string } }) | undefined
}
/** Where a namespace stands before its contents are looked at; `contents` means that only they can tell. */
export function standingOf({
  name,
  project,
  recorded,
  found,
}: NamespaceFacts): NamespaceStanding | { is: 'contents'; uid: string } {
  if (isReservedName(name)) return { is: 'reserved' }
  if (!found) return { is: 'free' }
  const { uid, labels } = found.metadata
  if (labels?.[RESERVED_LABEL] !== undefined) return { is: 'reserved' }
  const origin =
    recorded === 'not-kept'
      ? originByMark(found, project)
      : originByRecord(found, project, recorded)
  if (origin) return { is: 'ours', uid, origin }
  if (madeForProject(project)(found)) return { is: 'begun', uid }
  return carriesMark(found) ? { is: 'taken', holds: [ownerOf(labels)] } : { is: 'contents', uid }
}
type Found = NonNullable<NamespaceFacts['found']>
function originByMark(found: Found, project: string): NamespaceOrigin | undefined {
  if (madeForProject(project)(found)) return 'made'
  return lentToProject(project)(found) ? 'adopted' : undefined
}
// A record alone makes nothing Takt's: the mark on the object has to say so too.
function originByRecord(
  found: Found,
  project: string,
  recorded: RecordedNamespace | 'none',
): NamespaceOrigin | undefined {
  if (recorded === 'none' || recorded.uid !== found.metadata.uid) return undefined
  return recorded.origin === 'made' && madeForProject(project)(found) ? 'made' : 'adopted'
}
/**
 * Whether a namespace that stands already may hold single objects that bear Takt's mark. That is less than to be the project's:
 * Takt neither makes nor adopts nor removes it, and takes out what it put in.
 */
export const mayHold = ({
  name,
  project,
  found,
}: Pick<NamespaceFacts, 'name' | 'project' | 'found'>): boolean =>
  found !== undefined &&
  found.metadata.labels?.[RESERVED_LABEL] === undefined &&
  (SHARED.includes(name) || (!isReservedName(name) && originByMark(found, project) !== undefined))
const ownerOf = (labels: Record<string, string> | undefined) =>
  labels?.[LABEL.project] === undefined ? 'objects of Takt' : `project ${labels[LABEL.project]}`

/** Where a namespace stands once its contents are known. */
export function standingOfContents(uid: string, contents: NamespaceContents): NamespaceStanding {
  if (isEmpty(contents)) return { is: 'empty', uid }
  return {
    is: 'taken',
    holds: [
      ...[...heldBy(contents, 'others'), ...heldBy(contents, 'takt')].map(
        ({ kind, count }) => `${String(count)} ${kind}`,
      ),
      ...unreadWords(contents.unread.map(({ kind }) => kind)),
    ],
  }
}
const MOST_NAMED = 3
const unreadWords = (kinds: string[]) =>
  kinds.length > MOST_NAMED
    ? [`${String(kinds.length)} kinds that you may not list`]
    : kinds.map((kind) => `${kind} that you may not list`)

interface Refusal {
  says: string
  remedy: string
}
const MOST_HELD = 6
const heldWords = (holds: string[]) =>
  holds.length > MOST_HELD ? `${holds.slice(0, MOST_HELD).join(', ')} and more` : holds.join(', ')
export interface RefusalContext {
  name: string
  site: string
  project: string
  /** Whether a lead chose to adopt it, where it is empty. */ adopt: boolean
  /** What always helps. */ remedy: string
  /** How its owner lets it be used, where nobody can adopt it; that of a reserved one cannot. */
  lend?: string
}
/** What keeps Takt from making or using a namespace; undefined where nothing does. */
export function refusalOf(standing: NamespaceStanding, at: RefusalContext): Refusal | undefined {
  const { name, site, project, adopt, remedy } = at
  switch (standing.is) {
    case 'free':
    case 'ours':
      return undefined
    case 'reserved':
      return { says: `The name ${name} is reserved on ${site} for the cluster itself.`, remedy }
    case 'begun':
      return {
        says: `Namespace ${name} on ${site} bears the mark of ${project}, and no record names it: another operation, which is under way or stopped half way, is making it, or somebody put the mark there by hand.`,
        remedy:
          'Wait for that operation to end, or let whoever started it go on or go back; then plan again. Where there is none, choose another name, or ask whoever runs the site to take the label takt.dev/project from it. Nothing has to be deleted.',
      }
    case 'empty':
      return adopt
        ? undefined
        : {
            says: `A namespace called ${name} exists already on ${site}, and is empty.`,
            remedy: `${remedy} ${at.lend ?? 'Or a lead chooses to adopt it as it is.'}`,
          }
    case 'taken':
      return {
        says: `A namespace called ${name} exists already on ${site} and is not this project's: it holds ${heldWords(standing.holds)}.`,
        remedy: at.lend === undefined ? remedy : `${remedy} ${at.lend}`,
      }
    case 'unknown':
      return {
        says: `Whether the name ${name} is free on ${site} cannot be seen: ${standing.says}`,
        remedy: 'Let somebody look who may read namespaces, or ask for that right.',
      }
  }
}
