import { randomBytes } from 'node:crypto'
import { failure } from '../../preload/contract/failures'
import type { PlantSwitch, SiteSource } from '../capabilities/sites'
import type { S3Client } from '@aws-sdk/client-s3'
import type { CloudAccount } from '../capabilities/cloud'
import type { ObjectStore } from '../capabilities/shipping'
import { listedDirectory, type Directory } from '../capabilities/people'
import { preparedObjects } from '../capabilities/prepare'
import { fail, succeed } from '../kernel/outcome'
import { BoundedHandler, type LocalAccount } from '../platform/aws'
import type { Log } from '../platform/log'
import type { Store } from '../platform/store'
import type { Plant, PlantAws, PlantSite } from '../plant'
import type { ComposeOptions } from './options'

const PLANT = 'plant'
const SAVE_EVERY_MS = 60_000
const USUAL_SPEED = 60

/** The simulated sites, opened when somebody asks, kept in the store while they run. */
export class EmbeddedPlant implements PlantSwitch {
  readonly #options: ComposeOptions
  readonly #store: Store
  readonly #log: Log
  #open: { plant: Plant; saving: AbortController } | undefined
  #directory: Directory | undefined
  constructor(options: ComposeOptions, store: Store, log: Log) {
    this.#options = options
    this.#store = store
    this.#log = log
  }
  async open(): Promise<SiteSource[]> {
    const plant = await this.#start()
    const saving = new AbortController()
    this.#open = { plant, saving }
    if (this.#options.plant) this.#options.plant.opened?.(plant)
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
  /** The simulated AWS account while it is open, as a profile that every AWS client may use. */
  accounts(): LocalAccount[] {
    const aws = this.#open?.plant.aws
    return aws
      ? [
          {
            profile: 'simulated',
            region: aws.region,
            endpoint: aws.endpoint,
            accessKeyId: aws.keys.accessKeyId,
            secretAccessKey: aws.keys.secretAccessKey,
            siteOf: { [aws.cluster]: aws.site },
          },
        ]
      : []
  }
  /** The simulated object stores: S3 of the account, and the one in the building. */
  objectStores(): ObjectStore[] {
    const aws = this.#open?.plant.aws
    if (!aws) return []
    const store = (site: string, endpoint: string, bucket: string): ObjectStore => ({
      site,
      profile: 'simulated',
      region: aws.region,
      provider: site === aws.site ? 'AWS' : 'Other',
      endpoint,
      bucket,
      client: () => simulatedS3(endpoint, aws),
    })
    return [
      store(aws.site, aws.endpoint, 'acme-takt-burst'),
      store('oslo', aws.buildingEndpoint, 'outputs'),
    ]
  }
  /** Which simulated site is which cluster of the simulated account. */
  cloudAccounts(): CloudAccount[] {
    const aws = this.#open?.plant.aws
    return aws
      ? [
          {
            site: aws.site,
            profile: 'simulated',
            region: aws.region,
            cluster: aws.cluster,
            simulated: true,
          },
        ]
      : []
  }
  /** The people who work on the simulated sites, while those are open. */
  directory(): Directory | undefined {
    return this.#open && this.#directory
  }
  setSpeed(speed: number) {
    if (!this.#open)
      return fail(
        failure('NOT_SUPPORTED_HERE', {
          says: 'The simulated sites are not open.',
          remedy: 'Open the plant first.',
        }),
      )
    this.#open.plant.setSpeed(speed)
    return succeed(undefined)
  }

  async #start(): Promise<Plant> {
    // Loaded only when it is wanted: whoever works on real clusters never pays for it.
    const [{ startPlant }, { PEOPLE }] = await Promise.all([
      import('../plant'),
      import('../plant/world/people'),
    ])
    const { clock, random, plant: how } = this.#options
    this.#directory = listedDirectory(PEOPLE)
    // Whoever tries the simulated sites may do everything on them: rights are tried out with the other people.
    const people = PEOPLE.map(({ user, groups }, index) => ({
      user,
      groups: index === 0 ? [...groups, 'system:masters'] : groups,
      token: randomBytes(24).toString('base64url'),
    }))
    const persisted = this.#store.blobs.get(PLANT)
    const begin = {
      clock,
      random,
      people,
      prepared: preparedObjects(),
      onError: (error: unknown, where: string) =>
        this.#log.error('A simulated controller threw.', { where, error }),
      ...(how && how.seeded !== undefined && { seeded: how.seeded }),
      ...(how && how.speed !== undefined && { speed: how.speed }),
    }
    if (persisted) {
      try {
        return await startPlant({ ...begin, persisted })
      } catch (error) {
        this.#log.warn('The simulated sites of last time could not be read; they begin anew.', {
          error,
        })
      }
    }
    return startPlant({ speed: USUAL_SPEED, ...begin })
  }
  /** Writes the state of the simulated sites; a real cluster would have kept it by itself. */
  keep() {
    if (!this.#open) return
    const kept = this.#store.blobs.set(PLANT, Buffer.from(this.#open.plant.snapshot()))
    if (!kept.ok)
      this.#log.warn('The state of the simulated sites could not be kept.', {
        code: kept.failure.code,
      })
  }
  async #saveNowAndThen(signal: AbortSignal) {
    while (!signal.aborted) {
      await this.#options.clock.sleep(SAVE_EVERY_MS, signal).catch(() => undefined)
      if (!signal.aborted) this.keep()
    }
  }
}

const clients = new Map<string, S3Client>()
async function simulatedS3(endpoint: string, { region, keys }: PlantAws): Promise<S3Client> {
  const { S3Client: Client } = await import('@aws-sdk/client-s3')
  const made =
    clients.get(endpoint) ??
    new Client({
      endpoint,
      region,
      forcePathStyle: true,
      requestHandler: new BoundedHandler(),
      credentials: { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey },
    })
  clients.set(endpoint, made)
  return made
}

function sourceOf(plant: Plant, { id, name, kind, region, server, tokens }: PlantSite): SiteSource {
  const [token = ''] = Object.values(tokens)
  return {
    id,
    name,
    place: kind,
    meta: region ?? 'simulated',
    simulated: true,
    server,
    speed: () => plant.speed,
    clock: plant.clock,
    target: () =>
      succeed({
        site: id,
        server,
        tls: {},
        credentials: {
          get: () => Promise.resolve(succeed({ authorization: `Bearer ${token}` })),
          refused: () => false,
        },
      }),
  }
}
