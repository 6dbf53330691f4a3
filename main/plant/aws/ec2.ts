import { chanceOf, hexOf } from '../controllers/objects'
import type { Account, InstanceView } from './account'
import { filtersOf, listOf, type Answered, type Asked } from './ask'
import { subnetOf } from './groups'
import { MACHINES, REGION, usdPerHour, ZONES, zonesOf, type MachineType } from './machines'
import { AwsError } from './refusal'
import { xml, type Xml } from './xml'

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/'
const iso = (ms: number) => new Date(ms).toISOString()
const tagSet = (tags: Record<string, string>): Xml[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }))
const tagged = (tags: Record<string, string>, filters: Map<string, string[]>) =>
  [...filters].every(([name, values]) => {
    if (name.startsWith('tag:')) return values.includes(tags[name.slice(4)] ?? '')
    return name !== 'tag-key' || values.some((value) => value in tags)
  })

type Action = (account: Account, params: URLSearchParams) => Xml
const ACTIONS: Record<string, Action> = {
  DescribeAvailabilityZones: (account) => ({
    availabilityZoneInfo: ZONES.map((zone) => ({
      zoneName: zone,
      zoneState: 'available',
      regionName: REGION,
      zoneId: `eun1-az${String(ZONES.indexOf(zone) + 1)}`,
      zoneType: 'availability-zone',
      groupName: account ? REGION : '',
    })),
  }),
  DescribeSubnets: (_account, params) => {
    const wanted = listOf(params, 'SubnetId')
    return {
      subnetSet: ZONES.filter((zone) => wanted.length === 0 || wanted.includes(subnetOf(zone))).map(
        (zone) => ({
          subnetId: subnetOf(zone),
          availabilityZone: zone,
          vpcId: 'vpc-0a1b2c3d4e5f60718',
          state: 'available',
          availableIpAddressCount: 4_000,
          cidrBlock: '10.60.0.0/20',
        }),
      ),
    }
  },
  DescribeInstanceTypes: (_account, params) => {
    const wanted = listOf(params, 'InstanceType')
    const unknown = wanted.filter((type) => !MACHINES.some((machine) => machine.type === type))
    if (unknown.length > 0)
      throw new AwsError(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
      )
    return {
      instanceTypeSet: MACHINES.filter(
        ({ type }) => wanted.length === 0 || wanted.includes(type),
      ).map(instanceType),
    }
  },
  DescribeInstanceTypeOfferings: (_account, params) => {
    const types = filtersOf(params).get('instance-type')
    const offered = MACHINES.filter(({ type }) => !types || types.includes(type)).flatMap(
      ({ type }) =>
        zonesOf(type).map((location) => ({
          instanceType: type,
          locationType: 'availability-zone',
          location,
        })),
    )
    return {
      instanceTypeOfferingSet:
        params.get('LocationType') === 'availability-zone'
          ? offered
          : MACHINES.filter(({ type }) => !types || types.includes(type)).map(({ type }) => ({
              instanceType: type,
              locationType: 'region',
              location: REGION,
            })),
    }
  },
  DescribeSpotPriceHistory: (account, params) => ({
    spotPriceHistorySet: spotPrices(account.clock.now(), {
      types: listOf(params, 'InstanceType'),
      zone: params.get('AvailabilityZone') ?? undefined,
      from: Date.parse(params.get('StartTime') ?? ''),
    }),
  }),
  DescribeInstances: (account, params) => {
    const [ids, filters] = [listOf(params, 'InstanceId'), filtersOf(params)]
    const states = filters.get('instance-state-name')
    const found = account
      .instances()
      .filter(
        (instance) =>
          (ids.length === 0 || ids.includes(instance.id)) &&
          (!states || states.includes(instance.state)) &&
          tagged(instance.tags, filters),
      )
    return {
      reservationSet: found.map((instance) => ({
        reservationId: `r-${hexOf(instance.id, 17)}`,
        ownerId: '111122223333',
        instancesSet: [instanceOf(instance)],
      })),
    }
  },
  DescribeVolumes: (account, params) => {
    const filters = filtersOf(params)
    const attached = account.instances().map((instance) => ({
      id: instance.volume,
      gi: 200,
      zone: instance.zone,
      createdAt: instance.launchedAt,
      tags: instance.tags,
      to: instance.id,
    }))
    const all = [
      ...attached,
      ...account.state.volumes.map((volume) => ({ ...volume, to: undefined })),
    ].filter(({ tags }) => tagged(tags, filters))
    const wanted = filters.get('status')
    return {
      volumeSet: all
        .filter(({ to }) => !wanted || wanted.includes(to ? 'in-use' : 'available'))
        .map(({ id, gi, zone, createdAt, tags, to }) => ({
          volumeId: id,
          size: gi,
          availabilityZone: zone,
          status: to ? 'in-use' : 'available',
          createTime: iso(createdAt),
          volumeType: 'gp3',
          tagSet: tagSet(tags),
          attachmentSet: to ? [{ instanceId: to, volumeId: id, status: 'attached' }] : [],
        })),
    }
  },
  TerminateInstances: (account, params) => ({
    instancesSet: listOf(params, 'InstanceId').map((id) => {
      if (!account.terminate(id))
        throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
      return {
        instanceId: id,
        currentState: { code: 32, name: 'shutting-down' },
        previousState: { code: 16, name: 'running' },
      }
    }),
  }),
  DeleteVolume: (account, params) => {
    const id = params.get('VolumeId') ?? ''
    if (account.instances().some(({ volume }) => volume === id))
      throw new AwsError('VolumeInUse', `Volume ${id} is currently attached`)
    if (!account.state.volumes.some((volume) => volume.id === id))
      throw new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`)
    account.state.volumes = account.state.volumes.filter((volume) => volume.id !== id)
    return { return: true }
  },
}

const instanceType = ({ type, vcpus, memoryGi, gpu }: MachineType): Xml => ({
  instanceType: type,
  currentGeneration: true,
  bareMetal: false,
  supportedUsageClasses: ['on-demand', 'spot'],
  vCpuInfo: { defaultVCpus: vcpus, defaultCores: vcpus / 2, defaultThreadsPerCore: 2 },
  memoryInfo: { sizeInMiB: memoryGi * 1024 },
  processorInfo: { supportedArchitectures: ['x86_64'] },
  gpuInfo: gpu
    ? {
        gpus: [
          {
            name: gpu.name,
            manufacturer: gpu.maker,
            count: gpu.count,
            memoryInfo: { sizeInMiB: gpu.memoryMib },
          },
        ],
        totalGpuMemoryInMiB: gpu.count * gpu.memoryMib,
      }
    : undefined,
})
const instanceOf = ({
  id,
  type,
  zone,
  launchedAt,
  state,
  spot,
  tags,
  volume,
  node,
}: InstanceView): Xml => ({
  instanceId: id,
  imageId: 'ami-0123456789abcdef0',
  instanceState: { code: state === 'running' ? 16 : 0, name: state },
  instanceType: type,
  launchTime: iso(launchedAt),
  placement: { availabilityZone: zone, tenancy: 'default' },
  subnetId: subnetOf(zone),
  instanceLifecycle: spot ? 'spot' : undefined,
  privateDnsName: node,
  tagSet: tagSet(tags),
  blockDeviceMapping: [
    {
      deviceName: '/dev/xvda',
      ebs: { volumeId: volume, status: 'attached', deleteOnTermination: true },
    },
  ],
})

const STEP_MS = 6 * 3_600_000
const DAYS_90 = 90 * 86_400_000
/** Spot prices wander about a third of the list price, zone by zone; the same moment always had the same price. */
function spotPrices(
  now: number,
  { types, zone, from }: { types: string[]; zone: string | undefined; from: number },
): Xml[] {
  const begin = Math.max(Number.isNaN(from) ? now : from, now - DAYS_90)
  return types.flatMap((type) =>
    zonesOf(type)
      .filter((one) => zone === undefined || one === zone)
      .flatMap((one) => {
        const list = usdPerHour(type)
        if (list === undefined) return []
        const points: Xml[] = []
        for (
          let step = Math.floor(now / STEP_MS);
          points.length === 0 || (step + 1) * STEP_MS > begin;
          step -= 1
        ) {
          const usd =
            list *
            (0.28 +
              0.16 * chanceOf(`${one}${type}`) +
              0.06 * chanceOf(`${one}${type}${String(step)}`))
          points.push({
            instanceType: type,
            productDescription: 'Linux/UNIX',
            spotPrice: usd.toFixed(6),
            timestamp: iso(step * STEP_MS),
            availabilityZone: one,
          })
        }
        return points
      }),
  )
}

/** The EC2 API: a form in, XML out. */
export function ec2(account: Account, { body }: Asked): Answered {
  const params = new URLSearchParams(body.toString())
  const action = params.get('Action') ?? ''
  const act = ACTIONS[action]
  if (!act)
    throw new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`)
  return {
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: xml(`${action}Response`, NAMESPACE, {
      requestId: hexOf(String(account.clock.now()), 32),
      ...act(account, params),
    }),
  }
}
export const ec2Error = (code: string, message: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${message.replace(/[<>&]/g, ' ')}</Message></Error></Errors><RequestID>0</RequestID></Response>`
