import type { Orphan } from '../../../../preload/contract/cloud'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import type { GroupFacts, InstanceFacts, UploadFacts, VolumeFacts } from './facts'
import { clusterOf, mayDelete, ownershipOf, whoseSays, type CloudOwnership } from './ownership'
import { volumeUsdPerHour } from './prices'

/** Everything on one account that is billed, with what is known to need it. */
export interface Billed {
  site: string
  region: string
  cluster: string
  now: number
  instances: readonly InstanceFacts[]
  volumes: readonly VolumeFacts[]
  groups: readonly GroupFacts[]
  uploads: readonly UploadFacts[]
  /** Machines that the cluster knows as its nodes, by instance id. */
  nodeInstances: ReadonlySet<string>
  /** Volumes that a claim of the cluster stands on, by id. */
  claimedVolumes: ReadonlySet<string>
  /** Idle nodes with the seconds they have been idle, whose group nothing has asked for. */
  idle: readonly {
    node: string
    group: string
    idleSeconds: number
    usdPerHour: number | undefined
  }[]
  /** Groups that operations of Takt have under way. */
  underWay: ReadonlySet<string>
  /** Whether Takt's own ledger has an upload as a shipment of its own. */
  shipped(upload: UploadFacts): boolean
  usdPerHour(type: string, spot: boolean, zone: string): number | undefined
}
export const FORGOTTEN_MS = 30 * 60_000
const JOIN_MS = 20 * 60_000
const UPLOAD_MS = 24 * 3_600_000

const days = (ms: number) =>
  ms >= 172_800_000
    ? `${String(Math.floor(ms / 86_400_000))} days`
    : `${String(Math.max(1, Math.round(ms / 3_600_000)))} h`

/** What nobody accounts for: a machine the cluster does not know, a volume without a machine, a group that stands empty and is not wanted, an upload never finished, a node that idles. */
export function orphansOf(billed: Billed): Orphan[] {
  return [
    ...looseInstances(billed),
    ...looseVolumes(billed),
    ...emptyGroups(billed),
    ...oldUploads(billed),
    ...idleNodes(billed),
  ]
}
const one = (
  { site, region }: Billed,
  orphan: Omit<Orphan, 'site' | 'region' | 'whose'>,
): Orphan => ({
  site,
  region,
  ...orphan,
  ...given({ whose: whoseSays(orphan.ownership, orphan.tags) }),
})
const ownedBy = ({ region, cluster }: Billed, tags: Record<string, string>): CloudOwnership =>
  ownershipOf(tags, { owner: { region, cluster } })
const groupOwner = (
  { region, cluster }: Billed,
  { tags }: Pick<GroupFacts, 'tags'>,
): CloudOwnership => ownershipOf(tags, { owner: { region, cluster }, bound: true })
/** A machine bears the tags of EKS and not those of its group: it is Takt's where its group is, or where Takt's own mark is on it. */
function machineOwner(billed: Billed, tags: Record<string, string>): CloudOwnership {
  const own = ownedBy(billed, tags)
  const group =
    clusterOf(tags) === billed.cluster
      ? billed.groups.find(({ name }) => name === tags['eks:nodegroup-name'])
      : undefined
  return own === 'unmarked' && group && groupOwner(billed, group) === 'made' ? 'made' : own
}

function looseInstances(billed: Billed): Orphan[] {
  return billed.instances
    .filter(
      ({ id, state, launchedAt }) =>
        !billed.nodeInstances.has(id) && state !== 'stopped' && !isBooting(billed, id, launchedAt),
    )
    .map(({ id, type, zone, launchedAt, spot, tags }) =>
      one(
        billed,
        given({
          id,
          kind: 'instance' as const,
          name: tags['Name'] ? `${tags['Name']} (${type})` : type,
          since: timestamp(launchedAt),
          ownership: machineOwner(billed, tags),
          tags,
          usdPerHour: billed.usdPerHour(type, spot, zone),
          says: `Runs for ${days(billed.now - launchedAt)} and is no node of ${billed.cluster}.`,
        }),
      ),
    )
}
// A machine of a group needs minutes before its node shows up.
const isBooting = ({ instances, now }: Billed, id: string, launchedAt: number) =>
  now - launchedAt < JOIN_MS &&
  instances.some(
    (instance) => instance.id === id && instance.tags['eks:nodegroup-name'] !== undefined,
  )

function looseVolumes(billed: Billed): Orphan[] {
  return billed.volumes
    .filter(
      ({ id, createdAt }) =>
        !billed.claimedVolumes.has(id) && billed.now - createdAt > FORGOTTEN_MS,
    )
    .map(({ id, gi, createdAt, tags }) =>
      one(
        billed,
        given({
          id,
          kind: 'volume' as const,
          name: `${id}, ${String(gi)} GiB`,
          since: timestamp(createdAt),
          ownership: ownedBy(billed, tags),
          tags,
          usdPerHour: volumeUsdPerHour(gi),
          says: `Belongs to no machine and to no claim of ${billed.cluster} for up to ${days(billed.now - createdAt)}${tags['takt.dev/environment'] ? `; it was made for ${tags['takt.dev/environment']}` : ''}.`,
        }),
      ),
    )
}
function emptyGroups(billed: Billed): Orphan[] {
  // An empty group costs nothing by itself; one that Takt made and that keeps a minimum of machines does.
  return billed.groups
    .filter(
      ({ name, tags, min, status }) =>
        mayDelete(groupOwner(billed, { tags })) &&
        min > 0 &&
        status !== 'DELETING' &&
        !billed.underWay.has(name),
    )
    .map(({ name, createdAt, tags, min, instanceTypes, capacityType }) =>
      one(
        billed,
        given({
          id: name,
          kind: 'node-group' as const,
          name,
          since: timestamp(createdAt),
          ownership: groupOwner(billed, { tags }),
          tags,
          usdPerHour: price(billed, instanceTypes[0] ?? '', {
            spot: capacityType === 'spot',
            count: min,
          }),
          says: `Keeps at least ${String(min)} machines although nothing asks for them: Takt's groups begin and end at none.`,
        }),
      ),
    )
}
const price = (billed: Billed, type: string, { spot, count }: { spot: boolean; count: number }) => {
  const usd = billed.usdPerHour(type, spot, '')
  return usd === undefined ? undefined : usd * count
}
function oldUploads(billed: Billed): Orphan[] {
  return billed.uploads
    .filter(({ startedAt }) => billed.now - startedAt > UPLOAD_MS)
    .map((upload) => {
      const { bucket, key, uploadId, startedAt } = upload
      return one(billed, {
        id: `${bucket}/${key}?uploadId=${uploadId}`,
        kind: 'upload',
        name: `s3://${bucket}/${key}`,
        since: timestamp(startedAt),
        ownership: billed.shipped(upload) ? 'made' : 'unmarked',
        tags: {},
        says: `An upload begun ${days(billed.now - startedAt)} ago and never finished: its parts are billed and cannot be read.`,
      })
    })
}
function idleNodes(billed: Billed): Orphan[] {
  return billed.idle
    .filter(
      ({ group, idleSeconds }) => idleSeconds * 1000 > FORGOTTEN_MS && !billed.underWay.has(group),
    )
    .map(({ node, group, idleSeconds, usdPerHour }) =>
      one(
        billed,
        given({
          id: node,
          kind: 'idle-node' as const,
          name: node,
          since: timestamp(billed.now - idleSeconds * 1000),
          ownership: groupOwner(billed, {
            tags: billed.groups.find(({ name }) => name === group)?.tags ?? {},
          }),
          tags: { group },
          usdPerHour,
          says: `Has had nothing to do for ${days(idleSeconds * 1000)}; its group ${group} was not scaled down.`,
        }),
      ),
    )
}
