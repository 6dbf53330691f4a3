import { join } from 'node:path'
import envPaths from 'env-paths'
import type { ContractRouterClient } from '@orpc/contract'
import type { Router } from '@orpc/server'
import type { Contract } from '../preload/contract'
import { explain } from '../preload/contract/explain'
import type { Failure } from '../preload/contract/failures'
import { makeSpending, mayRule } from './capabilities/burst'
import { makeCapacity } from './capabilities/capacity'
import { makeMoney } from './capabilities/money'
import { makeOperations, operationHandlers } from './capabilities/operations'
import { makePrepare } from './capabilities/prepare'
import { makeRecords, RECORD_KINDS, recordHandlers, resourceOf } from './capabilities/records'
import { sessionHandlers } from './capabilities/sessions'
import { makeSettings, settingHandlers, type SettingsFile } from './capabilities/settings'
import { makeSites, siteHandlers, threadReader } from './capabilities/sites'
import { noticeHandlers, systemHandlers } from './capabilities/system'
import { uploadHandlers, Uploads } from './capabilities/uploads'
import { bursting } from './compose/burst'
import { renting } from './compose/cloud'
import { cluster } from './compose/cluster'
import { discovery } from './compose/discovery'
import { identityOf } from './compose/identity'
import { drifting } from './compose/drift'
import { kubeconfigs } from './compose/kubeconfigs'
import { objectDetail } from './compose/objects'
import { ownProjects } from './compose/own-projects'
import { openStoreAnew, ownStore } from './compose/own-store'
import type { ComposeOptions, Services } from './compose/options'
import { people } from './compose/people'
import { EmbeddedPlant } from './compose/plant'
import { replaying } from './compose/replay'
import { signingIn } from './compose/signing-in'
import { troubled } from './compose/troubled'
import type { Clock } from './kernel/clock'
import { os, whole, type CallContext } from './platform/contract'
import { fileSink, makeLog } from './platform/log'
import { AddressSecrets } from './platform/secrets/address-secrets'
import { noVault } from './platform/secrets/vault'
import type { Store } from './platform/store'

export type { ComposeOptions } from './compose/options'

/** The running core: every host serves its router; a client of it in the same process is `createRouterClient(router)`. */
export interface Core {
  router: Router<Contract, CallContext>
  /** Settles when what was open last time has been opened again. */
  started: Promise<void>
  close(): Promise<void>
}
export type CoreClient = ContractRouterClient<Contract>

/** The program of the thread that reads kubeconfigs lies beside the core's own. */
const readerOfKubeconfigs = new URL('./kubeconfig-worker.mjs', import.meta.url)

/** Where the local store lies unless told otherwise. */
export const defaultStoreDir = (env: Record<string, string | undefined>): string =>
  env['TAKT_STORE'] ?? envPaths('takt', { suffix: '' }).data

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
  const opened = openStoreAnew(storeDir, clock)
  if (!opened.ok) return withoutStore(options, opened.failure)
  const store = opened.value
  const log = makeLog(clock, fileSink(join(storeDir, 'takt.log')))
  const addresses = new AddressSecrets({
    vault: options.vault ?? noVault,
    settings: store.settings,
  })
  await addresses.load()
  const settings = makeSettings({ file: options.settings ?? storedSettings(store), log, addresses })
  const plant = options.plant === false ? undefined : new EmbeddedPlant(options, store, log)
  const means = signingIn(options, { store, settings, log, plant, addresses })
  const sites = makeSites({
    clock,
    random,
    log,
    kinds: RECORD_KINDS.map(resourceOf),
    settings: store.settings,
    env,
    places: () => kubeconfigs(settings, env),
    kubeconfigs: options.kubeconfigs ?? threadReader(readerOfKubeconfigs),
    plant,
    means,
    namespacesOf: () => ownProjects({ sites, records }),
  })
  const records = makeRecords({ sites, store: store.records, clock, log })
  const operations = makeOperations({
    journal: store.operations,
    clock,
    random,
    log,
    clockOf: sites.clockOf,
    client: sites.client,
    onSites: sites.onChange,
    settling: () => plant?.keep(),
    mayGoOn: (on, signal) => burst.authority.mayGoOn(on, signal),
    identity: identityOf(options.storeDir),
  })
  const prepare = makePrepare({
    sites,
    operations,
    clock,
    random,
    prepared: (site) => sites.lookAgain(site).then(() => records.again()),
  })
  const capacity = makeCapacity({ sites })
  const uploads = new Uploads({ folder: join(storeDir, 'uploads'), clock })
  const { sessions } = options
  const services = {
    uploads,
    store,
    sites,
    aws: means.aws,
    network: means.network,
    records,
    operations,
    clock,
    random,
    log,
  }
  const money = makeMoney({ sites, records, capacity })
  const spending = makeSpending({ sites, records, money })
  const rented = renting({
    ...services,
    capacity,
    plant,
    mayLead: (signal) => mayRule({ sites, records }, signal),
    spending,
  })
  const detail = objectDetail({ ...services, capacity })
  const line = discovery({
    ...services,
    capacity,
    rented: rented.cloud.gpuUsdPerHour,
    load: (ask, signal) => detail.gpuUse.podLoad(ask, signal),
    stored: rented.shipping.workspaces.lying,
  })
  const burst = bursting({
    ...services,
    capacity,
    rented: rented.cloud,
    shipping: rented.shipping,
    steward: options.steward,
    expiry: line.expiry,
  })
  const drift = drifting(
    { ...services, worklog: line.worklog, backlog: line.backlog, vault: options.vault ?? noVault },
    options.driftWorker,
  )
  const lists = cluster(services, detail.gpuUse)
  const router = whole({
    ...line.handlers,
    ...rented.handlers,
    ...burst.handlers,
    cluster: lists.handlers,
    ...detail.handlers,
    drift: drift.handlers,
    ...people(services, { vault: options.vault, simulated: () => plant?.directory() }).handlers,
    replay: replaying({ ...services, capacity, policy: burst.policy }, options.replayWorker)
      .handlers,
    system: {
      ...ownState(options, { store, sites }),
      ...ownStore(store, { operations, clock, restart: options.restart }),
      ...noticeHandlers(os.system, join(import.meta.dirname, '../third-party/components.json')),
    },
    settings: settingHandlers(os.settings, { service: settings, clock }),
    ...(sessions && { sessions: sessionHandlers(os.sessions, { sessions, clock }) }),
    sites: siteHandlers(os.sites, {
      service: sites,
      clock,
      planPrepare: (asked, signal) => prepare.plan(asked, signal),
    }),
    operations: operationHandlers(os.operations, { service: operations, clock }),
    uploads: uploadHandlers(os.uploads, uploads),
    records: recordHandlers(os.records, { service: records, clock }),
  })
  records.start()
  operations.resume()
  const leave = lookAfter(store, { clock, log, restart: options.restart })
  const stops = [
    settings.onChange(() => sites.refresh()),
    line.run(burst.expiry),
    drift.run(),
    burst.run(),
    sessions?.onChange(() => void uploads.keepOnly((id) => sessions.isLive(id))),
  ]
  return {
    router,
    started: sites
      .start()
      .catch((error: unknown) =>
        log.error('What was open last time could not be opened.', { error }),
      ),
    // Closed twice is closed once: hosts and signals may both ask for it.
    close: once(async () => {
      const stopped = Promise.all(stops.map((stop) => stop?.()))
      leave()
      await drift.close()
      operations.close()
      await settled(Promise.all([stopped, operations.settled()]), clock)
      for (const part of [detail, lists, records]) part.close()
      await uploads.close()
      await sites.close()
      store.close()
    }),
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined
  return () => (begun ??= work())
}

/** What the core says of itself. */
const ownState = (
  { clock, vault, electron, version, host, storeDir }: ComposeOptions,
  { store, sites }: Pick<Services, 'store' | 'sites'>,
) =>
  systemHandlers(os.system, {
    clock,
    node: process.version,
    store,
    sites,
    vault: vault ?? noVault,
    duckdb,
    electron,
    hello: {
      version,
      host,
      platform: `${process.platform} ${process.arch}`,
      pid: process.pid,
      startedAt: clock.now(),
      store: storeDir,
    },
  })

/** A damaged store leaves a choice to people, where there is a screen to choose on; anything else ends the start. */
function withoutStore(options: ComposeOptions, cause: Failure): Core {
  if (cause.code !== 'STORE_DAMAGED' || !options.restart) throw new StartError(cause)
  return troubled(options, cause)
}

/** Copies the store daily and walks its pages; damage ends this core, and the next one asks what to begin again with. */
function lookAfter(
  store: Store,
  { clock, log, restart }: Pick<Services, 'clock' | 'log'> & Pick<ComposeOptions, 'restart'>,
) {
  const stop = new AbortController()
  void store.care(
    {
      clock,
      onDamage(file) {
        log.error('The local store is damaged: nothing more is written.', { file })
        restart?.()
      },
      onBackupFailed: (error) => log.warn('The local store could not be copied.', { error }),
    },
    stop.signal,
  )
  return () => stop.abort()
}
const CLOSING_MS = 3000
/** A step that does not listen is left behind: its journal says where to go on. */
async function settled(steps: Promise<unknown>, clock: Clock) {
  const over = new AbortController()
  await Promise.race([
    steps.finally(() => over.abort()),
    clock.sleep(CLOSING_MS, over.signal).catch(() => undefined),
  ])
}
const SETTINGS = 'settings'
const storedSettings = (store: Store): SettingsFile => ({
  read: () => store.settings.get(SETTINGS),
  write: (value) => store.settings.set(SETTINGS, value),
})

async function duckdb(): Promise<{ version: string } | { missing: string }> {
  try {
    const { version } = await import('@duckdb/node-api')
    return { version: version() }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
}
