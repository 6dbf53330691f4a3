import { seeded, type Random } from '../kernel/random'
import type { Clock } from '../kernel/clock'
import { startAws, type PlantAws } from './aws'
import type { AccountState } from './aws/state'
import {
  createPlantApi,
  type Dump,
  type Listening,
  type Person,
  type SimulatedApi,
  type Tls,
} from './api'
import { simulatedClock, type SimulatedClock } from './clock'
import { SITES, type LiveSite, type SiteOutline } from './sites'
import type { KubeObject } from './types'
import { travelClock } from './world/travel'

export type { AwsFaults, PlantAws } from './aws'
export { KubeError } from './api'
export type { Person } from './api'
export type { SimulatedClock } from './clock'
export type { Faults } from './controllers'
export type { NodeGroup } from './controllers/nodes/node-group'
export type { PlantApi } from './types'
export { PEOPLE, type Duty, type Somebody } from './world/people'

/** One simulated site, ready to be connected to like a real one. */
export interface PlantSite {
  id: string
  name: string
  kind: 'on-prem' | 'cloud'
  region: string | undefined
  /** On loopback; plain HTTP unless a certificate was given. */
  server: string
  /** Who may sign in, by user name. */
  tokens: Record<string, string>
  /** The cluster from inside, for tests. */
  api: SimulatedApi
  /** What may be broken and mended on it, its rented machines where it has any, and its controllers. */
  live: LiveSite
}
export interface Plant {
  sites: PlantSite[]
  /** The simulated AWS account that the cloud site belongs to. */
  aws: PlantAws | undefined
  clock: SimulatedClock
  readonly speed: number
  setSpeed(factor: number): void
  /** The whole state as one JSON text, to be given back as `persisted`. */
  snapshot(): string
  close(): Promise<void>
}
export interface PlantOptions {
  /** The machine's clock, which drives the simulated one. */
  clock: Clock
  random: Random
  /** Who may sign in, the same on every site. */
  people: readonly Person[]
  /** The first moment of a fresh plant; the machine's now when not said. */
  start?: number
  speed?: number
  /** What `snapshot` gave. Text that is none is refused with SyntaxError. */
  persisted?: string | Uint8Array
  /** With a key and certificate the sites speak TLS; the authority is who signed it, PEM. */
  tls?: Tls & { authority?: string }
  /** Ports by site; free ones when not said. */
  ports?: Record<string, number>
  /** False leaves the sites empty: no nodes, projects or history; so does having nothing prepared. */
  seeded?: boolean
  /** What a fresh site is given before its history begins: definitions of the shared records, roles. Made in this order. */
  prepared?: readonly KubeObject[]
  /** Told of every bug in a simulated controller or server. */
  onError?: (error: unknown, where: string) => void
}
interface Persisted {
  plant: 1
  now: number
  speed: number
  sites: Record<string, Dump>
  aws?: AccountState
}

function readPersisted(persisted: string | Uint8Array | undefined): Persisted | undefined {
  if (persisted === undefined) return undefined
  const value = JSON.parse(
    typeof persisted === 'string' ? persisted : Buffer.from(persisted).toString(),
  ) as Persisted
  if (value.plant !== 1) throw new SyntaxError('not a plant of this version')
  return value
}
interface Opened {
  site: PlantSite
  listening: Listening
}
interface Opening {
  outline: SiteOutline
  options: PlantOptions
  clock: SimulatedClock
  restored: Dump | undefined
}

async function open({ outline, options, clock, restored }: Opening): Promise<Opened> {
  // Each site has its own chance, so that what one does cannot change what happens on the other.
  // A site that goes on must not draw the same uids again, hence its version.
  const random = seeded(Math.floor(options.random.next() * 2 ** 32) ^ (restored?.version ?? 0))
  const travelling = travelClock(clock)
  const onError = options.onError ?? (() => undefined)
  const api = createPlantApi({
    clock: travelling,
    random,
    gitVersion: outline.gitVersion,
    onError,
    ...(restored && { restored }),
  })
  const live = outline.live(api, {
    fresh: restored === undefined && options.seeded !== false && options.prepared !== undefined,
    clock: travelling,
    prepared: options.prepared ?? [],
    onError,
  })
  const listening = await api.listen({
    people: options.people,
    port: options.ports?.[outline.id] ?? 0,
    ...(options.tls && { tls: options.tls }),
  })
  const tokens = Object.fromEntries(options.people.map(({ user, token }) => [user, token]))
  const { id, name, kind, region } = outline
  return {
    site: {
      id,
      name,
      kind,
      region,
      server: `${options.tls ? 'https' : 'http'}://127.0.0.1:${listening.port}`,
      tokens,
      api,
      live,
    },
    listening,
  }
}

function rent({
  opened,
  options,
  clock,
  persisted,
}: {
  opened: Opened[]
  options: PlantOptions
  clock: SimulatedClock
  persisted: Persisted | undefined
}): Promise<PlantAws | undefined> {
  const site = opened.find((one) => one.site.live.nodes)?.site
  const fresh =
    persisted === undefined && options.seeded !== false && options.prepared !== undefined
  return site
    ? startAws({
        site,
        building: opened.find((one) => one.site.kind === 'on-prem')?.site,
        clock,
        machine: options.clock,
        random: options.random,
        fresh,
        authority: options.tls?.authority,
        restored: persisted?.aws,
        ...(options.ports && { ports: options.ports }),
      })
    : Promise.resolve(undefined)
}

/** Starts the simulated sites, fresh or as they were. */
export async function startPlant(options: PlantOptions): Promise<Plant> {
  const persisted = readPersisted(options.persisted)
  const start = persisted?.now ?? options.start
  const clock = simulatedClock({
    machine: options.clock,
    speed: options.speed ?? persisted?.speed ?? 1,
    ...(start !== undefined && { start }),
  })
  const opened: Opened[] = []
  for (const outline of SITES)
    opened.push(await open({ outline, options, clock, restored: persisted?.sites[outline.id] }))
  const aws = await rent({ opened, options, clock, persisted })
  return {
    sites: opened.map(({ site }) => site),
    aws,
    clock,
    get speed() {
      return clock.speed
    },
    setSpeed: (factor) => clock.setSpeed(factor),
    snapshot: () =>
      JSON.stringify({
        plant: 1,
        now: clock.now(),
        speed: clock.speed,
        sites: Object.fromEntries(opened.map(({ site }) => [site.id, site.api.dump()])),
        ...(aws && { aws: aws.dump() }),
      } satisfies Persisted),
    async close() {
      for (const { site } of opened) site.live.stop()
      await Promise.all([...opened.map(({ listening }) => listening.close()), aws?.close()])
    },
  }
}
