import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { Engine } from '../controllers/engine'
import type { NodeGroup } from '../controllers/nodes/node-group'
import { NODE } from '../controllers/kinds'
import { hexOf, type Node } from '../controllers/objects'
import { Groups, instanceIdOf, newGroup, subnetOf } from './groups'
import { QUOTAS, REGION, ZONES } from './machines'
import { AwsError } from './refusal'
import { seedState } from './seed'
import type { Keys } from './signature'
import type { AccountState, AwsFaults } from './state'

export const ACCOUNT_ID = '111122223333'
export const CLUSTER = 'aws-burst'
export const NODE_ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/aws-burst-nodes`

export interface IssuedKeys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  expiresAt: number
  session?: string
  role?: string
}
export interface InstanceView {
  id: string
  type: string
  zone: string
  launchedAt: number
  state: 'pending' | 'running'
  spot: boolean
  tags: Record<string, string>
  volume: string
  node?: string
}
export interface AccountOptions {
  engine: Engine
  nodes: NodeGroup
  clock: Clock
  random: Random
  server: string
  /** Who signed the server's certificate, PEM, where it has one. */
  authority?: string | undefined
  fresh: boolean
  restored?: AccountState | undefined
}

/** The simulated AWS account: what it keeps, and what of it lives in the cluster as machines. */
export class Account {
  readonly state: AccountState
  readonly groups: Groups
  readonly clock: Clock
  readonly server: string
  readonly authority: string | undefined
  readonly quotas = new Map<string, number>()
  readonly short = new Set<string>()
  readonly throttled = new Map<string, number>()
  readonly pages = new Map<string, number>()
  readonly denied = new Set<string>()
  readonly damaged = new Set<string>()
  skewMs = 0
  readonly #issued = new Map<string, IssuedKeys>()
  makeKeys: (seconds: number) => IssuedKeys = () => {
    throw new AwsError('ServiceUnavailable', 'No keys can be issued yet', 503)
  }
  readonly #engine: Engine
  #serial = 0

  constructor({ engine, nodes, clock, server, authority, fresh, restored }: AccountOptions) {
    this.authority = authority
    this.#engine = engine
    this.clock = clock
    this.server = server
    this.state = restored ?? seedState(clock.now(), fresh)
    const now = clock.now()
    if (!restored) {
      const p4d = newGroup(
        {
          name: 'p4d',
          instanceTypes: ['p4d.24xlarge'],
          capacityType: 'ON_DEMAND',
          subnets: [subnetOf(`${ZONES[0] ?? ''}`)],
          nodeRole: NODE_ROLE,
          min: 0,
          max: 4,
          diskGi: 500,
          labels: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-40GB' },
          taints: [],
          tags: {
            'takt.dev/managed': 'true',
            'takt.dev/owner-cluster': `${REGION}/${CLUSTER}`,
            'takt.dev/site': CLUSTER,
          },
        },
        now - 40 * 86_400_000,
      )
      this.state.groups['p4d'] = p4d
    }
    this.groups = new Groups({
      engine,
      state: this.state,
      first: nodes,
      quotas: this.quotas,
      shortIn: (zone, type) => this.short.has(`${zone}/`) || this.short.has(`${zone}/${type}`),
    })
  }
  /** Keys for a role, good for so many seconds of the machine's time. */
  issue(role: string, session: string, seconds: number): IssuedKeys {
    if (!role.startsWith(`arn:aws:iam::${ACCOUNT_ID}:role/`) || session === '')
      throw new AwsError(
        'AccessDenied',
        `User is not authorized to perform: sts:AssumeRole on resource: ${role}`,
        403,
      )
    const keys = this.makeKeys(seconds)
    this.#issued.set(keys.accessKeyId, { ...keys, session, role: role.split('/').at(-1) ?? '' })
    return keys
  }
  issued(accessKeyId: string, now: number): Keys | undefined {
    const keys = this.#issued.get(accessKeyId)
    return keys && keys.expiresAt > now ? keys : undefined
  }
  /** The name a role was taken on under, by the keys that came of it. */
  sessionOf(accessKeyId: string): string | undefined {
    return this.#issued.get(accessKeyId)?.session
  }
  /** The role that keys came of; undefined for the account's own keys. */
  roleOf(accessKeyId: string): string | undefined {
    return this.#issued.get(accessKeyId)?.role
  }
  id(prefix: string): string {
    return `${prefix}-${hexOf(`${prefix}${String(this.clock.now())}${String(this.#serial++)}`, 17)}`
  }

  instances(): InstanceView[] {
    const own = this.state.instances.map(
      ({ id, type, zone, launchedAt, tags, spot }): InstanceView => ({
        id,
        type,
        zone,
        launchedAt,
        state: 'running',
        spot,
        tags,
        volume: `vol-${hexOf(id, 17)}`,
      }),
    )
    const rented = this.groups.all().flatMap((group) => {
      const tags = {
        'eks:nodegroup-name': group.name,
        'eks:cluster-name': CLUSTER,
        [`kubernetes.io/cluster/${CLUSTER}`]: 'owned',
      }
      const common = {
        type: group.instanceTypes[0] ?? '',
        spot: group.capacityType === 'SPOT',
        tags,
      }
      const nodes = this.groups.nodesOf(group.name)
      const running = nodes.map((node): InstanceView => {
        const launchedAt = Date.parse(node.metadata.creationTimestamp ?? '')
        const id = idOfNode(node) ?? instanceIdOf(node.metadata.name, launchedAt)
        return {
          id,
          ...common,
          zone: node.metadata.labels?.['topology.kubernetes.io/zone'] ?? '',
          launchedAt,
          state: 'running',
          volume: `vol-${hexOf(id, 17)}`,
          node: node.metadata.name,
        }
      })
      const booting = this.groups
        .machines(group.name)
        .booting()
        .filter(({ name }) => !nodes.some(({ metadata }) => metadata.name === name))
        .map(({ name, launchedAt }): InstanceView => {
          const id = instanceIdOf(name, launchedAt)
          return {
            id,
            ...common,
            zone: this.groups.zoneOf(group, name),
            launchedAt,
            state: 'pending',
            volume: `vol-${hexOf(id, 17)}`,
            node: name,
          }
        })
      return [...running, ...booting]
    })
    return [...this.#system(), ...rented, ...own]
  }
  // The machine that runs the cluster's own services; it belongs to no group.
  #system(): InstanceView[] {
    return (this.#engine.api.list(NODE) as Node[])
      .filter(({ metadata }) => metadata.name === 'system-1')
      .map((node) => {
        const id = `i-${hexOf('system-1', 17)}`
        return {
          id,
          type: 'm7i.4xlarge',
          zone: ZONES[0] ?? '',
          launchedAt: Date.parse(node.metadata.creationTimestamp ?? ''),
          state: 'running',
          spot: false,
          volume: `vol-${hexOf(id, 17)}`,
          node: 'system-1',
          tags: {
            'eks:cluster-name': CLUSTER,
            [`kubernetes.io/cluster/${CLUSTER}`]: 'owned',
            Name: 'system-1',
          },
        }
      })
  }
  terminate(id: string): boolean {
    const before = this.state.instances.length
    this.state.instances = this.state.instances.filter((instance) => instance.id !== id)
    if (this.state.instances.length < before) return true
    const node = this.instances().find((instance) => instance.id === id)?.node
    if (node === undefined) return false
    if (this.#engine.api.get(NODE, node)) this.#engine.api.remove(NODE, node)
    return true
  }
  quota(code: string): number {
    return this.quotas.get(code) ?? QUOTAS.find((quota) => quota.code === code)?.value ?? 0
  }

  readonly faults: AwsFaults = {
    throttle: (service, times) => void this.throttled.set(service, times),
    html: (service, times) => void this.pages.set(service, times),
    refuseCapacity: (zone, type = '') => void this.short.add(`${zone}/${type}`),
    restoreCapacity: () => this.short.clear(),
    interrupt: (node) => this.groups.interrupt(node),
    quota: (code, value) => void this.quotas.set(code, value),
    skew: (ms) => {
      this.skewMs = ms
    },
    damage: (key) => void this.damaged.add(key),
    deny: (action) => void this.denied.add(action),
    allow: (action) => void this.denied.delete(action),
  }
}
const idOfNode = (node: Node): string | undefined => {
  const { providerID } = (node.spec ?? {}) as { providerID?: string }
  return /\/(i-[0-9a-f]+)$/.exec(providerID ?? '')?.[1]
}
