import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import envPaths from 'env-paths'
import type { ContractRouterClient } from '@orpc/contract'
import type { Router } from '@orpc/server'
import type { Contract } from '../preload/contract'
import { explain } from '../preload/contract/explain'
import { failure, type Failure } from '../preload/contract/failures'
import { backlogHandlers, makeBacklog } from './capabilities/backlog'
import { makeCapacity } from './capabilities/capacity'
import { catalogHandlers, makeCatalog } from './capabilities/catalog'
import { environmentHandlers, makeEnvironments } from './capabilities/environments'
import { flowHandlers, makeFlow, makeWorklog } from './capabilities/flow'
import { gpuUsdPerHour, makeMoney, moneyHandlers } from './capabilities/money'
import { makeOperations, operationHandlers } from './capabilities/operations'
import { makePrepare, preparedObjects } from './capabilities/prepare'
import { makeProjects, projectHandlers } from './capabilities/projects'
import { makeRecords, RECORD_KINDS, recordHandlers, resourceOf } from './capabilities/records'
import { makeRevisions, revisionHandlers } from './capabilities/revisions'
import { makeSettings, settingHandlers, type SettingsFile, type SettingsService } from './capabilities/settings'
import { makeSites, siteHandlers, type PlantSwitch, type SiteSource, type SitesService } from './capabilities/sites'
import { lakefsCommit, makeSnapshots, s3Versions, snapshotHandlers } from './capabilities/snapshots'
import { systemHandlers } from './capabilities/system'
import type { Clock } from './kernel/clock'
import { fail, succeed } from './kernel/outcome'
import type { Random } from './kernel/random'
import { os, whole } from './platform/contract'
import { fileSink, makeLog, type Log } from './platform/log'
import { noVault, type Vault } from './platform/secrets/vault'
import { openStore, type Store } from './platform/store'
import type { Plant, PlantSite } from './plant'

export interface ComposeOptions {
  storeDir: string
  host: 'desktop' | 'web' | 'command-line' | 'test'
  version: string
  env: Record<string, string | undefined>
  clock: Clock
  random: Random
  /** Where settings are kept: the shell's own store on the desktop; a table of the local store unless given. */
  settings?: SettingsFile
  vault?: Vault
  /** What the host knows about a desktop runtime, for the diagnosis. */
  electron?: string
  /** How the simulated sites begin; they are always at hand unless this is false. */
  plant?: false | { seeded?: boolean; speed?: number }
}

/** The running core: every host serves its router; a client of it in the same process is `createRouterClient(router)`. */
export interface Core {
  router: Router<Contract, Record<never, never>>
  /** Settles when what was open last time has been opened again. */
  started: Promise<void>
  close(): Promise<void>
}
export type CoreClient = ContractRouterClient<Contract>

/** Where the local store lies unless told otherwise. */
export const defaultStoreDir = (env: Record<string, string | undefined>): string => env['TAKT_STORE'] ?? envPaths('takt', { suffix: '' }).data

/** A core that could not start, with the failure that says why. */
export class StartError extends Error {
  readonly failure: Failure
  constructor(cause: Failure) {
    super(explain(cause).says)
    this.failure = cause
  }
}

/** The one place where adapters meet services. Rejects with a StartError when the store is held by another process or its disk is full. */
export async function compose(options: ComposeOptions): Promise<Core> {
  const { storeDir, clock, random, env } = options
  const opened = openStore(storeDir, { pid: process.pid, now: () => clock.now() })
  if (!opened.ok) throw new StartError(opened.failure)
  const store = opened.value
  const log = makeLog(clock, fileSink(join(storeDir, 'takt.log')))
  const settings = makeSettings({ file: options.settings ?? storedSettings(store), log })
  const plant = options.plant === false ? undefined : new EmbeddedPlant(options, store, log)
  const sites = makeSites({ clock, random, log, kinds: RECORD_KINDS.map(resourceOf), settings: store.settings, env, places: () => kubeconfigs(settings, env), plant })
  const stopSettings = settings.onChange(() => sites.refresh())
  const records = makeRecords({ sites, store: store.records, clock, log })
  const operations = makeOperations({ journal: store.operations, clock, random, log, clockOf: sites.clockOf, client: sites.client, onSites: sites.onChange, settling: () => plant?.keep() })
  const prepare = makePrepare({
    sites, operations, clock, random,
    async prepared(site) {
      await sites.lookAgain(site)
      records.again()
    },
  })
  const line = discovery({ store, sites, records, operations, clock, random, log })
  const router = whole({
    ...line.handlers,
    system: systemHandlers(os.system, {
      clock, node: process.version, store, sites, vault: options.vault ?? noVault, duckdb, electron: options.electron,
      hello: { version: options.version, host: options.host, platform: `${process.platform} ${process.arch}`, pid: process.pid, startedAt: clock.now(), store: storeDir },
    }),
    settings: settingHandlers(os.settings, { service: settings, clock }),
    sites: siteHandlers(os.sites, { service: sites, clock, planPrepare: (site, signal) => prepare.plan(site, signal) }),
    operations: operationHandlers(os.operations, { service: operations, clock }),
    records: recordHandlers(os.records, { service: records, clock }),
  })
  records.start()
  operations.resume()
  const stopLine = line.run()
  return {
    router, started: sites.start().catch((error: unknown) => log.error('What was open last time could not be opened.', { error })),
    async close() {
      stopSettings()
      stopLine()
      operations.close()
      // A step that does not listen is left behind: its journal says where to go on.
      const settled = new AbortController()
      await Promise.race([operations.settled().finally(() => settled.abort()), clock.sleep(CLOSING_MS, settled.signal).catch(() => undefined)])
      records.close()
      await sites.close()
      store.close()
    },
  }
}

interface DiscoveryPorts { store: Store; sites: SitesService; records: ReturnType<typeof makeRecords>; operations: ReturnType<typeof makeOperations>; clock: Clock; random: Random; log: Log }

/** The services of the discovery line. */
function discovery({ store, sites, records, operations, clock, random, log }: DiscoveryPorts) {
  const base = { sites, records, operations, clock, random }
  const capacity = makeCapacity({ sites })
  const worklog = makeWorklog({ sites, records })
  const projectPorts = { ...base, worklog, capacity, drafts: store.drafts }
  const projects = makeProjects(projectPorts)
  const snapshots = makeSnapshots({ ...base, versions: { lakefs: lakefsCommit, s3: realS3(sites, clock) } })
  const environments = makeEnvironments({ ...base, worklog, capacity, snapshots, projects: projectPorts, settings: store.settings, log })
  const revisions = makeRevisions({ ...base, worklog, environments })
  const flow = makeFlow({
    ...base, capacity, views: store.views, samples: store.samples, drafts: projects.drafts,
    gpuUsdPerHour: (node, place) => (place === 'on-prem' ? gpuUsdPerHour(node, records.find('PriceBook', 'default')?.spec) : undefined),
  })
  return {
    handlers: {
      projects: projectHandlers(os.projects, projects),
      snapshots: snapshotHandlers(os.snapshots, snapshots),
      environments: environmentHandlers(os.environments, { service: environments, clock }),
      revisions: revisionHandlers(os.revisions, revisions),
      backlog: backlogHandlers(os.backlog, makeBacklog({ ...base, worklog })),
      catalog: catalogHandlers(os.catalog, makeCatalog(base)),
      flow: flowHandlers(os.flow, flow),
      money: moneyHandlers(os.money, makeMoney({ sites, records, capacity })),
    },
    /** Follows what runs until the answer is called. */
    run: () => environments.run((planId) => operations.start({ planId })),
  }
}

const CLOSING_MS = 3000
/** Buckets of a simulated site are simulated too: nothing outside this machine is asked about them. */
function realS3(sites: SitesService, clock: Clock): ReturnType<typeof s3Versions> {
  const ask = s3Versions(clock)
  return (location, signal) => sites.states().some(({ home, simulated }) => home && simulated)
    ? Promise.resolve(fail(failure('NOT_SUPPORTED_HERE', { says: 'simulated sites have no object store to ask', remedy: 'The snapshot points at the prefix as it is.' })))
    : ask(location, signal)
}

const SETTINGS = 'settings'
const storedSettings = (store: Store): SettingsFile => ({ read: () => store.settings.get(SETTINGS), write: (value) => store.settings.set(SETTINGS, value) })

/** The files a person named, then those that kubectl would read; only the usual place may be empty. */
function kubeconfigs(settings: SettingsService, env: ComposeOptions['env']) {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir()
  const named = settings.get().kubeconfigPaths.map((path) => ({ path: path.replace(/^~(?=[\\/])/, home), asked: true }))
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean).map((path) => ({ path, asked: true }))
  const usual = listed.length > 0 ? [] : [{ path: join(home, '.kube', 'config'), asked: false }]
  const all = [...named, ...listed, ...usual]
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index)
}

async function duckdb(): Promise<{ version: string } | { missing: string }> {
  try {
    const { version } = await import('@duckdb/node-api')
    return { version: version() }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
}

const PLANT = 'plant'
const SAVE_EVERY_MS = 60_000
const USUAL_SPEED = 60

/** The simulated sites, opened when somebody asks, kept in the store while they run. */
class EmbeddedPlant implements PlantSwitch {
  readonly #options: ComposeOptions
  readonly #store: Store
  readonly #log: Log
  #open: { plant: Plant; saving: AbortController } | undefined
  constructor(options: ComposeOptions, store: Store, log: Log) {
    this.#options = options
    this.#store = store
    this.#log = log
  }
  async open(): Promise<SiteSource[]> {
    const plant = await this.#start()
    const saving = new AbortController()
    this.#open = { plant, saving }
    this.keep()
    void this.#saveNowAndThen(saving.signal)
    return plant.sites.map((site) => sourceOf(plant, site))
  }
  async close() {
    if (!this.#open) return
    const { plant, saving } = this.#open
    this.keep()
    this.#open = undefined
    saving.abort()
    await plant.close()
  }
  setSpeed(speed: number) {
    if (!this.#open) return fail(failure('NOT_SUPPORTED_HERE', { says: 'The simulated sites are not open.', remedy: 'Open the plant first.' }))
    this.#open.plant.setSpeed(speed)
    return succeed(undefined)
  }

  async #start(): Promise<Plant> {
    // Loaded only when it is wanted: whoever works on real clusters never pays for it.
    const [{ startPlant }, { PEOPLE }] = await Promise.all([import('./plant'), import('./plant/world/people')])
    const { clock, random, plant: how } = this.#options
    // Whoever tries the simulated sites may do everything on them: rights are tried out with the other people.
    const people = PEOPLE.map(({ user, groups }, index) => ({ user, groups: index === 0 ? [...groups, 'system:masters'] : groups, token: randomBytes(24).toString('base64url') }))
    const persisted = this.#store.blobs.get(PLANT)
    const begin = { clock, random, people, prepared: preparedObjects(), onError: (error: unknown, where: string) => this.#log.error('A simulated controller threw.', { where, error }), ...(how && how.seeded !== undefined && { seeded: how.seeded }), ...(how && how.speed !== undefined && { speed: how.speed }) }
    if (persisted) {
      try {
        return await startPlant({ ...begin, persisted })
      } catch (error) {
        this.#log.warn('The simulated sites of last time could not be read; they begin anew.', { error })
      }
    }
    return startPlant({ speed: USUAL_SPEED, ...begin })
  }
  /** Writes the state of the simulated sites; a real cluster would have kept it by itself. */
  keep() {
    if (!this.#open) return
    const kept = this.#store.blobs.set(PLANT, Buffer.from(this.#open.plant.snapshot()))
    if (!kept.ok) this.#log.warn('The state of the simulated sites could not be kept.', { code: kept.failure.code })
  }
  async #saveNowAndThen(signal: AbortSignal) {
    while (!signal.aborted) {
      await this.#options.clock.sleep(SAVE_EVERY_MS, signal).catch(() => undefined)
      if (!signal.aborted) this.keep()
    }
  }
}

function sourceOf(plant: Plant, { id, name, kind, region, server, tokens }: PlantSite): SiteSource {
  const [token = ''] = Object.values(tokens)
  return {
    id, name, place: kind, meta: region ?? 'simulated', simulated: true, server, speed: () => plant.speed, clock: plant.clock,
    target: () => succeed({ site: id, server, tls: {}, credentials: { get: () => Promise.resolve(succeed({ authorization: `Bearer ${token}` })), refused: () => false } }),
  }
}
