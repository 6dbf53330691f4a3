import { failure } from '../../../preload/contract/failures'
import type { ProgramToRun } from '../../../preload/contract/programs'
import type { FoundContext, SiteState } from '../../../preload/contract/sites'
import { shownServer } from '../../../preload/contract/text/address'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { listeners } from '../../platform/streams/latest'
import { addedIdentity, addedSource, AddedSites, oidcClient } from './added'
import { authOf, identityOf, oidcClientOf, targetOf } from './adapters/credentials'
import type { KubeContext } from './adapters/kubeconfig-files'
import { oidcIdOf, type OidcClient } from './adapters/oidc'
import { callOf, objectionTo } from './adapters/plugin'
import type { Identity } from './broker'
import { Connection, type SiteSource } from './connection'
import { placeOf } from './domain/contexts'
import { credentialRefs, type HeldCredential, type SiteCredential } from './domain/credential-refs'
import { shownStates } from './domain/shown-states'
import { Kubeconfigs, type ContextFilter } from './kubeconfigs'
import type { Means } from './means'
import { PlantSites } from './plant-sites'
import { watchForSleep } from './presence'
import type { SitesPorts } from './service'

const HOME = 'sites.home'

/** Every known site: contexts of kubeconfigs, sites added here, and the simulated ones. */
export class SiteList {
  readonly #ports: SitesPorts
  readonly #means: Means
  readonly #changes = listeners()
  readonly #connections = new Map<string, Connection>()
  /** What the kubeconfigs say of those that have a connection. */
  readonly #entries = new Map<string, KubeContext>()
  readonly #life = new AbortController()
  readonly added: AddedSites
  readonly plant: PlantSites
  readonly kubeconfigs: Kubeconfigs

  constructor(ports: SitesPorts, means: Means) {
    this.#ports = ports
    this.#means = means
    this.added = new AddedSites(ports.settings, means.addresses)
    this.plant = new PlantSites(ports.plant, ports.settings, {
      add: (source) => this.#add(source),
      remove: (id) => this.#drop(id),
      connect: (id) => this.#connections.get(id)?.connect() ?? Promise.resolve(succeed(undefined)),
      connectAnew: (id) => {
        const connection = this.#connections.get(id)
        connection?.disconnect()
        return connection?.connect() ?? Promise.resolve(succeed(undefined))
      },
      placeOf: (id) => this.#connections.get(id)?.source.place,
      makeHome: (id) => this.makeHome(id),
      homeId: () => this.homeId(),
      tell: () => this.#changes.tell(),
    })
    this.added.onChange(() => this.#refreshAdded())
    means.presence.onBack(() => {
      for (const connection of this.#connections.values()) connection.personIsBack()
    })
    this.kubeconfigs = new Kubeconfigs({
      reader: ports.kubeconfigs,
      clock: ports.clock,
      log: ports.log,
      places: () => ports.places(),
      idle: (context) => this.#idle(context),
      changed: () => this.#followKubeconfigs(),
    })
    this.kubeconfigs.refresh()
    this.#refreshAdded()
  }
  onChange(listener: () => void) {
    return this.#changes.add(listener)
  }
  /** Every known site. A context has a connection of its own only once somebody asked for one: there may be very many. */
  states(): SiteState[] {
    const home = this.homeId()
    const others = new Map(this.#connections)
    const states: SiteState[] = []
    for (const { context, idle } of this.kubeconfigs.all()) {
      const connection = others.get(context.id)
      others.delete(context.id)
      if (connection) states.push(connection.state(context.id === home))
      else states.push(context.id === home ? { ...idle, home: true } : idle)
    }
    for (const [id, connection] of others) states.push(connection.state(id === home))
    return states
  }
  find(site: string): Outcome<Connection> {
    const found = this.#connections.get(site) ?? this.#begun(site)
    return found ? succeed(found) : fail(failure('SITE_UNKNOWN', { site }))
  }
  client(site: string): Outcome<KubeClient> {
    const connection = this.#connections.get(site)
    if (connection) return connection.usable()
    return fail(failure(this.#context(site) ? 'SITE_NOT_CONNECTED' : 'SITE_UNKNOWN', { site }))
  }
  homeId(): string | undefined {
    const home = this.#ports.settings.get(HOME)
    return typeof home === 'string' ? home : undefined
  }
  home(): Outcome<KubeClient> {
    const home = this.homeId()
    if (home === undefined) return fail(failure('NO_HOME_SITE', {}))
    // A home that is gone for now (the plant closed, a kubeconfig moved away) is not connected rather than unknown.
    return (
      this.#connections.get(home)?.usable() ?? fail(failure('SITE_NOT_CONNECTED', { site: home }))
    )
  }
  clockOf(site: string): Clock {
    return this.#connections.get(site)?.client?.clock ?? this.#ports.clock
  }
  contexts(asked: ContextFilter) {
    const { contexts, ...page } = this.kubeconfigs.page(asked)
    return { ...page, contexts: contexts.map((context) => this.#found(context)) }
  }
  taken(): string[] {
    return this.states().map(({ id }) => id)
  }

  async connect({
    site,
    consentToHash,
  }: {
    site: string
    consentToHash?: string | undefined
  }): Promise<Outcome<void>> {
    await this.kubeconfigs.known(site)
    const found = this.find(site)
    if (!found.ok) return found
    this.#means.presence.here({})
    const exec = this.#context(site)?.user.exec
    if (exec) {
      await this.#means.ready()
      const { plugins, programs } = this.#means
      const { hash } = programs.state(callOf(site, exec))
      const kept = programs.consent(consentToHash === hash ? hash : undefined)
      if (!kept.ok) return kept
      const objection = objectionTo(site, exec, plugins)
      if (objection) return fail(objection)
    }
    const identity = this.#identity(site)
    if (identity?.ok) this.#means.broker.allow(identity.value)
    return found.value.connect()
  }
  disconnect(site: string): Outcome<void> {
    const found = this.find(site)
    if (!found.ok) return found
    const identity = this.#identity(site)
    if (identity?.ok) this.#means.broker.forget(identity.value)
    found.value.disconnect()
    return succeed(undefined)
  }
  makeHome(site: string): Outcome<void> {
    const found = this.find(site)
    if (!found.ok) return found
    if (found.value.source.place === 'cloud' && found.value.source.simulated)
      return fail(
        failure('NOT_SUPPORTED_HERE', {
          says: 'The simulated AWS site holds no shared records.',
          remedy: 'Make the simulated on-prem site home.',
        }),
      )
    const kept = this.#ports.settings.set(HOME, site)
    this.#changes.tell()
    return kept
  }
  /** Exactly what signing in to a site would run; undefined where it runs nothing. */
  async programOf(site: string): Promise<ProgramToRun | undefined> {
    await Promise.all([this.#means.ready(), this.kubeconfigs.known(site)])
    const exec = this.#context(site)?.user.exec
    return exec ? this.#means.programs.describe(callOf(site, exec)) : undefined
  }
  /** What signs a person in to the sites that are not simulated, by reference. */
  credentials(): HeldCredential[] {
    for (const { id } of shownStates(this.states())) this.find(id)
    const sites = [...this.#connections.values()].filter(({ source }) => !source.simulated)
    return credentialRefs(
      sites.map(({ source }) => this.#credential(source)),
      this.#ports.clock.now(),
    )
  }
  #credential({ id, signsInWith }: SiteSource): SiteCredential {
    const context = this.#context(id)
    const identity = this.#identity(id)
    const exec = context?.user.exec
    return {
      site: id,
      ...(context ? { kind: authOf(context.user), from: context.file } : this.#addedFrom(id)),
      identity: signsInWith?.()?.name,
      program: exec ? this.#means.programs.state(callOf(id, exec)) : undefined,
      ...(identity?.ok
        ? { renews: identity.value.renewable, until: this.#means.broker.until(identity.value) }
        : { renews: false }),
    }
  }
  #addedFrom(id: string): Pick<SiteCredential, 'kind' | 'from'> {
    const added = this.added.find(id)
    return added?.kind === 'eks'
      ? { kind: 'eks', from: `AWS profile ${added.profile}` }
      : { kind: 'oidc', from: 'added here' }
  }
  lookAgain(site: string): Promise<void> {
    return this.#connections.get(site)?.lookAgain() ?? Promise.resolve()
  }
  remove(site: string): Outcome<void> {
    const identity = this.#identity(site)
    const removed = this.added.remove(site)
    if (removed.ok && identity?.ok) this.#means.broker.forget(identity.value)
    return removed
  }
  /** The OpenID client that an identity belongs to. */
  oidcClient(identity: string): OidcClient | undefined {
    const clients = [
      ...[...this.kubeconfigs.all()].flatMap(({ context }) => oidcClientOf(context.user) ?? []),
      ...this.added.all().flatMap((site) => (site.kind === 'oidc' ? oidcClient(site) : [])),
    ]
    return clients.find((client) => oidcIdOf(client) === identity)
  }
  /** Sites that waited for an identity go on once it has signed in. */
  signedIn(identity: string) {
    for (const connection of this.#connections.values()) {
      if (!connection.waitsFor(identity)) continue
      const own = this.#identity(connection.source.id)
      if (own?.ok) this.#means.broker.allow(own.value)
      void connection.connect()
    }
  }
  /** Forgets what an identity holds on every site. */
  signedOut(identity: string) {
    for (const { source } of this.#connections.values())
      if (source.signsInWith?.()?.name === identity) this.disconnect(source.id)
  }

  /** Opens the plant where it was open last time, but does not change which site is home; looks out for sleep. */
  async start() {
    void watchForSleep(this.#ports.clock, {
      signal: this.#life.signal,
      woke: (sleptMs) => this.woke(sleptMs),
    })
    if (this.added.all().some(({ kind }) => kind === 'eks')) await this.#means.aws.profiles.list()
    if (!this.plant.wasOpen) return
    const opened = await this.plant.open({ keepHome: true })
    if (!opened.ok)
      this.#ports.log.warn('The simulated sites could not be opened again.', {
        code: opened.failure.code,
      })
  }
  woke(sleptMs: number) {
    this.#ports.log.info('The machine slept.', { sleptMs })
    this.#means.broker.resumed()
    for (const connection of this.#connections.values()) connection.woke()
  }
  async close() {
    this.#life.abort(new Error('the core closes'))
    this.kubeconfigs.close()
    for (const [id, connection] of this.#connections)
      if (!this.plant.ids.includes(id)) connection.disconnect()
    await this.plant.shut()
  }

  /** Connections follow what the kubeconfigs say by now: gone with their entry, and open ones go on under a changed one. */
  #followKubeconfigs() {
    if (this.kubeconfigs.isWhole)
      for (const [id, before] of this.#entries) {
        const context = this.#context(id)
        if (!context) this.#drop(id)
        else if (JSON.stringify(before) !== JSON.stringify(context)) {
          this.#entries.set(id, context)
          this.#put(this.#sourceOf(context))
        }
      }
    this.#changes.tell()
  }
  #refreshAdded() {
    const sources = this.added
      .all()
      .map((site) => addedSource(site, { ...this.#means, find: (id) => this.added.find(id) }))
    for (const { source } of [...this.#connections.values()])
      if (
        (source.kind === 'eks' || source.kind === 'oidc') &&
        !sources.some(({ id }) => id === source.id)
      )
        this.#drop(source.id)
    for (const source of sources)
      this.#put({ ...source, signsInWith: () => this.#signsInWith(source.id) })
    this.#changes.tell()
  }
  /** A site that is open goes on under its new entry at once. */
  #put(source: SiteSource) {
    const there = this.#connections.get(source.id)
    if (!there) return this.#add(source)
    there.replace(source)
  }
  #add(source: SiteSource) {
    this.#connections.get(source.id)?.disconnect()
    this.#connections.set(source.id, this.#made(source))
  }
  #idle(context: KubeContext): SiteState {
    const signsInWith = () => this.#signsInWith(context.id, context)
    return this.#made({ ...this.#sourceOf(context), signsInWith }).state(false)
  }
  #made(source: SiteSource): Connection {
    return new Connection(source, this.#ports, this.#changes.tell)
  }
  /** The connection of a context that nobody asked for before. */
  #begun(site: string): Connection | undefined {
    const context = this.#context(site)
    if (!context) return undefined
    this.#entries.set(site, context)
    this.#add(this.#sourceOf(context))
    return this.#connections.get(site)
  }
  #drop(id: string) {
    this.#entries.delete(id)
    this.#connections.get(id)?.disconnect()
    this.#connections.delete(id)
  }
  #context(id: string): KubeContext | undefined {
    return this.kubeconfigs.get(id)
  }
  #identity(site: string): Outcome<Identity> | undefined {
    const context = this.#context(site)
    if (context) return identityOf(context, this.#means)
    const added = this.added.find(site)
    return added && succeed(addedIdentity(added, this.#means))
  }
  #signsInWith(
    site: string,
    context = this.#context(site),
  ): { name: string; kind: 'aws-sso' | 'oidc' } | undefined {
    const added = this.added.find(site)
    const [session] =
      added?.kind === 'eks' ? this.#means.aws.profiles.sessionsOf(added.profile) : []
    if (session) return { name: session.id, kind: 'aws-sso' }
    const client = added?.kind === 'oidc' ? added : context && oidcClientOf(context.user)
    return client && { name: oidcIdOf(client), kind: 'oidc' }
  }
  #sourceOf({ id, name, cluster }: KubeContext): SiteSource {
    const now = () => {
      const context = this.#context(id)
      return context ? succeed(context) : fail(failure('SITE_UNKNOWN', { site: id }))
    }
    return {
      id,
      name,
      ...placeOf(cluster.server),
      simulated: false,
      kind: 'kubeconfig',
      server: shownServer(cluster.server),
      ...uncheckedOf(cluster),
      target: () => targetOf(now, this.#means),
      signsInWith: () => this.#signsInWith(id),
    }
  }
  #found({ id, name, clusterName, userName, cluster, user, file }: KubeContext): FoundContext {
    return {
      id,
      context: name,
      cluster: clusterName,
      user: userName,
      server: shownServer(cluster.server),
      ...uncheckedOf(cluster),
      file,
      auth: authOf(user),
      ...(user.exec && { plugin: this.#means.programs.state(callOf(id, user.exec)) }),
    }
  }
}
const uncheckedOf = (cluster: KubeContext['cluster']) =>
  cluster['insecure-skip-tls-verify'] ? { unchecked: true } : {}
