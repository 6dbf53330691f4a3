import { at } from './trace'

/** The GPUs of the building, node by node. Jobs are placed as a gang and stay where they are until they end. */
export interface OnPrem {
  readonly nodes: number
  readonly gpusPerNode: number
  readonly free: Int32Array
  freeTotal(): number
  /** The nodes and GPUs that a gang would take now, by best fit; undefined where it does not fit. */
  find(gpus: number, allowed?: (node: number) => boolean): Share[] | undefined
  /** Whether exactly these shares are free. */
  holds(shares: readonly Share[]): boolean
  take(shares: readonly Share[]): void
  give(shares: readonly Share[]): void
}

export interface Share {
  node: number
  gpus: number
}

export function onPrem(nodes: number, gpusPerNode: number): OnPrem {
  const free = new Int32Array(nodes).fill(gpusPerNode)
  let total = nodes * gpusPerNode
  const fullest = (
    need: number,
    allowed: ((node: number) => boolean) | undefined,
    taken: Share[],
  ) => {
    let best = -1
    let least = gpusPerNode + 1
    for (let node = 0; node < nodes; node += 1) {
      const room = at(free, node)
      if (
        room >= need &&
        room < least &&
        (!allowed || allowed(node)) &&
        !taken.some((share) => share.node === node)
      )
        [best, least] = [node, room]
    }
    return best
  }
  const wholeNodes = (count: number, allowed: ((node: number) => boolean) | undefined) => {
    const shares: Share[] = []
    for (let node = 0; node < nodes && shares.length < count; node += 1) {
      if (at(free, node) === gpusPerNode && (!allowed || allowed(node)))
        shares.push({ node, gpus: gpusPerNode })
    }
    return shares.length === count ? shares : undefined
  }
  return {
    nodes,
    gpusPerNode,
    free,
    freeTotal: () => total,
    find(gpus, allowed) {
      if (gpus > total) return undefined
      const shares = wholeNodes(Math.floor(gpus / gpusPerNode), allowed)
      const rest = gpus % gpusPerNode
      if (!shares || rest === 0) return shares
      const node = fullest(rest, allowed, shares)
      return node < 0 ? undefined : [...shares, { node, gpus: rest }]
    },
    holds: (shares) => shares.every(({ node, gpus }) => at(free, node) >= gpus),
    take(shares) {
      for (const { node, gpus } of shares) {
        if (at(free, node) < gpus)
          throw new Error(`Node ${node} has ${at(free, node)} free GPUs, ${gpus} were asked for`)
        free[node] = at(free, node) - gpus
        total -= gpus
      }
    },
    give(shares) {
      for (const { node, gpus } of shares) {
        free[node] = at(free, node) + gpus
        total += gpus
      }
    },
  }
}
