import type { CloudOwnership } from '../../../../preload/contract/cloud'

export type { CloudOwnership }
export const TAG = {
  managed: 'takt.dev/managed',
  ownerCluster: 'takt.dev/owner-cluster',
  adoptedBy: 'takt.dev/adopted-by',
  run: 'takt.dev/run',
  site: 'takt.dev/site',
  pool: 'takt.dev/pool',
} as const
/** The cluster that something of an account belongs to; an account and a region may have many. */
export interface ClusterIdentity {
  region: string
  cluster: string
}
type Tags = Readonly<Record<string, string>>

const identityOf = ({ region, cluster }: ClusterIdentity) => `${region}/${cluster}`
/** What Takt writes on everything it makes in an account. */
export const madeTags = (owner: ClusterIdentity): Record<string, string> => ({
  [TAG.managed]: 'true',
  [TAG.ownerCluster]: identityOf(owner),
})
/** What a lead's choice writes on a node group that somebody else made. */
export const adoptedTags = (owner: ClusterIdentity, by: string): Record<string, string> => ({
  [TAG.adoptedBy]: by,
  [TAG.ownerCluster]: identityOf(owner),
})

const CLUSTER_TAG = /^kubernetes\.io\/cluster\/(.+)$/
/** The cluster that AWS or a controller in it wrote on a thing; undefined where none did. */
export const clusterOf = (tags: Tags): string | undefined =>
  tags['eks:cluster-name'] ??
  tags['KubernetesCluster'] ??
  Object.keys(tags).flatMap((key) => CLUSTER_TAG.exec(key)?.[1] ?? [])[0]

/**
 * Whose something is, from what is written on it alone: a name proves nothing. `bound` where AWS itself or the cluster ties it to this cluster, as a node group
 * is; only there Takt's mark without a cluster counts, which earlier versions wrote.
 */
export function ownershipOf(
  tags: Tags,
  { owner, bound = false }: { owner: ClusterIdentity; bound?: boolean },
): CloudOwnership {
  const marked = tags[TAG.managed] === 'true' ? 'made' : tags[TAG.adoptedBy] ? 'adopted' : undefined
  const told = tags[TAG.ownerCluster]
  if (marked === undefined) {
    const cluster = clusterOf(tags)
    return cluster !== undefined && cluster !== owner.cluster ? 'another-cluster' : 'unmarked'
  }
  if (told === undefined) return bound ? marked : 'unmarked'
  return told === identityOf(owner) ? marked : 'another-cluster'
}
/** Whether its size may be changed, and its machines closed, emptied and given back. */
export const mayChange = (ownership: CloudOwnership): boolean =>
  ownership === 'made' || ownership === 'adopted'
/** Whether it may be deleted: what was only adopted stays when Takt is done with it. */
export const mayDelete = (ownership: CloudOwnership): boolean => ownership === 'made'

/** Why something is not Takt's to touch, for people; undefined where it is. */
export function whoseSays(ownership: CloudOwnership, tags: Tags): string | undefined {
  switch (ownership) {
    case 'made':
    case 'adopted':
      return undefined
    case 'another-cluster':
      return `It belongs to ${tags[TAG.ownerCluster] ?? `cluster ${clusterOf(tags) ?? ''}`}.`
    case 'unmarked':
      return 'It does not carry the mark of this cluster: somebody else made it.'
  }
}
