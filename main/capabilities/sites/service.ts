import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import type { PermissionCheck } from '../../../preload/contract/operations'
import type { FoundContext } from '../../../preload/contract/sites'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { AccessAsk, KubeClient } from '../../platform/kubernetes/types'
import type { Store } from '../../platform/store'
import { listeners } from '../../platform/streams/latest'
import { authOf, targetOf } from './adapters/credentials'
import { readKubeconfigs, type KubeContext, type Read, type Where } from './adapters/kubeconfig'
import { commandLine, hashOf, type PluginPorts } from './adapters/plugin'
import { watchFiles } from './adapters/watch-files'
import { Connection, type ConnectionPorts, type SiteSource } from './connection'
import { placeOf } from './domain/contexts'
import { grantedBy } from './grants'
import type { Sites } from './ports'

/** The embedded simulated sites, as far as the list of sites needs them. */
export interface PlantSwitch {
  open(): Promise<SiteSource[]>
  close(): Promise<void>
  setSpeed(speed: number): Outcome<void>
}
export interface SitesPorts extends ConnectionPorts {
  settings: Store['settings']
  env: Readonly<Record<string, string | undefined>>
  /** Where kubeconfigs are looked for now. */
  places(): Where[]
  plant: PlantSwitch | undefined
}
export interface SitesService extends Sites {
  contexts(): { contexts: FoundContext[]; unreadable: Read['unreadable'] }
  connect(ask: { site: string; consentToHash?: string | undefined }): Promise<Outcome<void>>
  disconnect(site: string): Outcome<void>
  makeHome(site: string): Outcome<void>
  homeId(): string | undefined
  openPlant(): Promise<Outcome<void>>
  closePlant(): Promise<Outcome<void>>
  setPlantSpeed(speed: number): Outcome<void>
  /** The clock of a site, the machine's where it is not connected. */
  clockOf(site: string): Clock
  lookAgain(site: string): Promise<void>
  /** Reads the kubeconfigs again, after their places changed. */
  refresh(): void
  /** Opens what was open last time: the plant, and nothing else. */
  start(): Promise<void>
  close(): Promise<void>
}

const HOME = 'sites.home'
const CONSENTS = 'sites.consents'
const PLANT_OPEN = 'plant.open'
const Consents = z.array(z.string()).catch([])

class SiteList {
  readonly #ports: SitesPorts
  readonly #changes = listeners()
  readonly #connections = new Map<string, Connection>()
  readonly #plugins: PluginPorts
  #contexts: Read = { contexts: [], unreadable: [] }
  #plant: string[] = []
  #opening: Promise<Outcome<void>> | undefined
  #unwatch = () => {}

  constructor(ports: SitesPorts) {
    this.#ports = ports
    this.#plugins = { env: ports.env, clock: ports.clock, allowed: (hash) => this.#consents().includes(hash) }
    this.refresh()
  }
  onChange(listener: () => void) { return this.#changes.add(listener) }
  states() {
    const home = this.homeId()
    return [...this.#connections.values()].map((connection) => connection.state(connection.source.id === home))
  }
  client(site: string): Outcome<KubeClient> {
    const found = this.#find(site)
    return found.ok ? found.value.usable() : found
  }
  homeId(): string | undefined {
    const home = this.#ports.settings.get(HOME)
    return typeof home === 'string' ? home : undefined
  }
  home(): Outcome<KubeClient> {
    const home = this.homeId()
    if (home === undefined) return fail(failure('NO_HOME_SITE', {}))
    // A home that is gone for now (the plant closed, a kubeconfig moved away) is not connected rather than unknown.
    return this.#connections.has(home) ? this.client(home) : fail(failure('SITE_NOT_CONNECTED', { site: home }))
  }
  clockOf(site: string): Clock { return this.#connections.get(site)?.client?.clock ?? this.#ports.clock }
  contexts() {
    this.refresh()
    return { contexts: this.#contexts.contexts.map((context) => this.#found(context)), unreadable: this.#contexts.unreadable }
  }

  async connect({ site, consentToHash }: { site: string; consentToHash?: string | undefined }): Promise<Outcome<void>> {
    const found = this.#find(site)
    if (!found.ok) return found
    const exec = this.#contexts.contexts.find(({ id }) => id === site)?.user.exec
    if (exec) {
      const hash = hashOf(exec, this.#ports.env)
      if (consentToHash === hash && !this.#consents().includes(hash)) {
        const kept = this.#ports.settings.set(CONSENTS, [...this.#consents(), hash])
        if (!kept.ok) return kept
      }
      if (!this.#consents().includes(hash)) return fail(failure('PLUGIN_NEEDS_CONSENT', { site, command: commandLine(exec), hash }))
    }
    return found.value.connect()
  }
  disconnect(site: string): Outcome<void> {
    const found = this.#find(site)
    if (!found.ok) return found
    found.value.disconnect()
    return succeed(undefined)
  }
  makeHome(site: string): Outcome<void> {
    const found = this.#find(site)
    if (!found.ok) return found
    if (found.value.source.place === 'cloud' && found.value.source.simulated) return fail(failure('NOT_SUPPORTED_HERE', { says: 'The simulated AWS site holds no shared records.', remedy: 'Make the simulated on-prem site home.' }))
    const kept = this.#ports.settings.set(HOME, site)
    this.#changes.tell()
    return kept
  }
  lookAgain(site: string): Promise<void> { return this.#connections.get(site)?.lookAgain() ?? Promise.resolve() }

  /** Opens the simulated sites; the on-prem one becomes home unless `keepHome` says otherwise and there is one. Twice at once is once. */
  async openPlant({ keepHome = false } = {}): Promise<Outcome<void>> {
    const { plant, settings } = this.#ports
    if (!plant) return fail(failure('NOT_SUPPORTED_HERE', { says: 'This core was started without the simulated sites.', remedy: 'Start it without --no-plant.' }))
    this.#opening ??= this.#openAll(plant).finally(() => { this.#opening = undefined })
    const opened = await this.#opening
    if (!opened.ok) return opened
    const kept = settings.set(PLANT_OPEN, true)
    if (!kept.ok) return kept
    const onPrem = this.#plant.find((id) => this.#connections.get(id)?.source.place === 'on-prem')
    return onPrem === undefined || (keepHome && this.homeId() !== undefined) ? succeed(undefined) : this.makeHome(onPrem)
  }
  async #openAll(plant: PlantSwitch): Promise<Outcome<void>> {
    if (this.#plant.length === 0) {
      const sources = await plant.open()
      this.#plant = sources.map(({ id }) => id)
      for (const source of sources) this.#add(source)
    }
    for (const id of this.#plant) {
      const connected = await this.#connections.get(id)?.connect()
      if (connected && !connected.ok) return connected
    }
    return succeed(undefined)
  }
  async closePlant(): Promise<Outcome<void>> {
    await this.#shutPlant()
    return this.#ports.settings.set(PLANT_OPEN, false)
  }
  setPlantSpeed(speed: number): Outcome<void> {
    const set = this.#ports.plant && this.#plant.length > 0 ? this.#ports.plant.setSpeed(speed) : fail(failure('NOT_SUPPORTED_HERE', { says: 'The simulated sites are not open.', remedy: 'Open the plant first.' }))
    this.#changes.tell()
    return set
  }
  /** Opens the plant where it was open last time, but does not change which site is home. */
  async start() {
    if (!this.#ports.plant || this.#ports.settings.get(PLANT_OPEN) !== true) return
    const opened = await this.openPlant({ keepHome: true })
    if (!opened.ok) this.#ports.log.warn('The simulated sites could not be opened again.', { code: opened.failure.code })
  }
  async close() {
    this.#unwatch()
    for (const [id, connection] of this.#connections) if (!this.#plant.includes(id)) connection.disconnect()
    await this.#shutPlant()
  }

  refresh() {
    const places = this.#ports.places()
    this.#unwatch()
    this.#unwatch = watchFiles(places.map(({ path }) => path), this.#ports.clock, () => this.refresh())
    const before = JSON.stringify(this.#contexts)
    this.#contexts = readKubeconfigs(places)
    if (JSON.stringify(this.#contexts) === before) return
    const kept = new Set([...this.#plant, ...this.#contexts.contexts.map(({ id }) => id)])
    for (const [id, connection] of this.#connections) {
      if (kept.has(id)) continue
      connection.disconnect()
      this.#connections.delete(id)
    }
    for (const context of this.#contexts.contexts) this.#add(this.#sourceOf(context))
    this.#changes.tell()
  }

  #find(site: string): Outcome<Connection> {
    const found = this.#connections.get(site)
    return found ? succeed(found) : fail(failure('SITE_UNKNOWN', { site }))
  }
  #add(source: SiteSource) {
    // A site that is open stays open under its new entry; the next connect uses what the file says then.
    if (this.#connections.get(source.id)?.source.server === source.server && !source.simulated) return
    this.#connections.get(source.id)?.disconnect()
    this.#connections.set(source.id, new Connection(source, this.#ports, this.#changes.tell))
  }
  #sourceOf({ id, name, cluster }: KubeContext): SiteSource {
    const target = () => {
      const now = this.#contexts.contexts.find((context) => context.id === id)
      return now ? targetOf(now, this.#plugins) : fail(failure('SITE_UNKNOWN', { site: id }))
    }
    return { id, name, ...placeOf(cluster.server), simulated: false, server: cluster.server, target }
  }
  #found({ id, name, clusterName, userName, cluster, user, file }: KubeContext): FoundContext {
    const hash = user.exec ? hashOf(user.exec, this.#ports.env) : ''
    return {
      id, context: name, cluster: clusterName, user: userName, server: cluster.server, file, auth: authOf(user),
      ...(user.exec && { plugin: { command: commandLine(user.exec), hash, allowed: this.#consents().includes(hash) } }),
    }
  }
  #consents(): string[] { return Consents.parse(this.#ports.settings.get(CONSENTS)) }
  async #shutPlant() {
    const ids = this.#plant
    this.#plant = []
    for (const id of ids) {
      this.#connections.get(id)?.disconnect()
      this.#connections.delete(id)
    }
    if (ids.length > 0) await this.#ports.plant?.close()
    this.#changes.tell()
  }
}

/** Every known site: listed from kubeconfigs and the plant, opened only when somebody asks. */
export function makeSites(ports: SitesPorts): SitesService {
  const list = new SiteList(ports)
  return {
    states: () => list.states(), onChange: (listener) => list.onChange(listener), client: (site) => list.client(site), home: () => list.home(), homeId: () => list.homeId(),
    contexts: () => list.contexts(), connect: (ask) => list.connect(ask), disconnect: (site) => list.disconnect(site), makeHome: (site) => list.makeHome(site),
    openPlant: () => list.openPlant(), closePlant: () => list.closePlant(), setPlantSpeed: (speed) => list.setPlantSpeed(speed),
    clockOf: (site) => list.clockOf(site), lookAgain: (site) => list.lookAgain(site), refresh: () => list.refresh(), start: () => list.start(), close: () => list.close(),
    async review(site, asks, signal) {
      const client = list.client(site)
      return client.ok ? reviewed(client.value, asks, signal) : client
    },
  }
}

async function reviewed(client: KubeClient, asks: (AccessAsk & { says: string; without?: string })[], signal?: AbortSignal): Promise<Outcome<PermissionCheck[]>> {
  const answers = await client.review(asks, signal)
  if (!answers.ok) return answers
  const refused = asks.filter((_ask, index) => answers.value[index] === 'no')
  const people = await grantedBy(client, refused, signal)
  return succeed(asks.map((ask, index) => {
    const { says, verb, resource, group, namespace, without } = ask
    return {
      says, verb, resource, group, ...(namespace !== undefined && { namespace }), allowed: answers.value[index] ?? 'unknown',
      grantedBy: people[refused.indexOf(ask)] ?? [], ...(without !== undefined && { without }),
    }
  }))
}
