import { z } from 'zod'

export interface HealthIssue {
  code: string
  message: string
  resourceIds?: string[]
}
export interface Pace {
  createMs: number
  updateMs: number
  deleteMs: number
}
/** How a cluster is reached that moto only knows by name. */
export interface Reach {
  endpoint: string
  ca: string
}
interface Life {
  createdAt?: number
  updatedAt?: number
  deletedAt?: number
  updateId?: string
  issues: HealthIssue[]
}

const Nodegroup = z.looseObject({
  nodegroupName: z.string(),
  status: z.string(),
  scalingConfig: z.looseObject({ desiredSize: z.number() }),
})
const WithNodegroup = z.looseObject({ nodegroup: Nodegroup })
const WithUpdate = z.looseObject({ update: z.looseObject({ id: z.string(), status: z.string() }) })
const WithCluster = z.looseObject({ cluster: z.looseObject({ name: z.string() }) })

export interface EksCall {
  method: string
  cluster: string
  group?: string
  rest?: string
}
export function readEksPath(method: string, path: string): EksCall | undefined {
  const [, cluster, group, rest] =
    /^\/clusters\/([^/]+)(?:\/node-groups\/?([^/]+)?(?:\/(.+))?)?$/.exec(path) ?? []
  return cluster === undefined
    ? undefined
    : {
        method,
        cluster,
        ...(group !== undefined && { group }),
        ...(rest !== undefined && { rest }),
      }
}

/** The time that node groups take and the trouble they have, over what moto does at once and without any. */
export class NodegroupLives {
  readonly clusters = new Map<string, Reach>()
  pace: Pace = { createMs: 300, updateMs: 200, deleteMs: 200 }
  readonly #lives = new Map<string, Life>()
  constructor(readonly now: () => number) {}

  #life(cluster: string, group: string): Life {
    const key = `${cluster}/${group}`
    const life = this.#lives.get(key) ?? { issues: [] }
    this.#lives.set(key, life)
    return life
  }
  /** What the group suffers from, as AWS reports it on the group; none heals it. */
  setHealth(cluster: string, group: string, issues: HealthIssue[]): void {
    this.#life(cluster, group).issues = issues
  }

  /** A group that is being deleted and the moment it may really go. */
  begin(call: EksCall): 'forward' | 'delete-later' {
    if (call.method !== 'DELETE' || call.group === undefined) return 'forward'
    const life = this.#life(call.cluster, call.group)
    life.deletedAt ??= this.now()
    return 'delete-later'
  }
  isGone(cluster: string, group: string): boolean {
    const { deletedAt } = this.#life(cluster, group)
    return deletedAt !== undefined && this.now() - deletedAt >= this.pace.deleteMs
  }
  /** The groups of a cluster that are on their way out. */
  deleting(cluster: string): string[] {
    return [...this.#lives]
      .filter(([key, { deletedAt }]) => key.startsWith(`${cluster}/`) && deletedAt !== undefined)
      .map(([key]) => key.slice(cluster.length + 1))
  }
  forget(cluster: string, group: string): void {
    this.#lives.delete(`${cluster}/${group}`)
  }

  /** Moto's answer as AWS would have given it. */
  rewrite(call: EksCall, json: unknown): unknown {
    const cluster = WithCluster.safeParse(json)
    if (cluster.success) return this.#reached(cluster.data)
    const update = WithUpdate.safeParse(json)
    if (update.success && call.group !== undefined)
      return this.#updating(call.cluster, call.group, update.data)
    const group = WithNodegroup.safeParse(json)
    return group.success ? this.#aged(call, group.data) : json
  }
  #reached(answer: z.infer<typeof WithCluster>): unknown {
    const reach = this.clusters.get(answer.cluster.name)
    return reach
      ? {
          cluster: {
            ...answer.cluster,
            version: '1.34',
            endpoint: reach.endpoint,
            certificateAuthority: { data: Buffer.from(reach.ca).toString('base64') },
          },
        }
      : answer
  }
  #updating(cluster: string, group: string, { update }: z.infer<typeof WithUpdate>): unknown {
    const life = this.#life(cluster, group)
    life.updatedAt = this.now()
    life.updateId = update.id
    return { update: { ...update, status: 'InProgress' } }
  }
  #aged(call: EksCall, { nodegroup }: z.infer<typeof WithNodegroup>): unknown {
    const life = this.#life(call.cluster, nodegroup.nodegroupName)
    if (call.method === 'POST' && call.group === undefined) life.createdAt = this.now()
    return {
      nodegroup: {
        ...nodegroup,
        version: '1.34',
        releaseVersion: '1.34.2-20261101',
        status: this.#status(life, nodegroup.status),
        health: { issues: life.issues },
      },
    }
  }
  #status(life: Life, otherwise: string): string {
    const within = (since: number | undefined, ms: number): boolean =>
      since !== undefined && this.now() - since < ms
    if (life.deletedAt !== undefined) return 'DELETING'
    if (within(life.createdAt, this.pace.createMs)) return 'CREATING'
    if (within(life.updatedAt, this.pace.updateMs)) return 'UPDATING'
    return life.issues.length > 0 ? 'DEGRADED' : otherwise
  }
  /** DescribeUpdate, which moto does not know; undefined where there was no such update. */
  update(cluster: string, group: string, id: string): object | undefined {
    const life = this.#life(cluster, group)
    if (life.updateId !== id) return undefined
    const under = this.now() - (life.updatedAt ?? 0) < this.pace.updateMs
    return {
      update: {
        id,
        status: under ? 'InProgress' : 'Successful',
        type: 'ConfigUpdate',
        params: [],
        errors: [],
      },
    }
  }
}
