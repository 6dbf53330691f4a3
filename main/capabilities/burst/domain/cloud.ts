import type { Share } from './onprem'
import type { Snapshot } from './snapshot'

/** What a kind of cloud node costs and how long it takes to boot; a pool with `available` is spot capacity of one zone. */
export interface PoolTerms {
  name: string
  usdPerNodeHour: number
  /** Where they differ from the cloud's own. */
  gpusPerNode?: number
  bootS?: number
  /** True while the zone hands out spot nodes; absent for on-demand. */
  spot?: SpotRecord
}
export interface SpotRecord {
  availableAt(timeS: number): boolean
  /** The first time after the given one at which availability changes, in seconds. */
  nextChangeS(timeS: number): number
  /** Since when availability is as it is at the given time; what lies before the record counts as unknown. */
  sinceS(timeS: number): number
  /** How long the zone stayed up at a time, on average, as observed by then. */
  meanUpS(timeS: number): number
}

export interface CloudNode {
  readonly id: number
  readonly pool: number
  readonly launchS: number
  readonly readyS: number
  /** When the last job on it is expected to end; what it is billed until then is committed. */
  expectedEndS: number
  releaseS: number
  free: number
  jobs: number
}

/** Where a gang would go in a pool: room on running nodes and how many nodes would be launched for it. */
export interface Offer {
  pool: number
  existing: { node: CloudNode; gpus: number }[]
  launch: number[]
  startS: number
  usd: number
}

export const BOOT_S = 360
export const P4D_USD_PER_HOUR = 21.957642

/** Cloud nodes from launch to release, packed by best fit within a pool. */
export class Cloud {
  readonly nodes: CloudNode[] = []
  private readonly active = new Set<CloudNode>()
  private releasedUsd = 0

  constructor(
    readonly pools: readonly PoolTerms[],
    readonly gpusPerNode: number,
    readonly bootS = BOOT_S,
  ) {}

  /** The cloud as a snapshot shows it: nodes that run now, with what is free on them. */
  static of(snapshot: Snapshot): Cloud {
    const terms = snapshot.pools.map(({ name, usdPerNodeHour, gpusPerNode, bootS }) => ({
      name,
      usdPerNodeHour,
      gpusPerNode,
      bootS,
    }))
    const cloud = new Cloud(terms, 8)
    snapshot.pools.forEach(({ nodes, gpusPerNode }, pool) => {
      for (const { free, readyS, expectedEndS } of nodes) {
        const node = cloud.launch(pool, snapshot.nowS)
        Object.assign(node, { free, readyS, expectedEndS, jobs: free < gpusPerNode ? 1 : 0 })
      }
    })
    return cloud
  }

  private size(pool: number): number {
    return this.pools[pool]?.gpusPerNode ?? this.gpusPerNode
  }
  private boot(pool: number): number {
    return this.pools[pool]?.bootS ?? this.bootS
  }

  get activeNodes(): ReadonlySet<CloudNode> {
    return this.active
  }

  usdPerSecond(pool: number): number {
    return (this.pools[pool]?.usdPerNodeHour ?? 0) / 3600
  }

  /** What placing a gang for the given seconds would take and cost on top of what is committed already. */
  offer(
    gpus: number,
    seconds: number,
    where: { nowS: number; pool: number; /** Until its data is there. */ dataS?: number },
  ): Offer {
    const { nowS, pool, dataS = 0 } = where
    const size = this.size(pool)
    const rest = gpus % size
    const launch: number[] = []
    for (let left = gpus; left >= size; left -= size) launch.push(size)
    const node = rest > 0 ? this.fullest(rest, pool) : undefined
    if (rest > 0 && !node) launch.push(rest)
    const startS = Math.max(
      nowS + dataS,
      node?.readyS ?? nowS,
      launch.length > 0 ? nowS + this.boot(pool) : nowS,
    )
    const endS = startS + seconds
    const extra = node ? Math.max(0, endS - Math.max(node.expectedEndS, nowS)) : 0
    const usd = (extra + launch.length * (endS - nowS)) * this.usdPerSecond(pool)
    return { pool, existing: node ? [{ node, gpus: rest }] : [], launch, startS, usd }
  }

  private fullest(need: number, pool: number): CloudNode | undefined {
    let best: CloudNode | undefined
    for (const node of this.active) {
      if (node.pool !== pool || node.free < need) continue
      if (!best || node.free < best.free || (node.free === best.free && node.readyS < best.readyS))
        best = node
    }
    return best
  }

  /** Takes an offer: launches what it needs and answers each node's share. */
  take(offer: Offer, nowS: number, expectedEndS: number): Share[] {
    const placed = [...offer.existing]
    for (const gpus of offer.launch) placed.push({ node: this.launch(offer.pool, nowS), gpus })
    return placed.map(({ node, gpus }) => {
      node.free -= gpus
      node.jobs += 1
      node.expectedEndS = Math.max(node.expectedEndS, expectedEndS)
      return { node: node.id, gpus }
    })
  }

  private launch(pool: number, nowS: number): CloudNode {
    const readyS = nowS + this.boot(pool)
    const node = {
      id: this.nodes.length,
      pool,
      launchS: nowS,
      readyS,
      expectedEndS: readyS,
      releaseS: Infinity,
      free: this.size(pool),
      jobs: 0,
    }
    this.nodes.push(node)
    this.active.add(node)
    return node
  }

  /** Gives GPUs back; a node with nothing left on it is released at once. */
  give(shares: readonly Share[], nowS: number): void {
    for (const { node: id, gpus } of shares) {
      const node = this.nodes[id]
      if (!node) continue
      node.free += gpus
      node.jobs -= 1
      if (node.jobs > 0) continue
      node.releaseS = nowS
      this.active.delete(node)
      this.releasedUsd += (nowS - node.launchS) * this.usdPerSecond(node.pool)
    }
  }

  /** Dollars that a second costs with the nodes that run now. */
  usdPerSecondNow(): number {
    let usd = 0
    for (const node of this.active) usd += this.usdPerSecond(node.pool)
    return usd
  }

  /** Dollars billed up to the given time. */
  spentUsd(nowS: number): number {
    let usd = this.releasedUsd
    for (const node of this.active) usd += (nowS - node.launchS) * this.usdPerSecond(node.pool)
    return usd
  }

  /** Dollars billed so far plus what the jobs already placed will still cost if they end when expected. */
  committedUsd(nowS: number): number {
    let usd = this.releasedUsd
    for (const node of this.active)
      usd += (Math.max(nowS, node.expectedEndS) - node.launchS) * this.usdPerSecond(node.pool)
    return usd
  }
}
