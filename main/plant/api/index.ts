import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import { systemClock } from '../../platform/clock/system'
import type { KubeObject, PlantApi } from '../types'
import { startQuotaStatus } from './admission/quota-status'
import { Tokens, type Person, type Vouch } from './auth/tokens'
import { builtinResources } from './builtins'
import { uidFrom, type Cluster } from './cluster'
import { startDefinitions } from './crd/controller'
import { startCollector } from './gc'
import type { ApiServer } from './http/api-server'
import { listen, type Listening, type Tls } from './http/server'
import { inProcessApi } from './in-process'
import { Authorizer } from './rbac/authorizer'
import { bootstrap } from './rbac/bootstrap'
import { startProtection } from './protection'
import { Registry } from './registry'
import { NO_RUNTIME, type RuntimeHooks } from './runtime'
import { Store } from './store'

export { KubeError } from './errors'
export { eksUser } from './auth/eks-token'
export type { Person } from './auth/tokens'
export type { Listening, Tls } from './http/server'
export type { ExecRequest, ExecStreams, LogLine, LogRequest, RuntimeHooks } from './runtime'

/** Everything a cluster holds, as plain JSON. */
export interface Dump {
  version: number
  resources: Record<string, KubeObject[]>
  key: string
}
export interface PlantApiOptions {
  clock: Clock
  random: Random
  /** How many changes of each kind are remembered for watches and paged lists; 4096 when not said. */
  window?: number
  /** What the server says it is; v1.34.4 when not said. */
  gitVersion?: string
  /** Machine milliseconds between bookmarks of a quiet watch; 30,000 when not said. */
  bookmarkMs?: number
  /** The machine's time, which bookmarks and time limits of watches are measured in whatever the cluster's clock does. */
  machineClock?: Clock
  /** Told of every fault of the server itself, which callers see as a 500. */
  onError?: (error: unknown, where: string) => void
  restored?: Dump
}
/** One simulated API server: its in-process face, and the means to put it on the wire. */
export interface SimulatedApi extends PlantApi {
  readonly cluster: Cluster
  /** Gives pods logs, commands and ports. */
  setRuntime(hooks: RuntimeHooks): void
  /** Accepts tokens of another authority too, for the people it is served for. */
  setVouch(vouch: Vouch): void
  /** Serves the cluster on loopback for these people; port 0 takes a free one. */
  listen(options: { people: readonly Person[]; port?: number; tls?: Tls }): Promise<Listening>
  dump(): Dump
}

/** Makes one simulated API server, empty but for what every cluster is born with. */
export function createPlantApi(options: PlantApiOptions): SimulatedApi {
  const registry = new Registry()
  for (const resource of builtinResources()) registry.add(resource)
  const store = new Store({ ...(options.window !== undefined && { window: options.window }) })
  const cluster: Cluster = {
    clock: options.clock,
    random: options.random,
    registry,
    store,
    authorizer: new Authorizer(store),
  }
  const api = inProcessApi(cluster)
  const key = options.restored?.key ?? uidFrom(options.random)
  let runtime = NO_RUNTIME
  let vouch: Vouch = () => undefined
  if (options.restored) store.load(options.restored)
  startDefinitions(cluster)
  startCollector(cluster)
  startProtection(cluster)
  startQuotaStatus(cluster)
  bootstrap(api)
  return {
    ...api,
    cluster,
    setRuntime(hooks) {
      runtime = hooks
    },
    setVouch(by) {
      vouch = by
    },
    listen({ people, port = 0, tls }) {
      const server: ApiServer = {
        cluster,
        authorizer: cluster.authorizer,
        tokens: new Tokens(cluster, people, { key, vouch: (token) => vouch(token) }),
        gitVersion: options.gitVersion ?? 'v1.34.4',
        bookmarkMs: options.bookmarkMs ?? 30_000,
        machineClock: options.machineClock ?? systemClock,
        runtime: () => runtime,
        onError: options.onError ?? (() => undefined),
      }
      return listen(server, { port, tls })
    },
    dump: () => ({ ...store.dump(), key }),
  }
}
