import { failure, type Failure } from '../../../preload/contract/failures'
import type { PermissionCheck } from '../../../preload/contract/operations'
import type {
  CredentialRef,
  ProgramConsent,
  ProgramToRun,
} from '../../../preload/contract/programs'
import type { PlantPerson } from '../../../preload/contract/plant-sites'
import type { FoundContexts } from '../../../preload/contract/sites'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { AccessAsk, KubeClient } from '../../platform/kubernetes/types'
import type { Store } from '../../platform/store'
import type { Where } from './adapters/kubeconfig-files'
import type { KubeconfigReader } from './adapters/kubeconfig-thread'
import type { ConnectionPorts } from './connection'
import { makeEks, type Eks } from './eks'
import { grantedBy } from './grants'
import type { ContextFilter } from './kubeconfigs'
import { makeMeans, type Means } from './means'
import type { PlantSwitch } from './plant-sites'
import type { Sites } from './ports'
import { SignIns } from './sign-ins'
import { SiteList } from './site-list'

export interface SitesPorts extends ConnectionPorts {
  settings: Store['settings']
  env: Readonly<Record<string, string | undefined>>
  /** Where kubeconfigs are looked for now. */
  places(): Where[]
  /** What reads them, away from whoever answers calls. */
  kubeconfigs: KubeconfigReader
  plant: PlantSwitch | undefined
  /** What sign-ins are made with; made from `env` and `settings` unless given. */
  means?: Means
}
export interface AddOidc {
  name: string
  server: string
  ca?: string | undefined
  issuer: string
  clientId: string
  scopes: string[]
  redirect?: string | undefined
  proxy?: string | undefined
}
export interface SitesService extends Sites {
  /** Contexts as far as they have been read; the first of them unless told which. */
  contexts(asked?: Partial<ContextFilter>): Omit<FoundContexts, 'unreadable'> & {
    unreadable: Failure[]
  }
  /** Settles when the kubeconfigs have been read as they stand now. */
  allRead(): Promise<void>
  onContexts(listener: () => void): () => void
  /** Settles when programs can be found as the login shell finds them. */
  ready(): Promise<void>
  connect(ask: { site: string; consentToHash?: string | undefined }): Promise<Outcome<void>>
  /** Exactly what signing in to a site or with an AWS profile would run. */
  programOf(of: { site: string } | { profile: string }): Promise<Outcome<ProgramToRun>>
  consents(): ProgramConsent[]
  /** Ends a consent: the program is asked for again, and what it signed in is let go. */
  revokeConsent(hash: string): Outcome<void>
  credentials(): CredentialRef[]
  /** Forgets what a credential holds; sites that use it are let go. */
  endCredential(id: string): Promise<Outcome<void>>
  disconnect(site: string): Outcome<void>
  makeHome(site: string): Outcome<void>
  homeId(): string | undefined
  openPlant(): Promise<Outcome<void>>
  closePlant(): Promise<Outcome<void>>
  setPlantSpeed(speed: number): Outcome<void>
  plantPeople(): PlantPerson[]
  plantAs(user: string): Promise<Outcome<void>>
  /** The clock of a site, the machine's where it is not connected. */
  clockOf(site: string): Clock
  lookAgain(site: string): Promise<void>
  /** Reads the kubeconfigs again, after their places changed. */
  refresh(): void
  readonly eks: Eks
  readonly signIns: SignIns
  addOidc(site: AddOidc): Outcome<{ site: string }>
  remove(site: string): Outcome<void>
  signOut(identity: string): Promise<Outcome<void>>
  here(presence: { locked?: boolean | undefined }): void
  /** The machine woke: every open site signs in and lists again, once. */
  woke(sleptMs: number): void
  /** Opens what was open last time: the plant, and nothing else. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Every known site: listed from kubeconfigs, added here, or simulated; opened only when somebody asks. */
export function makeSites(ports: SitesPorts): SitesService {
  const means = ports.means ?? makeMeans(ports)
  const list = new SiteList(ports, means)
  const eks = makeEks({ ...means, added: list.added, taken: () => list.taken() })
  const signIns = new SignIns({ ...means, oidcClient: (identity) => list.oidcClient(identity) })
  signIns.onDone((identity) => list.signedIn(identity))
  return {
    states: () => list.states(),
    onChange: (listener) => list.onChange(listener),
    client: (site) => list.client(site),
    home: () => list.home(),
    homeId: () => list.homeId(),
    contexts: (asked) => list.contexts({ filter: '', offset: 0, limit: 100, ...asked }),
    allRead: () => list.kubeconfigs.whole(),
    onContexts: (listener) => list.kubeconfigs.onChange(listener),
    ready: means.ready,
    connect: (ask) => list.connect(ask),
    disconnect: (site) => list.disconnect(site),
    makeHome: (site) => list.makeHome(site),
    openPlant: () => list.plant.open(),
    closePlant: () => list.plant.close(),
    setPlantSpeed: (speed) => list.plant.setSpeed(speed),
    plantPeople: () => list.plant.people(),
    plantAs: (user) => list.plant.signInAs(user),
    clockOf: (site) => list.clockOf(site),
    lookAgain: (site) => list.lookAgain(site),
    refresh: () => list.kubeconfigs.refresh(),
    start: () => list.start(),
    woke: (sleptMs) => list.woke(sleptMs),
    eks,
    signIns,
    remove: (site) => list.remove(site),
    here: (presence) => means.presence.here(presence),
    ...saying(list, means),
    ...holding(list, means, eks),
    signOut: (identity) => signedOut(identity, list, means),
    async close() {
      signIns.close()
      await list.close()
    },
    async review(site, asks, signal) {
      const client = list.client(site)
      return client.ok ? reviewed(client.value, asks, signal) : client
    },
  }
}

const saying = (list: SiteList, { oidc }: Means): Pick<SitesService, 'whoIs' | 'addOidc'> => ({
  whoIs(site) {
    const state = list.states().find(({ id }) => id === site)
    if (state?.user === undefined) return undefined
    const person = state.identity?.kind === 'oidc' ? oidc.person(state.identity.name) : undefined
    return { user: state.user, groups: state.groups ?? [], ...(person && { claims: person }) }
  },
  addOidc({ ca, redirect, proxy, ...site }) {
    const added = list.added.add(
      {
        ...site,
        kind: 'oidc',
        ...(ca !== undefined && { ca }),
        ...(redirect !== undefined && { redirect }),
        ...(proxy !== undefined && { proxy }),
      },
      list.taken(),
    )
    return added.ok ? succeed({ site: added.value.id }) : added
  },
})

async function signedOut(identity: string, list: SiteList, means: Means): Promise<Outcome<void>> {
  const session = means.aws.profiles.session(identity)
  if (session) await means.aws.profiles.signOut(session)
  else await means.oidc.forget(identity)
  list.signedOut(identity)
  return succeed(undefined)
}

const PASSWORD = 'address '
const passwordId = (of: string) => `${PASSWORD}${of}`
const passwordOf = ({ of, kept }: { of: string; kept: boolean }): CredentialRef => ({
  id: passwordId(of),
  of,
  kind: 'password',
  from: kept ? 'keyring' : 'memory, until Takt closes',
  usedBy: [],
  state: 'held',
  renews: false,
})

/** What signs a person in, and how it is taken back. */
const holding = (
  list: SiteList,
  means: Means,
  eks: Eks,
): Pick<
  SitesService,
  'programOf' | 'consents' | 'revokeConsent' | 'credentials' | 'endCredential'
> => ({
  async programOf(of) {
    const program = 'site' in of ? await list.programOf(of.site) : await eks.programOf(of.profile)
    return program
      ? succeed(program)
      : fail(failure('NOT_FOUND', { kind: 'program', name: 'site' in of ? of.site : of.profile }))
  },
  consents: () => means.programs.consents(),
  revokeConsent(hash) {
    const using = list.credentials().filter(({ program }) => program === hash)
    for (const { ref } of using) for (const site of ref.usedBy) list.disconnect(site)
    return means.programs.revoke(hash)
  },
  credentials: () => [
    ...list.credentials().map(({ ref }) => ref),
    ...means.addresses.held().map(passwordOf),
  ],
  async endCredential(id) {
    if (means.addresses.held().some(({ of }) => passwordId(of) === id)) {
      means.addresses.forget(id.slice(PASSWORD.length))
      return succeed(undefined)
    }
    const found = list.credentials().find(({ ref }) => ref.id === id)
    if (!found) return fail(failure('NOT_FOUND', { kind: 'credential', name: id }))
    if (found.identity !== undefined) return signedOut(found.identity, list, means)
    return list.disconnect(id)
  },
})

async function reviewed(
  client: KubeClient,
  asks: (AccessAsk & { says: string; without?: string })[],
  signal?: AbortSignal,
): Promise<Outcome<PermissionCheck[]>> {
  const answers = await client.review(asks, signal)
  if (!answers.ok) return answers
  const refused = asks.filter((_ask, index) => answers.value[index] === 'no')
  const people = await grantedBy(client, refused, signal)
  return succeed(
    asks.map((ask, index) => {
      const { says, verb, resource, group, namespace, without } = ask
      return {
        says,
        verb,
        resource,
        group,
        ...(namespace !== undefined && { namespace }),
        allowed: answers.value[index] ?? 'unknown',
        grantedBy: people[refused.indexOf(ask)] ?? [],
        ...(without !== undefined && { without }),
      }
    }),
  )
}
