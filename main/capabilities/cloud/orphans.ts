import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { OrphanKind, type Orphan } from '../../../preload/contract/cloud'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan, OperationKind, StepContext } from '../operations'
import { KUBE, planBody, stepsOf } from '../plans'
import { machines } from './adapters/ec2'
import { buckets } from './adapters/s3'
import type { UploadFacts } from './domain/facts'
import { orphansOf } from './domain/orphans'
import { mayChange, mayDelete } from './domain/ownership'
import { lookedAt, permission, type Cloud } from './planning'
import type { Seen } from './observer'
import { groupViews } from './views'

const Volume = z
  .object({
    spec: z
      .object({
        csi: z.object({ volumeHandle: z.string().optional() }).optional(),
        awsElasticBlockStore: z.object({ volumeID: z.string().optional() }).optional(),
      })
      .prefault({}),
  })
  .transform(({ spec }) =>
    (spec.csi?.volumeHandle ?? spec.awsElasticBlockStore?.volumeID ?? '').replace(/^.*\//, ''),
  )
export interface Swept {
  orphans: Orphan[]
  looked: string[]
}

/** Everything billed on one account that nothing accounts for. What may not be looked at is told, not taken for clean. */
export async function sweep(
  cloud: Cloud,
  site: string,
  signal: AbortSignal | undefined,
): Promise<Outcome<Swept>> {
  const seen = await cloud.observer.look(site, signal)
  if (!seen.ok) return seen
  const { account, at, instances, groups } = seen.value
  await cloud.prices.refresh(
    account,
    [
      ...instances.map(({ type }) => type),
      ...groups.flatMap(({ instanceTypes }) => instanceTypes.slice(0, 1)),
    ],
    { signal },
  )
  const volumes = await machines(cloud.ports, account).looseVolumes(signal)
  if (!volumes.ok) return volumes
  const uploads = await buckets(cloud.ports, account).unfinished(signal)
  const client = cloud.ports.sites.client(site)
  const claimed = client.ok ? await client.value.list(KUBE.volumes, {}, Volume, signal) : client
  // Without the cluster's word every machine of it would look left over.
  if (!claimed.ok) return claimed
  const orphans = orphansOf({
    site,
    region: account.region,
    cluster: account.cluster,
    now: at,
    instances,
    groups,
    volumes: volumes.value,
    uploads: uploads.ok ? uploads.value : [],
    claimedVolumes: new Set(claimed.value),
    underWay: new Set(cloud.claimedGroups(site)),
    shipped: shippedTo(cloud, { site, now: at }),
    idle: idleOf(cloud, seen.value),
    nodeInstances: known(seen.value),
    usdPerHour: (type, spot, zone) =>
      cloud.prices.usdPerHour(site, account.region, { type, spot, zone }),
  })
  return succeed({
    orphans,
    looked: [
      `machines in ${account.region}`,
      'volumes without a machine',
      `node groups of ${account.cluster}`,
      uploads.ok ? 'unfinished uploads' : 'unfinished uploads could not be listed',
      'idle nodes',
    ],
  })
}
const SLACK_MS = 5 * 60_000
/** An upload is Takt's where a shipment of its own ledger went to that very place while it was begun. */
const shippedTo =
  ({ ports }: Cloud, { site, now }: { site: string; now: number }) =>
  ({ bucket, key, startedAt }: UploadFacts): boolean =>
    ports
      .shipped()
      .some(
        (one) =>
          one.toSite === site &&
          `s3://${bucket}/${key}`.startsWith(one.to.replace(/\/*$/, '/')) &&
          startedAt >= one.startedAt - SLACK_MS &&
          startedAt <= (one.endedAt ?? now) + SLACK_MS,
      )
/** Machines that the cluster knows: by the id its node tells, else by the node's name. */
const known = (seen: Seen) =>
  new Set([
    ...seen.instanceOf.values(),
    ...seen.claimed,
    ...seen.instances
      .filter(({ node, tags }) => isNode(seen, node) || isNode(seen, tags['Name']))
      .map(({ id }) => id),
  ])
const hasNode = ({ inventory }: Seen, name: string) =>
  inventory?.nodes.some(({ metadata }) => metadata.name === name) ?? false
const isNode = (seen: Seen, name: string | undefined) => name !== undefined && hasNode(seen, name)
const idleOf = (cloud: Cloud, seen: Seen) =>
  groupViews(cloud, seen)
    .filter(({ provisioner }) => provisioner === 'node-group')
    .flatMap(({ name, nodes }) =>
      nodes
        .filter(({ state }) => state === 'idle')
        .map((node) => ({
          node: node.name,
          group: name,
          idleSeconds: node.idleSeconds ?? 0,
          usdPerHour: node.usdPerHour,
        })),
    )

export const RemoveInput = z.object({
  site: z.string(),
  group: z.string(),
  kind: OrphanKind,
  id: z.string(),
  name: z.string(),
})
export type RemoveInput = z.infer<typeof RemoveInput>
export function removeKind(cloud: Cloud): OperationKind<RemoveInput> {
  return {
    kind: 'cloud-remove-orphan',
    premise: { says: "Its step sweeps again: what is needed, gone or another's by now is left." },
    input: RemoveInput,
    undoable: false,
    cancelLeaves: () => 'What was asked of AWS already goes.',
    steps: ({ name }) => [
      {
        id: 'remove',
        title: `Remove ${name}`,
        promiseSeconds: 20,
        overtaken: (context) => noLongerLeftOver(cloud, context),
        async run({ input, kept, signal, progress }) {
          kept['asked'] = 'yes'
          const account = cloud.observer.account(input.site)
          if (!account) return fail(failure('SITE_NOT_CONNECTED', { site: input.site }))
          const ec2 = machines(cloud.ports, account)
          const telling = { signal, progress }
          const by: Record<Orphan['kind'], () => Promise<Outcome<unknown>>> = {
            instance: () => ec2.terminate(input.id, signal),
            volume: () => ec2.deleteVolume(input.id, signal),
            upload: () => buckets(cloud.ports, account).abort(input.id, signal),
            'node-group': () => cloud.work.remove({ account, group: input.id }, telling),
            'idle-node': async () => {
              const at = { account, group: input.group }
              const closed = await cloud.work.cordon(at, [input.id], { closed: true, signal })
              return closed.ok ? cloud.work.letGo(at, [input.id], telling) : closed
            },
          }
          const done = await by[input.kind]()
          void cloud.observer.look(input.site).catch(() => undefined)
          return done.ok ? succeed(undefined) : done
        },
      },
    ],
  }
}

/** What was left over when it was planned may be needed, gone or somebody else's by now. Once it was asked to go, it goes. */
async function noLongerLeftOver(
  cloud: Cloud,
  { input, kept, signal }: StepContext<RemoveInput>,
): Promise<Outcome<string | undefined>> {
  if (kept['asked'] !== undefined) return succeed(undefined)
  const swept = await sweep(cloud, input.site, signal)
  if (!swept.ok) return swept
  const orphan = swept.value.orphans.find(({ id, kind }) => id === input.id && kind === input.kind)
  if (!orphan) return succeed(`${input.name} is gone or needed again.`)
  return succeed(mayRemove(orphan) ? undefined : orphan.whose)
}
/** Only what Takt made goes; of an adopted group an idle machine does too. */
const mayRemove = ({ kind, ownership }: Orphan) =>
  kind === 'idle-node' ? mayChange(ownership) : mayDelete(ownership)

const ACTION: Record<Orphan['kind'], string> = {
  instance: 'ec2:TerminateInstances',
  volume: 'ec2:DeleteVolume',
  upload: 's3:AbortMultipartUpload',
  'node-group': 'eks:DeleteNodegroup',
  'idle-node': 'autoscaling:TerminateInstanceInAutoScalingGroup',
}
const LOST: Record<Orphan['kind'], string> = {
  instance: 'the machine and what its own disk holds',
  volume: 'everything the volume holds',
  upload: 'the parts that were uploaded',
  'node-group': 'the node group',
  'idle-node': 'nothing: nothing runs there',
}
export async function planRemove(
  cloud: Cloud,
  kind: OperationKind<RemoveInput>,
  {
    ask,
    signal,
  }: { ask: { site: string; kind: Orphan['kind']; id: string }; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<RemoveInput>>> {
  const looked = await lookedAt(cloud, ask.site, signal)
  if (!looked.ok) return looked
  const swept = await sweep(cloud, ask.site, signal)
  if (!swept.ok) return swept
  const orphan = swept.value.orphans.find(
    ({ id, kind: what }) => id === ask.id && what === ask.kind,
  )
  if (!orphan) return fail(failure('NOT_FOUND', { kind: `left-over ${ask.kind}`, name: ask.id }))
  const input: RemoveInput = {
    site: ask.site,
    group: orphan.tags['group'] ?? '',
    kind: ask.kind,
    id: ask.id,
    name: orphan.name,
  }
  const data = ask.kind === 'volume' || ask.kind === 'instance'
  const plan = planBody(
    given({
      kind: kind.kind,
      title: `Remove ${orphan.name}`,
      verb: 'Remove',
      site: ask.site,
      subject: { kind: ask.kind, name: orphan.name },
      as: looked.value.as,
      changes: [
        {
          op: 'delete' as const,
          apiVersion: 'aws',
          kind: ask.kind,
          name: orphan.name,
          note: orphan.says,
        },
      ],
      permissions: [permission(`remove ${orphan.name}`, ACTION[ask.kind], ask.kind)],
      choices:
        orphan.usdPerHour === undefined ? [] : [`Ends $${orphan.usdPerHour.toFixed(3)} an hour.`],
      steps: stepsOf(kind, input),
      blockedBy: mayRemove(orphan)
        ? []
        : [
            {
              says: orphan.whose ?? `Takt did not make ${orphan.name}.`,
              remedy: 'Ask whoever made it, or remove it in the AWS console.',
            },
          ],
      losses: data
        ? { lost: [LOST[ask.kind]], kept: ['everything else in the account'], typeName: ask.id }
        : undefined,
    }),
  )
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planRemove(cloud, kind, { ask, signal: again }),
  })
}
