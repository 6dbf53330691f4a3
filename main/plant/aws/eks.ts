import { z } from 'zod'
import { newGroup, subnetOf, type Groups } from './groups'
import { ACCOUNT_ID, CLUSTER, type Account } from './account'
import { json, type Answered, type Asked } from './ask'
import { REGION, ZONES } from './machines'
import { AwsError, notFound } from './refusal'
import type { GroupState } from './state'

const Taint = z.object({
  key: z.string(),
  value: z.string().optional(),
  effect: z.enum(['NO_SCHEDULE', 'NO_EXECUTE', 'PREFER_NO_SCHEDULE']),
})
const Size = z
  .object({
    minSize: z.number().int().min(0),
    maxSize: z.number().int().min(1),
    desiredSize: z.number().int().min(0),
  })
  .partial()
const Create = z.object({
  nodegroupName: z.string().min(1),
  subnets: z.array(z.string()).min(1),
  nodeRole: z.string(),
  scalingConfig: Size.default({}),
  instanceTypes: z.array(z.string()).default(['t3.medium']),
  capacityType: z.enum(['ON_DEMAND', 'SPOT']).default('ON_DEMAND'),
  diskSize: z.number().default(20),
  labels: z.record(z.string(), z.string()).default({}),
  taints: z.array(Taint).default([]),
  tags: z.record(z.string(), z.string()).default({}),
  clientRequestToken: z.string().optional(),
})
const Update = z.object({
  scalingConfig: Size.optional(),
  labels: z
    .object({
      addOrUpdateLabels: z.record(z.string(), z.string()).optional(),
      removeLabels: z.array(z.string()).optional(),
    })
    .optional(),
  taints: z
    .object({
      addOrUpdateTaints: z.array(Taint).optional(),
      removeTaints: z.array(Taint).optional(),
    })
    .optional(),
})

const seconds = (ms: number) => ms / 1000
const arnOf = (name: string) => `arn:aws:eks:${REGION}:${ACCOUNT_ID}:nodegroup/${CLUSTER}/${name}`
function shown(groups: Groups, group: GroupState) {
  return {
    nodegroupName: group.name,
    nodegroupArn: arnOf(group.name),
    clusterName: CLUSTER,
    version: '1.34',
    releaseVersion: '1.34.4-20261020',
    createdAt: seconds(group.createdAt),
    modifiedAt: seconds(group.modifiedAt),
    status: groups.status(group),
    capacityType: group.capacityType,
    scalingConfig: {
      minSize: group.min,
      maxSize: group.max,
      desiredSize: groups.machines(group.name).desired(),
    },
    instanceTypes: group.instanceTypes,
    subnets: group.subnets,
    amiType: 'AL2023_x86_64_NVIDIA',
    nodeRole: group.nodeRole,
    labels: group.labels,
    taints: group.taints,
    diskSize: group.diskGi,
    health: { issues: groups.health(group) },
    updateConfig: { maxUnavailable: 1 },
    tags: group.tags,
    resources: { autoScalingGroups: [{ name: `eks-${group.name}` }] },
  }
}
const cluster = ({ server, authority, clock }: Account) => ({
  name: CLUSTER,
  arn: `arn:aws:eks:${REGION}:${ACCOUNT_ID}:cluster/${CLUSTER}`,
  createdAt: seconds(clock.now() - 60 * 86_400_000),
  version: '1.34',
  endpoint: server,
  status: 'ACTIVE',
  platformVersion: 'eks.9',
  tags: {},
  resourcesVpcConfig: {
    subnetIds: ZONES.map(subnetOf),
    securityGroupIds: [],
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    endpointPublicAccess: true,
    endpointPrivateAccess: false,
  },
  certificateAuthority: {
    ...(authority && { data: Buffer.from(authority).toString('base64') }),
  },
  health: { issues: [] },
})

function parsed<T>(schema: z.ZodType<T>, body: Buffer): T {
  const read = schema.safeParse(JSON.parse(body.toString() || '{}'))
  if (!read.success)
    throw new AwsError(
      'InvalidParameterException',
      read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    )
  return read.data
}

const Tagging = z.object({ tags: z.record(z.string(), z.string()) })
/** The EKS API: REST with JSON. */
export function eks(account: Account, { method, url, body }: Asked): Answered {
  const [root, name, kind, group, what] = url.pathname
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent)
  if (root === 'tags') return tagged(account, { method, url, body })
  if (root !== 'clusters')
    throw new AwsError('UnknownOperationException', `No such path ${url.pathname}`, 404)
  if (name === undefined) return json({ clusters: [CLUSTER], nextToken: null })
  if (name !== CLUSTER) throw notFound(`No cluster found for name: ${name}.`)
  if (kind === undefined) return json({ cluster: cluster(account) })
  if (kind !== 'node-groups')
    throw new AwsError(
      'UnknownOperationException',
      `${method} ${url.pathname} is not simulated`,
      404,
    )
  return ofGroups(account, { method, group, what, body })
}
/** Tags of one resource, by its ARN: told, written and taken off. */
function tagged(
  account: Account,
  { method, url, body }: Pick<Asked, 'method' | 'url' | 'body'>,
): Answered {
  const arn = decodeURIComponent(url.pathname.replace(/^\/tags\//, ''))
  const group = account.groups.all().find((one) => arnOf(one.name) === arn)
  if (!group) throw notFound(`No resource found for ARN ${arn}.`)
  if (method === 'POST') Object.assign(group.tags, parsed(Tagging, body).tags)
  if (method === 'DELETE')
    for (const key of url.searchParams.getAll('tagKeys')) delete group.tags[key]
  return json(method === 'GET' ? { tags: group.tags } : {})
}
function ofGroups(
  account: Account,
  {
    method,
    group,
    what,
    body,
  }: { method: string; group: string | undefined; what: string | undefined; body: Buffer },
): Answered {
  if (group === undefined)
    return method === 'POST'
      ? create(account, parsed(Create, body))
      : json({ nodegroups: account.groups.all().map((one) => one.name), nextToken: null })
  if (method === 'DELETE')
    return json({ nodegroup: shown(account.groups, account.groups.remove(group)) })
  if (method === 'POST' && what === 'update-config')
    return update(account, group, parsed(Update, body))
  return json({ nodegroup: shown(account.groups, account.groups.get(group)) })
}

function create(account: Account, asked: z.infer<typeof Create>): Answered {
  const {
    scalingConfig: { minSize = 0, maxSize = 2, desiredSize = minSize },
    nodegroupName,
    diskSize,
    clientRequestToken: token,
    taints,
    ...rest
  } = asked
  for (const subnet of rest.subnets)
    if (!ZONES.some((zone) => subnetOf(zone) === subnet))
      throw new AwsError('InvalidParameterException', `The subnet ID '${subnet}' does not exist`)
  if (minSize > desiredSize || desiredSize > maxSize)
    throw new AwsError(
      'InvalidParameterException',
      'desiredSize must lie between minSize and maxSize',
    )
  const plain = taints.map(({ key, value, effect }) => ({
    key,
    effect,
    ...(value !== undefined && { value }),
  }))
  const made = account.groups.create(
    newGroup(
      {
        ...rest,
        name: nodegroupName,
        min: minSize,
        max: maxSize,
        diskGi: diskSize,
        taints: plain,
        ...(token !== undefined && { token }),
      },
      account.clock.now(),
    ),
    desiredSize,
  )
  return json({ nodegroup: shown(account.groups, made) })
}

function update(
  account: Account,
  name: string,
  { scalingConfig: size, labels }: z.infer<typeof Update>,
): Answered {
  account.groups.scale(name, { min: size?.minSize, max: size?.maxSize, desired: size?.desiredSize })
  const group = account.groups.get(name)
  for (const label of labels?.removeLabels ?? []) delete group.labels[label]
  Object.assign(group.labels, labels?.addOrUpdateLabels)
  return json({
    update: {
      id: account.id('update'),
      status: 'InProgress',
      type: 'ConfigUpdate',
      params: [],
      createdAt: seconds(account.clock.now()),
      errors: [],
    },
  })
}
