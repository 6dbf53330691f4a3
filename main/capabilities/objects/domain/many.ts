import type { ManyAction } from '../../../../preload/contract/objects'
import { standingOf, SUSPEND_AT } from './describe'
import { RESTARTABLE } from './offers'
import { groupKind, type Raw } from './raw'

export interface Reason {
  says: string
  remedy: string
}
/** The right that an action takes. */
export const VERB: Record<ManyAction, 'patch' | 'delete'> = {
  suspend: 'patch',
  resume: 'patch',
  restart: 'patch',
  delete: 'delete',
}
export const DONE: Record<ManyAction, string> = {
  suspend: 'suspended',
  resume: 'resumed',
  restart: 'restarted',
  delete: 'deleted',
}

// Every kind that can be suspended or restarted is served under its name in small letters and an s.
const served = (kinds: Iterable<string>) =>
  new Set([...kinds].map((kind) => `${kind.toLowerCase()}s`))
const SUSPENDABLE_AT = served(Object.keys(SUSPEND_AT))
const RESTARTABLE_AT = served(RESTARTABLE)
/** What can be done at all to many of what a resource serves, told without reading one of them. An event is no thing that somebody deletes. */
export function manyActionsFor({ group, plural }: { group: string; plural: string }): ManyAction[] {
  const at = `${group}/${plural}`
  if (plural === 'events') return []
  return [
    ...(SUSPENDABLE_AT.has(at) ? ['suspend' as const, 'resume' as const] : []),
    ...(RESTARTABLE_AT.has(at) ? ['restart' as const] : []),
    'delete',
  ]
}

const ENDS = new Set(Object.keys(SUSPEND_AT).filter((kind) => kind !== 'batch/CronJob'))
const reason = (says: string, remedy: string): Reason => ({ says, remedy })
/** Why an action makes no sense for an object as it stands; undefined where it may be tried. */
export function whyLeftOut(raw: Raw, what: ManyAction): Reason | undefined {
  if (raw.metadata.deletionTimestamp !== undefined)
    return reason('It is being deleted already.', 'Nothing needs doing.')
  if (what !== 'suspend' && what !== 'resume') return undefined
  const owner = (raw.metadata.ownerReferences ?? []).find(
    ({ controller, kind }) => controller && kind !== 'CronJob',
  )
  if (owner && ENDS.has(groupKind(raw)))
    return reason(
      `${owner.kind} ${owner.name} owns it and decides when it runs.`,
      `Choose ${owner.kind} ${owner.name} instead.`,
    )
  if (ENDS.has(groupKind(raw)) && ['done', 'failed'].includes(standingOf(raw).sign))
    return reason('It has ended.', 'Choose work that has not ended.')
  return undefined
}
export const ALREADY: Record<Exclude<ManyAction, 'delete'>, Reason> = {
  suspend: reason('It is suspended already.', 'Choose work that is not suspended.'),
  resume: reason('It is not suspended.', 'Choose work that is suspended.'),
  restart: reason('It is restarted already.', 'Wait a moment.'),
}

export const nameOf = ({
  kind,
  namespace,
  name,
}: {
  kind: string
  namespace?: string | undefined
  name: string
}): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
/** "3 Jobs", "Job a" or "4 objects". */
export function nounFor(of: { kind: string; name: string }[]): string {
  const [first] = of
  if (first && of.length === 1) return `${first.kind} ${first.name}`
  return `${String(of.length)} ${first && of.every(({ kind }) => kind === first.kind) ? `${first.kind}s` : 'objects'}`
}
/** At most so many, and how many more there are. */
export const some = (names: string[], most: number): string[] =>
  names.length > most ? [...names.slice(0, most), `and ${String(names.length - most)} more`] : names
