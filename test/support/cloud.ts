import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import type { SiteState } from '../../preload/contract/sites'
import { makeCapacity } from '../../main/capabilities/capacity'
import { makeCloud, type CloudAccount, type CloudPorts } from '../../main/capabilities/cloud'
import type { ObjectStore } from '../../main/capabilities/shipping'
import { makeOperations } from '../../main/capabilities/operations'
import { failure } from '../../preload/contract/failures'
import { fail, succeed } from '../../main/kernel/outcome'
import { seeded } from '../../main/kernel/random'
import { makeAws, type AwsClients } from '../../main/platform/aws'
import { makeKubeClient } from '../../main/platform/kubernetes/client'
import { makeNetwork } from '../../main/platform/network'
import { silentLog } from '../../main/platform/log'
import { openStore, type Store } from '../../main/platform/store'
import type { Plant } from '../../main/plant'
import { NODE } from '../../main/plant/controllers/kinds'
import { NODE_GROUP_LABEL } from '../../main/plant/controllers/nodes/node-group'
import type { HandClock } from './clock'
import { aPlantWithAws, awsOf } from './plant-aws'

/** Time goes on while something real (a socket) is waited for: a little, again and again. */
export async function pump(
  clock: HandClock,
  until: () => boolean,
  { stepMs = 2000, steps = 4000 } = {},
) {
  for (let step = 0; step < steps && !until(); step++) {
    await new Promise((settled) => setTimeout(settled, 2))
    await clock.advance(stepMs)
  }
  if (!until()) throw new Error('it never came about')
}

/** The sites of a plant as the capabilities see them, on the plant's own clock. */
export function sitesOf(plant: Plant, clock: HandClock) {
  const clients = new Map(
    plant.sites.map((site) => {
      const [token = ''] = Object.values(site.tokens)
      return [
        site.id,
        makeKubeClient(
          {
            site: site.id,
            server: site.server,
            tls: {},
            credentials: {
              get: () => Promise.resolve(succeed({ authorization: `Bearer ${token}` })),
              refused: () => false,
            },
          },
          { clock, random: seeded(2), siteClock: plant.clock },
        ),
      ] as const
    }),
  )
  const client = (site: string) => {
    const found = clients.get(site)
    return found ? succeed(found) : fail(failure('SITE_UNKNOWN', { site }))
  }
  const states = (): SiteState[] =>
    plant.sites.map(({ id, name, kind, region }) => ({
      id,
      name,
      place: kind,
      meta: region ?? '',
      simulated: true,
      state: 'live',
      home: id === 'oslo',
      prepared: 'yes',
      offers: [],
    }))
  const sites = {
    states,
    client,
    onChange: () => () => undefined,
    home: () => client('oslo'),
    homeId: () => 'oslo',
    clockOf: () => plant.clock,
    review: (
      _site: string,
      asks: { says: string; verb: string; group: string; resource: string }[],
    ) =>
      Promise.resolve(
        succeed(asks.map((ask) => ({ ...ask, allowed: 'yes' as const, grantedBy: [] }))),
      ),
    close: () => {
      for (const one of clients.values()) one.close()
    },
  }
  return sites as typeof sites & CloudPorts['sites']
}
export const localAws = (plant: Plant, clock: HandClock) => {
  const aws = awsOf(plant)
  return makeAws({
    env: { HOME: '/nowhere' },
    clock,
    network: makeNetwork({ env: {}, settings: () => ({ caFiles: [], proxy: '', noProxy: '' }) }),
    processes: { run: () => Promise.reject(new Error('no program runs in this test')) },
    local: () => [
      {
        profile: 'simulated',
        region: aws.region,
        endpoint: aws.endpoint,
        accessKeyId: aws.keys.accessKeyId,
        secretAccessKey: aws.keys.secretAccessKey,
      },
    ],
  })
}

/** Rented machines over a plant, through the real SDK, with operations that can be killed and begun again on the same store. */
export async function aCloud(
  options: {
    folder?: string
    plant?: Awaited<ReturnType<typeof aPlantWithAws>>
    wrap?: (clients: AwsClients) => AwsClients
    journal?: (store: Store) => Store['operations']
    leads?: 'yes' | 'no'
    spend?: CloudPorts['spend']
    shipped?: ReturnType<CloudPorts['shipped']>
  } = {},
) {
  const world = options.plant ?? (await aPlantWithAws())
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'takt-cloud-'))
  const { plant, aws, clock } = world
  const opened = openStore(folder, { pid: process.pid, now: () => clock.now() })
  if (!opened.ok) throw new Error(opened.failure.code)
  const store = opened.value
  const sites = sitesOf(plant, clock)
  const account: CloudAccount = {
    site: aws.site,
    profile: 'simulated',
    region: aws.region,
    cluster: aws.cluster,
    simulated: true,
  }
  const sdk = localAws(plant, clock)
  const operations = makeOperations({
    journal: options.journal?.(store) ?? store.operations,
    clock,
    random: seeded(9),
    log: silentLog,
    clockOf: sites.clockOf,
    client: sites.client,
    onSites: sites.onChange,
  })
  const capacity = makeCapacity({ sites })
  const clients: CloudPorts['clients'] = ({ profile, region }) => {
    const all = sdk.clients({ profile, region })
    return options.wrap?.(all) ?? all
  }
  const ports: CloudPorts = {
    sites,
    operations,
    capacity,
    accounts: () => [account],
    clients,
    mayLead: () => Promise.resolve(options.leads ?? 'yes'),
    spend: options.spend ?? (() => Promise.resolve(succeed({ blockedBy: [] }))),
    shipped: () => options.shipped ?? [],
    store,
    clock,
    random: seeded(4),
    log: silentLog,
  }
  const cloud = makeCloud(ports)
  const state = (id: string) => {
    const found = operations.get(id)
    return found.ok ? found.value.state : 'gone'
  }
  return {
    ...world,
    cloud,
    operations,
    sites,
    store,
    folder,
    account,
    capacity,
    ports,
    nodesOf: (group: string) =>
      plant.sites
        .find(({ id }) => id === aws.site)
        ?.api.list(NODE)
        .filter(({ metadata }) => metadata.labels?.[NODE_GROUP_LABEL] === group) ?? [],
    /** Confirms a plan and lives until it has ended. */
    async run(planId: string) {
      let id = ''
      void operations.start({ planId }).then((started) => {
        id = started.ok ? started.value.operationId : `refused: ${JSON.stringify(started.failure)}`
      })
      await pump(
        clock,
        () =>
          id.startsWith('refused') ||
          !['', 'running', 'cancelling', 'undoing'].includes(id === '' ? '' : state(id)),
      )
      const found = operations.get(id)
      return found.ok && found.value.failure
        ? `${state(id)}: ${JSON.stringify(found.value.failure)}`
        : id.startsWith('refused')
          ? id
          : state(id)
    },
    /** Waits for an answer while time goes on. */
    async live<T>(asking: Promise<T>, stepMs = 2000): Promise<T> {
      let over = false
      const answer = asking.finally(() => {
        over = true
      })
      answer.catch(() => undefined)
      await pump(clock, () => over, { stepMs })
      return answer
    },
    /** Ends this core as a crash does: nothing more is written. */
    crash() {
      operations.close()
      sites.close()
      store.close()
    },
    async close() {
      operations.close()
      sites.close()
      store.close()
      await plant.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The object stores of a plant, as shipping asks them. */
export function objectStoresOf(plant: Plant, clock: HandClock) {
  const aws = awsOf(plant)
  const { accessKeyId, secretAccessKey } = aws.keys
  const store = (site: string, endpoint: string, bucket: string): ObjectStore => {
    const client = new S3Client({
      endpoint,
      region: aws.region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      systemClockOffset: clock.now() - Date.now(),
    })
    return {
      site,
      profile: 'simulated',
      region: aws.region,
      provider: 'Other',
      endpoint,
      bucket,
      client: () => Promise.resolve(client),
    }
  }
  const all = [
    store(aws.site, aws.endpoint, 'acme-takt-burst'),
    store('oslo', aws.buildingEndpoint, 'outputs'),
  ]
  return (site: string) => {
    const found = all.find((one) => one.site === site)
    return found ? succeed(found) : fail(failure('SITE_UNKNOWN', { site }))
  }
}
