import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import type {
  DirectoryEntry,
  DirectorySettings,
  DirectoryState,
  LdapSettings,
  MemberChange,
  MemberCheck,
} from '../../../preload/contract/people'
import type { Member, ProjectSpec } from '../../../preload/contract/records/project'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { makeAccount, type Account } from './account'
import { ldapDirectory, tryLdap } from './adapters/ldap'
import { ownSignIn } from './adapters/own-sign-in'
import { membersKind, planMembers } from './members'
import { outsideBindings } from './outside'
import { keyOf, type Directory, type Found, type PeoplePorts, type Search } from './ports'

/** People and groups of the company, and the members of projects. */
export function makePeople(ports: PeoplePorts) {
  const account = makeAccount(ports)
  const kind = membersKind(ports)
  ports.operations.register(kind)
  const directory = () => chosen(ports, account)
  /** Asks the directory; one that refuses the password is not asked again until somebody signs in. */
  async function ask<T>(work: (directory: Directory) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const on = await directory()
    if (!on.ok) return on
    const answer = await work(on.value)
    if (!answer.ok && answer.failure.code === 'DIRECTORY_SIGN_IN_REFUSED') account.forget()
    return answer
  }
  return {
    ...signingIn(ports, account),
    search: (
      search: Search,
      signal?: AbortSignal,
    ): Promise<Outcome<Found & { simulated: boolean }>> =>
      ask(async (on) => {
        const found = await on.search(search, signal)
        return found.ok ? succeed({ ...found.value, simulated: on.simulated }) : found
      }),
    groupMembers: (
      name: string,
      signal?: AbortSignal,
    ): Promise<Outcome<{ people: DirectoryEntry[]; more: boolean }>> =>
      ask(async (on) => {
        const found = await on.groupMembers(name, signal)
        if (!found.ok) return found
        return found.value
          ? succeed({ people: found.value.entries, more: found.value.more })
          : fail(failure('NOT_FOUND', { kind: 'group', name }))
      }),
    check: (
      project: string,
      signal?: AbortSignal,
    ): Promise<Outcome<{ members: MemberCheck[]; simulated: boolean; complete: boolean }>> =>
      ask(async (on) => {
        const read = await ports.records.read('Project', { name: project }, signal)
        if (!read.ok) return read
        const members = everybody(read.value.spec)
        const found = await on.lookup(members, signal)
        if (!found.ok) return found
        const entries = new Map(found.value.entries.map((entry) => [keyOf(entry), entry]))
        return succeed({
          members: members.map((member) =>
            judged(member, {
              entry: entries.get(keyOf(member)),
              asked: found.value.asked.has(keyOf(member)),
              complete: on.complete,
            }),
          ),
          simulated: on.simulated,
          complete: on.complete,
        })
      }),
    outside: (project: string, signal?: AbortSignal) => outsideBindings(ports, project, signal),
    async planMembers(
      wanted: { project: string; changes: MemberChange[] },
      signal?: AbortSignal,
    ): Promise<Outcome<Plan>> {
      const made = await planMembers(ports, kind, { ...wanted, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
  }
}
export type People = ReturnType<typeof makePeople>

/** Which directory, and the password for it. */
const signingIn = (ports: PeoplePorts, account: Account) => ({
  state: () => stateOf(ports, account),
  setDirectory(settings: DirectorySettings): Outcome<DirectoryState> {
    const done = account.choose(settings)
    return done.ok ? succeed(stateOf(ports, account)) : done
  },
  async signIn(
    { password, keep }: { password: string; keep: boolean },
    signal?: AbortSignal,
  ): Promise<Outcome<DirectoryState>> {
    const settings = account.settings()
    if (settings.kind !== 'ldap')
      return fail(
        failure('NOT_SUPPORTED_HERE', {
          says: 'This directory needs no password.',
          remedy: 'Choose LDAP or Active Directory first.',
        }),
      )
    const tried = await tryLdap({ settings, password, trusted: ports.trusted }, signal)
    if (!tried.ok) return tried
    const done = await account.remember(settings, password, keep)
    return done.ok ? succeed(stateOf(ports, account)) : done
  },
  signOut(): Outcome<DirectoryState> {
    const done = account.forget()
    return done.ok ? succeed(stateOf(ports, account)) : done
  },
})

/** The simulated people where a simulated site is home; else what was set. */
async function chosen(ports: PeoplePorts, account: Account): Promise<Outcome<Directory>> {
  const simulated = simulatedHome(ports)
  if (simulated) return succeed(simulated)
  const settings = account.settings()
  if (settings.kind === 'sign-in') return succeed(ownSignIn(ports.sites))
  if (settings.kind === 'none')
    return fail(
      failure('NOT_SUPPORTED_HERE', {
        says: 'No directory of people is set.',
        remedy: 'Choose one under Settings, People; names can be typed without one.',
      }),
    )
  const password = await account.password(settings)
  return password.ok
    ? succeed(ldapDirectory({ settings, password: password.value, trusted: ports.trusted }))
    : password
}
const simulatedHome = ({ sites, simulated }: PeoplePorts): Directory | undefined =>
  sites.states().some(({ home, simulated: is }) => home && is) ? simulated() : undefined

function stateOf(ports: PeoplePorts, account: Account): DirectoryState {
  const settings = account.settings()
  const common = {
    settings,
    canKeep: ports.vault.keeps,
    password: settings.kind === 'ldap' ? account.where(settings) : ('none' as const),
  }
  const simulated = simulatedHome(ports)
  if (simulated)
    return {
      ...common,
      title: simulated.title,
      says: 'The home site is simulated, and so are its people.',
      simulated: true,
      state: 'ready',
      complete: true,
    }
  if (settings.kind === 'ldap')
    return { ...common, ...ldapState(settings, common.password), simulated: false, complete: true }
  if (settings.kind === 'sign-in')
    return {
      ...common,
      title: 'Your own sign-in',
      says: 'Shows you and your groups, as the home site reads them; others can be typed by name.',
      simulated: false,
      state: 'ready',
      complete: false,
    }
  return {
    ...common,
    title: 'No directory',
    says: 'People can be typed by name. Choose a directory to search for them.',
    simulated: false,
    state: 'none',
    complete: false,
  }
}
const ldapState = (
  { url, bindName }: LdapSettings,
  password: DirectoryState['password'],
): Pick<DirectoryState, 'title' | 'says' | 'state'> =>
  password === 'none'
    ? { title: url, says: `Sign in as ${bindName} to search.`, state: 'signed-out' }
    : { title: url, says: `Signed in as ${bindName}.`, state: 'ready' }

/** The members, and the owner, who works as an engineer where nothing else is said. */
function everybody(spec: ProjectSpec): (Member & { owner: boolean })[] {
  const isOwner = ({ kind, name }: Member) => kind === 'User' && name === spec.owner
  const listed = spec.members.map((member) => ({ ...member, owner: isOwner(member) }))
  return spec.members.some(isOwner)
    ? listed
    : [{ kind: 'User', name: spec.owner, role: 'engineer', owner: true }, ...listed]
}

function judged(
  member: Member & { owner: boolean },
  {
    entry,
    asked,
    complete,
  }: { entry: DirectoryEntry | undefined; asked: boolean; complete: boolean },
): MemberCheck {
  if (entry)
    return {
      ...member,
      entry,
      ...(entry.active
        ? { state: 'active', says: entry.title }
        : { state: 'disabled', says: `The account of ${entry.title} is switched off.` }),
    }
  if (!asked) return { ...member, state: 'unknown', says: 'Not a name of this directory.' }
  return complete
    ? {
        ...member,
        state: 'left',
        says:
          member.kind === 'User'
            ? `${member.name} is no longer in the directory.`
            : `There is no group ${member.name} any more.`,
      }
    : { ...member, state: 'unknown', says: 'This directory does not show everybody.' }
}
