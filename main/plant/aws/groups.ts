import type { Engine } from '../controllers/engine'
import { NODE_GROUP_LABEL, nodeGroup, type NodeGroup } from '../controllers/nodes/node-group'
import { instanceIdOf } from '../controllers/nodes/instance-id'
import { CONFIG_MAP, NODE, POD } from '../controllers/kinds'
import { chanceOf, hexOf, isFinished, type Node, type Pod } from '../controllers/objects'
import { makeNode } from '../world/hardware'
import type { KubeObject } from '../types'
import { machineType, QUOTAS, REGION, zonesOf } from './machines'
import { AwsError, notFound } from './refusal'
import type { AccountState, GroupState } from './state'

const CREATING_MS = 75_000
const REFUSED_MS = 120_000
const NOTICE_MS = 120_000
const TAINT = {
  NO_SCHEDULE: 'NoSchedule',
  NO_EXECUTE: 'NoExecute',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
} as const

export { instanceIdOf }
/** Subnet and zone belong together: one subnet a zone. */
export const subnetOf = (zone: string): string => `subnet-${hexOf(zone, 17)}`
export const zoneOfSubnet = (subnet: string): string | undefined =>
  zonesOf('').find((zone) => subnetOf(zone) === subnet)

interface Ports {
  engine: Engine
  state: AccountState
  first: NodeGroup
  quotas: Map<string, number>
  shortIn(zone: string, type: string): boolean
}

/** The managed node groups of the account; each drives machines of the cluster. */
export class Groups {
  readonly #ports: Ports
  readonly #running = new Map<string, NodeGroup>()
  constructor(ports: Ports) {
    this.#ports = ports
    for (const name of Object.keys(ports.state.groups)) this.#run(name)
  }
  get #now() {
    return this.#ports.engine.api.clock.now()
  }
  all(): GroupState[] {
    return Object.values(this.#ports.state.groups)
  }
  get(name: string): GroupState {
    const group = this.#ports.state.groups[name]
    if (!group) throw notFound(`No node group found for name: ${name}.`)
    return group
  }
  machines(name: string): NodeGroup {
    const running = this.#running.get(name)
    if (!running) throw notFound(`No node group found for name: ${name}.`)
    return running
  }
  create(group: GroupState, desired: number): GroupState {
    const there = this.#ports.state.groups[group.name]
    // The same token asks for the same thing: that is how a client asks twice without getting two.
    if (there && there.token !== undefined && there.token === group.token) return there
    if (there)
      throw new AwsError(
        'ResourceInUseException',
        `NodeGroup already exists with name ${group.name} and cluster name aws-burst`,
        409,
      )
    for (const type of group.instanceTypes)
      if (!machineType(type))
        throw new AwsError(
          'InvalidParameterException',
          `The following supplied instance types do not exist: [${type}]`,
        )
    this.#ports.state.groups[group.name] = group
    this.#run(group.name)
    if (desired > 0) this.machines(group.name).setDesired(desired)
    return group
  }
  scale(
    name: string,
    size: { min?: number | undefined; max?: number | undefined; desired?: number | undefined },
  ) {
    const group = this.get(name)
    if (group.deleting || this.#now < group.activeAt)
      throw new AwsError(
        'ResourceInUseException',
        `Nodegroup ${name} is currently being ${group.deleting ? 'deleted' : 'created'}`,
        409,
      )
    const { min = group.min, max = group.max, desired = this.machines(name).desired() } = size
    if (min > max)
      throw new AwsError(
        'InvalidParameterException',
        `Minimum capacity ${String(min)} can't be greater than max size ${String(max)}`,
      )
    if (desired > max)
      throw new AwsError(
        'InvalidParameterException',
        `desired capacity ${String(desired)} can't be greater than max size ${String(max)}`,
      )
    if (desired < min)
      throw new AwsError(
        'InvalidParameterException',
        `Minimum capacity ${String(min)} can't be greater than desired size ${String(desired)}`,
      )
    Object.assign(group, { min, max, modifiedAt: this.#now })
    if (desired !== this.machines(name).desired()) {
      delete group.refusedSince
      this.machines(name).setDesired(desired)
    }
  }
  remove(name: string): GroupState {
    const group = this.get(name)
    group.deleting = true
    group.modifiedAt = this.#now
    this.machines(name).setDesired(0)
    this.#ports.engine.at(this.#now + CREATING_MS, `delete-node-group-${name}`, () =>
      this.#forget(name),
    )
    return group
  }
  /** One machine fewer, and that one: what runs on it ends as when a machine goes. */
  letGo(name: string, node: string) {
    const group = this.get(name)
    const desired = this.machines(name).desired()
    if (desired <= group.min)
      throw new AwsError(
        'ValidationError',
        `Currently, desiredSize equals minSize (${String(group.min)}). Terminating instance without replacement will violate group's min size constraint.`,
      )
    this.#removeNode(node)
    this.machines(name).setDesired(desired - 1)
  }
  #removeNode(name: string) {
    const { api } = this.#ports.engine
    for (const pod of api.list(POD) as Pod[])
      if (pod.spec.nodeName === name && !isFinished(pod))
        api.remove(POD, pod.metadata.name, {
          namespace: pod.metadata.namespace ?? '',
          gracePeriodSeconds: 0,
        })
    if (api.get(NODE, name)) api.remove(NODE, name)
  }
  status(group: GroupState): string {
    if (group.deleting) return 'DELETING'
    if (this.#now < group.activeAt) return 'CREATING'
    return this.health(group).length > 0 ? 'DEGRADED' : 'ACTIVE'
  }
  health(group: GroupState): { code: string; message: string; resourceIds: string[] }[] {
    if (group.refusedSince === undefined || this.#now < group.refusedSince + REFUSED_MS) return []
    return [
      {
        code: 'AsgInstanceLaunchFailures',
        message: group.refusal ?? '',
        resourceIds: [`eks-${group.name}-${hexOf(group.name, 8)}`],
      },
    ]
  }
  nodesOf(name: string): Node[] {
    return (this.#ports.engine.api.list(NODE) as Node[]).filter(
      ({ metadata }) => metadata.labels?.[NODE_GROUP_LABEL] === name,
    )
  }
  zoneOf(group: GroupState, node: string): string {
    const zones = group.subnets
      .flatMap((subnet) => zoneOfSubnet(subnet) ?? [])
      .filter((zone) => !this.#ports.shortIn(zone, group.instanceTypes[0] ?? ''))
    return zones[Math.floor(chanceOf(`zone${node}`) * zones.length)] ?? `${REGION}a`
  }
  /** Takes a spot machine back as AWS does: its node is closed at once, the machine goes two minutes later, and the group asks for another. */
  interrupt(name: string) {
    const { engine } = this.#ports
    const node = engine.api.get(NODE, name) as Node | undefined
    if (!node) throw new Error(`No node ${name} on this site`)
    const taints = [
      ...(node.spec?.taints ?? []),
      { key: 'aws-node-termination-handler/spot-itn', value: hexOf(name, 8), effect: 'NoSchedule' },
    ]
    engine.api.update(
      { ...node, spec: { ...node.spec, unschedulable: true, taints } } as KubeObject,
      'eks',
    )
    engine.at(this.#now + NOTICE_MS, `interrupt-${name}`, () => {
      if (!engine.api.get(NODE, name)) return
      this.#removeNode(name)
      const group = node.metadata.labels?.[NODE_GROUP_LABEL]
      if (group) engine.enqueue(`node-group-${group}`, 'group')
    })
  }

  #run(name: string) {
    if (this.#running.has(name)) return
    const { engine, first } = this.#ports
    const govern = { most: () => this.get(name).max, mayLaunch: () => this.#mayLaunch(name) }
    if (name === 'p4d') {
      first.govern(govern)
      this.#running.set(name, first)
      return
    }
    const { controller, group } = nodeGroup(engine, {
      name,
      most: 0,
      makeNode: (node) => this.#makeNode(name, node),
    })
    group.govern(govern)
    engine.add(controller)
    this.#running.set(name, group)
  }
  #forget(name: string) {
    delete this.#ports.state.groups[name]
    const { api } = this.#ports.engine
    if (api.get(CONFIG_MAP, `node-group-${name}`, 'kube-system'))
      api.remove(CONFIG_MAP, `node-group-${name}`, { namespace: 'kube-system' })
  }
  #mayLaunch(name: string): boolean {
    const group = this.#ports.state.groups[name]
    if (!group || group.deleting || this.#now < group.activeAt) return false
    const refusal = this.#refusal(group)
    if (refusal === undefined) {
      delete group.refusedSince
      delete group.refusal
      return true
    }
    group.refusedSince ??= this.#now
    group.refusal = refusal
    return false
  }
  #refusal(group: GroupState): string | undefined {
    const [type = ''] = group.instanceTypes
    const zones = group.subnets
      .flatMap((subnet) => zoneOfSubnet(subnet) ?? [])
      .filter((zone) => zonesOf(type).includes(zone))
    const open = zones.filter((zone) => !this.#ports.shortIn(zone, type))
    if (open.length === 0)
      return `Could not launch ${group.capacityType === 'SPOT' ? 'Spot' : 'On-Demand'} Instances. InsufficientInstanceCapacity - We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zones.join(', ')}). Launching EC2 instance failed.`
    const quota = QUOTAS.find(
      ({ family, spot }) =>
        family === machineType(type)?.family && spot === (group.capacityType === 'SPOT'),
    )
    const limit = quota && (this.#ports.quotas.get(quota.code) ?? quota.value)
    if (
      limit !== undefined &&
      quota &&
      this.usedCores(quota.family, quota.spot) + (machineType(type)?.vcpus ?? 0) > limit
    )
      return `Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of ${String(limit)} allows for the instance bucket that the specified instance type belongs to. Launching EC2 instance failed.`
    return undefined
  }
  usedCores(family: string, spot: boolean): number {
    return this.all()
      .filter(
        ({ capacityType, instanceTypes: [type = ''] }) =>
          (capacityType === 'SPOT') === spot && machineType(type)?.family === family,
      )
      .reduce(
        (sum, group) =>
          sum +
          (this.nodesOf(group.name).length +
            this.machines(group.name)
              .booting()
              .filter(({ name }) => !this.#ports.engine.api.get(NODE, name)).length) *
            (machineType(group.instanceTypes[0] ?? '')?.vcpus ?? 0),
        0,
      )
  }
  #makeNode(name: string, node: string): KubeObject {
    const group = this.get(name)
    const [type = ''] = group.instanceTypes
    const machine = machineType(type)
    if (!machine) throw new Error(`No machine type ${type}`)
    const { api } = this.#ports.engine
    const zone = this.zoneOf(group, node)
    const made = makeNode(api, {
      name: node,
      cores: machine.vcpus,
      memoryGi: machine.memoryGi,
      address: `10.60.${String(1 + Math.floor(chanceOf(node) * 200))}.${String(1 + Math.floor(chanceOf(`${node}a`) * 250))}`,
      instanceType: type,
      region: REGION,
      providerId: `aws:///${zone}/${instanceIdOf(
        node,
        this.machines(name)
          .booting()
          .find((one) => one.name === node)?.launchedAt ?? this.#now,
      )}`,
      ...(machine.gpu && { gpus: machine.gpu }),
      labels: {
        ...group.labels,
        [NODE_GROUP_LABEL]: name,
        'eks.amazonaws.com/capacityType': group.capacityType,
        'topology.kubernetes.io/zone': zone,
      },
      images: [],
    }) as Node
    const taints = group.taints.map(({ key, value, effect }) => ({
      key,
      ...(value !== undefined && { value }),
      effect: TAINT[effect],
    }))
    return taints.length === 0
      ? made
      : api.update(
          { ...made, spec: { ...made.spec, taints: [...(made.spec?.taints ?? []), ...taints] } },
          'kubelet',
        )
  }
}
export const newGroup = (
  group: Omit<GroupState, 'createdAt' | 'modifiedAt' | 'activeAt'>,
  now: number,
): GroupState => ({ ...group, createdAt: now, modifiedAt: now, activeAt: now + CREATING_MS })
