import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import { eksUser } from '../api'
import type { PlantSite } from '../index'
import { Account, ACCOUNT_ID, CLUSTER } from './account'
import { REGION } from './machines'
import { listen } from './server'
import type { Keys } from './signature'
import type { AccountState, AwsFaults } from './state'
import { transfers } from './transfer'
import { workspaces } from './workspaces'

export type { AwsFaults } from './state'

/** The simulated AWS account: where it listens, with which keys, and what may be broken in it. */
export interface PlantAws {
  /** Every service of the account on one loopback address. */
  endpoint: string
  /** The building's own object store: S3 only, with the same keys. */
  buildingEndpoint: string
  region: string
  accountId: string
  /** The cluster that the simulated cloud site is. */
  cluster: string
  site: string
  /** The first key pair; good until the plant closes. */
  keys: Keys
  faults: AwsFaults
  account: Account
  /** Keys of a role taken on under somebody's name, good for as long as the plant is open: on the cluster they are that person. */
  session(user: string, duty: string): Keys
  dump(): AccountState
  close(): Promise<void>
}
export interface AwsOptions {
  site: PlantSite
  /** The site in the building, where transfer Jobs run. */ building?: PlantSite | undefined
  clock: Clock
  machine: Clock
  random: Random
  fresh: boolean
  authority?: string | undefined
  restored?: AccountState | undefined
  ports?: Record<string, number>
}

const SESSION_SECONDS = 365 * 86_400

/** Puts the simulated account on the wire. Undefined where the site has no machines to rent. */
export async function startAws({
  site,
  building: own,
  clock,
  machine,
  random,
  fresh,
  authority,
  restored,
  ports,
}: AwsOptions): Promise<PlantAws | undefined> {
  const { live } = site
  if (!live.nodes) return undefined
  const account = new Account({
    engine: live.engine,
    nodes: live.nodes,
    clock,
    random,
    server: site.server,
    authority,
    fresh,
    restored,
  })
  for (const one of [site, own]) {
    one?.live.engine.add(
      transfers(one.live.engine, { state: account.state, damaged: account.damaged }),
    )
    one?.live.engine.add(workspaces(one.live.engine, { state: account.state }))
  }
  const word = (length: number) =>
    Array.from(
      { length },
      () => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Math.floor(random.next() * 32)],
    ).join('')
  const keys: Keys = { accessKeyId: `AKIA${word(16)}`, secretAccessKey: word(40) }
  const keysOf = (id: string): Keys | undefined =>
    id === keys.accessKeyId ? keys : account.issued(id, machine.now())
  // Whoever holds the account's own keys is the first of the people, as on every site; a role taken on under the name of a person is that person.
  const userOf = (id: string) =>
    id === keys.accessKeyId ? Object.keys(site.tokens)[0] : account.sessionOf(id)
  site.api.setVouch((token) =>
    eksUser(token, {
      cluster: CLUSTER,
      region: REGION,
      now: () => machine.now() + account.skewMs,
      keysOf,
      userOf,
    }),
  )
  account.makeKeys = (seconds) => ({
    accessKeyId: `ASIA${word(16)}`,
    secretAccessKey: word(40),
    sessionToken: word(120),
    expiresAt: machine.now() + seconds * 1000,
  })
  const services = await listen(account, { machine, keysOf, port: ports?.['aws'] ?? 0 })
  const building = await listen(account, {
    machine,
    keysOf,
    port: ports?.['building'] ?? 0,
    only: { buckets: account.state.building, now: () => clock.now(), region: 'oslo' },
  })
  return {
    endpoint: services.endpoint,
    buildingEndpoint: building.endpoint,
    region: REGION,
    accountId: ACCOUNT_ID,
    cluster: CLUSTER,
    site: site.id,
    keys,
    faults: account.faults,
    account,
    session: (user, duty) =>
      account.issue(`arn:aws:iam::${ACCOUNT_ID}:role/takt-${duty}`, user, SESSION_SECONDS),
    dump: () => structuredClone(account.state),
    async close() {
      await Promise.all([services.close(), building.close()])
    },
  }
}
