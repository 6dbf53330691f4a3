import { NoSuchObjectError, type Entry } from 'ldapts'
import type { DirectoryEntry, LdapSettings } from '../../../../preload/contract/people'
import { succeed } from '../../../kernel/outcome'
import { isActive } from '../domain/account'
import { attributesOf, nearness, withoutPrefix, withPrefix } from '../domain/names'
import { keyOf, type Directory, type Found, type Kind } from '../ports'
import {
  anything,
  inGroupAnyhow,
  inGroupDirectly,
  kindFilter,
  namedFilter,
  searchFilter,
} from './ldap-filters'
import { converse, type Account, type Session } from './ldap-session'

const MOST_MEMBERS = 1000
const NAMES_AT_ONCE = 50

const texts = (value: Entry[string] | undefined): string[] =>
  (value === undefined
    ? []
    : [value].flat().map((each) => (typeof each === 'string' ? each : each.toString('utf8')))
  ).filter((each) => each !== '')
const text = (entry: Entry, attribute: string): string | undefined => texts(entry[attribute])[0]
const membersOf = (entry: Entry): string[] => [
  ...texts(entry['member']),
  ...texts(entry['uniqueMember']),
]
const GROUPS = new Set(['group', 'groupofnames', 'groupofuniquenames', 'posixgroup'])
const kindOf = (entry: Entry): Kind =>
  texts(entry['objectClass']).some((each) => GROUPS.has(each.toLowerCase())) ? 'Group' : 'User'

/** An entry under the name the cluster knows; undefined for one without that attribute. */
function read(settings: LdapSettings, entry: Entry): DirectoryEntry | undefined {
  const kind = kindOf(entry)
  const attribute = attributesOf(settings)[kind === 'User' ? 'user' : 'group']
  const name = text(entry, attribute)
  if (name === undefined) return undefined
  const mail = text(entry, 'mail')
  const department = text(entry, 'department') ?? text(entry, 'ou')
  const common = {
    kind,
    name: withPrefix(kind, name, settings),
    id: entry.dn,
    title:
      text(entry, 'displayName') ?? text(entry, kind === 'Group' ? 'description' : 'cn') ?? name,
  }
  if (kind === 'Group')
    return {
      ...common,
      active: true,
      members: membersOf(entry).length + texts(entry['memberUid']).length,
    }
  const flags = Object.fromEntries(
    ['userAccountControl', 'nsAccountLock', 'pwdAccountLockedTime'].map((each) => [
      each,
      text(entry, each),
    ]),
  )
  return {
    ...common,
    active: isActive(flags),
    ...(mail !== undefined && { mail }),
    ...(department !== undefined && { department }),
  }
}
const readAll = (settings: LdapSettings, entries: Entry[]): DirectoryEntry[] =>
  entries.flatMap((entry) => read(settings, entry) ?? [])

/** The company's directory over LDAP, asked as the person who is signed in. */
export function ldapDirectory(account: Account): Directory {
  const { settings } = account
  return {
    title: settings.url,
    simulated: false,
    complete: true,
    search: ({ text: typed, kind, limit }, signal) =>
      converse(
        account,
        async (session) => {
          const kinds: Kind[] = kind ? [kind] : ['User', 'Group']
          const found: { entries: Entry[]; more: boolean }[] = []
          for (const each of kinds)
            found.push(
              await session.search({ filter: searchFilter(settings, each, typed), most: limit }),
            )
          const entries = readAll(
            settings,
            found.flatMap((each) => each.entries),
          ).toSorted(
            (a, b) => nearness(typed, a) - nearness(typed, b) || a.title.localeCompare(b.title),
          )
          return {
            entries: entries.slice(0, limit),
            more: entries.length > limit || found.some(({ more }) => more),
          }
        },
        signal,
      ),
    async lookup(subjects, signal) {
      const own = subjects.flatMap(({ kind, name }) => {
        const bare = withoutPrefix(kind, name, settings)
        return bare === undefined ? [] : [{ kind, name, bare }]
      })
      if (own.length === 0) return succeed({ entries: [], asked: new Set() })
      return converse(
        account,
        async (session) => {
          const entries: DirectoryEntry[] = []
          for (const kind of ['User', 'Group'] as const) {
            const names = own.filter((each) => each.kind === kind).map(({ bare }) => bare)
            for (let from = 0; from < names.length; from += NAMES_AT_ONCE)
              entries.push(
                ...readAll(
                  settings,
                  (
                    await session.search({
                      filter: namedFilter(settings, kind, names.slice(from, from + NAMES_AT_ONCE)),
                    })
                  ).entries,
                ),
              )
          }
          return { entries, asked: new Set(own.map(keyOf)) }
        },
        signal,
      )
    },
    async groupMembers(name, signal) {
      const bare = withoutPrefix('Group', name, settings)
      if (bare === undefined) return succeed(undefined)
      return converse(
        account,
        async (session) => {
          const [group] = (
            await session.search({ filter: namedFilter(settings, 'Group', [bare]), most: 1 })
          ).entries
          if (!group) return undefined
          return settings.flavour === 'active-directory'
            ? inChain(session, settings, group)
            : stepByStep(session, settings, group)
        },
        signal,
      )
    },
  }
}

async function inChain(session: Session, settings: LdapSettings, group: Entry): Promise<Found> {
  const { entries, more } = await session.search({
    filter: inGroupAnyhow(settings.flavour, group.dn),
    most: MOST_MEMBERS,
  })
  // A server that calls things like Active Directory and does not know its rule answers nobody, and no error.
  if (entries.length === 0 && membersOf(group).length > 0)
    return stepByStep(session, settings, group)
  return { entries: readAll(settings, entries), more }
}

/** Follows groups in groups, each once, however they are nested; rings end by themselves. */
async function stepByStep(session: Session, settings: LdapSettings, root: Entry): Promise<Found> {
  const seen = new Set([root.dn.toLowerCase()])
  const people: DirectoryEntry[] = []
  const queue = [root]
  for (let group = queue.shift(); group; group = queue.shift()) {
    for (const entry of await directMembers(session, settings, group)) {
      if (seen.has(entry.dn.toLowerCase())) continue
      seen.add(entry.dn.toLowerCase())
      if (kindOf(entry) === 'Group') queue.push(entry)
      else people.push(...readAll(settings, [entry]))
      if (people.length >= MOST_MEMBERS) return { entries: people, more: true }
    }
  }
  return { entries: people, more: false }
}

/** By memberOf in one question where the server keeps it, else each member by its own name; a member that is gone is passed over. */
async function directMembers(
  session: Session,
  settings: LdapSettings,
  group: Entry,
): Promise<Entry[]> {
  const uids = texts(group['memberUid'])
  const byUid =
    uids.length > 0
      ? (
          await session.search({
            filter: namedFilter(settings, 'User', uids.slice(0, MOST_MEMBERS)),
          })
        ).entries
      : []
  const named = membersOf(group)
  if (named.length === 0) return byUid
  const known = (await session.search({ filter: inGroupDirectly(group.dn), most: MOST_MEMBERS }))
    .entries
  const there = new Set(known.map(({ dn }) => dn.toLowerCase()))
  const rest: Entry[] = []
  for (const dn of named.filter((each) => !there.has(each.toLowerCase())).slice(0, MOST_MEMBERS)) {
    rest.push(
      ...(await session.search({ base: dn, scope: 'base', filter: anything() }).then(
        ({ entries }) => entries,
        (error: unknown) => {
          if (error instanceof NoSuchObjectError) return []
          throw error
        },
      )),
    )
  }
  return [...known, ...rest, ...byUid]
}

/** Whether the account is let in and its base is there: what signing in proves. */
export const tryLdap = (account: Account, signal?: AbortSignal) =>
  converse(
    account,
    async (session) => {
      await session.search({
        base: account.settings.baseDn,
        filter: kindFilter(account.settings.flavour, 'User'),
        most: 1,
      })
    },
    signal,
  )
