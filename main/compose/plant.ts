import { randomBytes } from 'node:crypto'
import { failure } from '../../preload/contract/failures'
import type { PlantPerson } from '../../preload/contract/plant-sites'
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
import type { Plant, PlantAws, PlantSite, Somebody } from '../plant'
import type { ComposeOptions } from './options'

const PLANT = 'plant'
const SAVE_EVERY_MS = 60_000
const USUAL_SPEED = 60
/** As whom the simulated sites are worked on. */
const AS = 'plant.as'

/** The simulated sites, opened when somebody asks, kept in the store while they run. */
export class EmbeddedPlant implements PlantSwitch {
  readonly #options: ComposeOptions
  readonly #store: Store
  readonly #log: Log
  #open: { plant: Plant; saving: AbortController } | undefined
  #directory: Directory | undefined
  #people: readonly Somebody[] = []
  /** The keys of each person's role in the simulated account, taken on once while it is open. */
  #keys = new Map<string, PlantAws['keys']>()
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
    return plant.sites.map((site) => sourceOf(plant, site, () => this.#me()?.user))
  }
  people(): PlantPerson[] {
    const me = this.#me()
    return this.#people.map((person) => ({
      user: person.user,
      name: person.name,
      duty: mayEverything(person, this.#people) ? 'admin' : person.role,
      ...(person.team && { team: person.team }),
      current: person === me,
    }))
  }
  signInAs(user: string) {
    if (!this.#people.some((person) => person.user === user))
      return fail(failure('NOT_FOUND', { kind: 'person of the simulated sites', name: user }))
    return this.#store.settings.set(AS, user)
  }
  /** Who is signed in: whoever was chosen last, the first of them before. */
  #me(): Somebody | undefined {
    const chosen = this.#store.settings.get(AS)
    const first = this.#options.plant ? this.#options.plant.as : undefined
    const named = (name: unknown) => this.#people.find(({ user }) => user === name)
    return named(chosen) ?? named(first) ?? this.#people[0]
  }
  #keysOfMe({ session }: PlantAws): PlantAws['keys'] | undefined {
    const me = this.#me()
    if (!me) return undefined
    const keys = this.#keys.get(me.user) ?? session(me.user, me.role)
    this.#keys.set(me.user, keys)
    return keys
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
    const keys = aws && this.#keysOfMe(aws)
    return aws && keys
      ? [
          {
            profile: 'simulated',
            region: aws.region,
            endpoint: aws.endpoint,
            accessKeyId: keys.accessKeyId,
            secretAccessKey: keys.secretAccessKey,
            ...(keys.sessionToken !== undefined && { sessionToken: keys.sessionToken }),
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
      client: () => simulatedS3(endpoint, { ...aws, keys: this.#keysOfMe(aws) ?? aws.keys }),
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
    this.#people = PEOPLE
    this.#keys.clear()
    const people = PEOPLE.map((person) => ({
      user: person.user,
      groups: mayEverything(person, PEOPLE) ? [...person.groups, 'system:masters'] : person.groups,
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

/** Whoever the simulated sites open as first may do everything on them, and is shown as that: rights are tried out as the others. */
const mayEverything = (person: Somebody, all: readonly Somebody[]): boolean => person === all[0]

const clients = new Map<string, S3Client>()
async function simulatedS3(
  endpoint: string,
  { region, keys }: Pick<PlantAws, 'region' | 'keys'>,
): Promise<S3Client> {
  const { S3Client: Client } = await import('@aws-sdk/client-s3')
  const key = `${endpoint} ${keys.accessKeyId}`
  const made =
    clients.get(key) ??
    new Client({
      endpoint,
      region,
      forcePathStyle: true,
      requestHandler: new BoundedHandler(),
      credentials: keys,
    })
  clients.set(key, made)
  return made
}

function sourceOf(
  plant: Plant,
  { id, name, kind, region, server, tokens }: PlantSite,
  me: () => string | undefined,
): SiteSource {
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
          get: () =>
            Promise.resolve(succeed({ authorization: `Bearer ${tokens[me() ?? ''] ?? ''}` })),
          refused: () => false,
        },
      }),
  }
}
