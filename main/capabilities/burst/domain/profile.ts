import type { Share } from './onprem'
import { at } from './trace'

/**
 * The GPUs of each node over the time to come: what running jobs and reservations leave free. A gang is placed as it would be in
 * the building (a small one on one node, a large one on whole nodes), so a reservation is never undone by fragmentation.
 */
export interface Profile {
  /** Starts over from now with every GPU that is free now. */
  reset(nowS: number, free: ArrayLike<number>): void
  /** Gives GPUs back at a later time, where a running job ends. */
  release(node: number, gpus: number, atS: number): void
  /** The earliest time at which the gang fits for so many seconds, and where; Infinity if never. */
  find(gpus: number, seconds: number): Slot
  /** As find, but only if it can start now. */
  findNow(gpus: number, seconds: number): Slot | undefined
  /** Whether exactly this slot is open. */
  fits(slot: Slot, seconds: number): boolean
  /** Holds a slot. */
  hold(slot: Slot, seconds: number): void
  /** Gives a held slot back. */
  free(slot: Slot, seconds: number): void
}
export interface Slot {
  startS: number
  shares: readonly Share[]
}

const NEVER: Slot = { startS: Infinity, shares: [] }

/** One node: `free[i]` GPUs from `times[i]` to `times[i + 1]`, the last step without end. */
class Steps {
  times = new Float64Array(32)
  free = new Int32Array(32)
  count = 1

  reset(nowS: number, gpus: number): void {
    this.count = 1
    this.times[0] = nowS
    this.free[0] = gpus
  }

  /** The step that holds at a time; makes one start there if none does. */
  private split(timeS: number): number {
    const index = this.indexAt(timeS)
    if (this.times[index] === timeS) return index
    if (this.count === this.times.length) this.grow()
    this.times.copyWithin(index + 2, index + 1, this.count)
    this.free.copyWithin(index + 2, index + 1, this.count)
    this.times[index + 1] = timeS
    this.free[index + 1] = at(this.free, index)
    this.count += 1
    return index + 1
  }

  private grow(): void {
    const [times, free] = [this.times, this.free]
    this.times = new Float64Array(this.count * 2)
    this.free = new Int32Array(this.count * 2)
    this.times.set(times)
    this.free.set(free)
  }

  private indexAt(timeS: number): number {
    let index = this.count - 1
    while (index > 0 && at(this.times, index) > timeS) index -= 1
    return index
  }

  freeAt(timeS: number): number {
    return at(this.free, this.indexAt(timeS))
  }

  change(fromS: number, toS: number, gpus: number): void {
    const first = this.split(fromS)
    const last = toS === Infinity ? this.count : this.split(toS)
    for (let index = first; index < last; index += 1) this.free[index] = at(this.free, index) + gpus
  }

  /** The earliest time from `fromS` on with the GPUs for the whole span; Infinity if that is later than `worthS`. */
  earliest(
    gpus: number,
    seconds: number,
    { fromS, worthS }: { fromS: number; worthS: number },
  ): number {
    const { times, free, count } = this
    let startS = -1
    for (let index = 0; index < count; index += 1) {
      if (at(free, index) < gpus) {
        startS = -1
        continue
      }
      const endS = index + 1 < count ? at(times, index + 1) : Infinity
      if (startS < 0) {
        if (endS <= fromS) continue
        startS = Math.max(at(times, index), fromS)
        if (startS > worthS) return Infinity
      }
      if (endS >= startS + seconds) return startS
    }
    return Infinity
  }

  nextChange(afterS: number): number {
    for (let index = 0; index < this.count; index += 1)
      if (at(this.times, index) > afterS) return at(this.times, index)
    return Infinity
  }
}

export function profile(nodes: number, gpusPerNode: number): Profile {
  const steps = Array.from({ length: nodes }, () => new Steps())
  let nowS = 0
  const stepsOf = (node: number): Steps => {
    const found = steps[node]
    if (!found) throw new Error(`There is no node ${node}`)
    return found
  }
  return {
    reset(fromS, free) {
      nowS = fromS
      steps.forEach((own, node) => own.reset(fromS, at(free, node)))
    },
    release(node, gpus, atS) {
      stepsOf(node).change(Math.max(atS, nowS), Infinity, gpus)
    },
    find(gpus, seconds) {
      if (gpus > nodes * gpusPerNode) return NEVER
      return gpus <= gpusPerNode
        ? onOneNode(steps, { gpus, seconds, worthS: Infinity })
        : onManyNodes(steps, { gpus, gpusPerNode }, seconds)
    },
    findNow(gpus, seconds) {
      const open = steps.reduce(
        (sum, own) => sum + (own.freeAt(nowS) >= Math.min(gpus, gpusPerNode) ? 1 : 0),
        0,
      )
      if (open * gpusPerNode < gpus) return undefined
      const slot =
        gpus <= gpusPerNode
          ? onOneNode(steps, { gpus, seconds, worthS: nowS })
          : onManyNodes(steps, { gpus, gpusPerNode }, seconds)
      return slot.startS <= nowS ? slot : undefined
    },
    fits: (slot, seconds) =>
      slot.startS >= nowS &&
      slot.startS < Infinity &&
      slot.shares.every(
        ({ node, gpus }) =>
          node < nodes &&
          stepsOf(node).earliest(gpus, seconds, { fromS: slot.startS, worthS: slot.startS }) ===
            slot.startS,
      ),
    hold(slot, seconds) {
      for (const { node, gpus } of slot.shares)
        stepsOf(node).change(slot.startS, slot.startS + seconds, -gpus)
    },
    free(slot, seconds) {
      for (const { node, gpus } of slot.shares)
        stepsOf(node).change(slot.startS, slot.startS + seconds, gpus)
    },
  }
}

function onOneNode(
  steps: readonly Steps[],
  { gpus, seconds, worthS }: { gpus: number; seconds: number; worthS: number },
): Slot {
  let [best, bestS, least] = [-1, worthS, Infinity]
  const from = { fromS: -Infinity, worthS: Infinity }
  for (let node = 0; node < steps.length; node += 1) {
    const own = steps[node]
    if (!own) continue
    from.worthS = bestS
    const startS = own.earliest(gpus, seconds, from)
    if (startS === Infinity) continue
    const room = own.freeAt(startS)
    if (startS < bestS || room < least) [best, bestS, least] = [node, startS, room]
  }
  return best < 0 ? NEVER : { startS: bestS, shares: [{ node: best, gpus }] }
}

/** Large gangs: tries each time at which enough nodes may be free together, earliest first. */
function onManyNodes(
  steps: readonly Steps[],
  size: { gpus: number; gpusPerNode: number },
  seconds: number,
): Slot {
  const rest = size.gpus % size.gpusPerNode
  const count = Math.floor(size.gpus / size.gpusPerNode)
  let fromS = -Infinity
  while (fromS < Infinity) {
    const starts = steps.map((own) =>
      own.earliest(size.gpusPerNode, seconds, { fromS, worthS: Infinity }),
    )
    const startS = starts.toSorted((a, b) => a - b)[count - 1] ?? Infinity
    if (startS === Infinity) return NEVER
    const open = (own: Steps, gpus: number) =>
      own.earliest(gpus, seconds, { fromS: startS, worthS: startS }) === startS
    const whole = steps
      .flatMap((own, node) => (open(own, size.gpusPerNode) ? [node] : []))
      .slice(0, count)
    const shares = whole.map((node) => ({ node, gpus: size.gpusPerNode }))
    if (shares.length === count) {
      const able =
        rest === 0
          ? []
          : steps.flatMap((own, node) =>
              !whole.includes(node) && open(own, rest) ? [{ node, room: own.freeAt(startS) }] : [],
            )
      const [last] = able.toSorted((a, b) => a.room - b.room)
      if (rest === 0) return { startS, shares }
      if (last) return { startS, shares: [...shares, { node: last.node, gpus: rest }] }
    }
    // A node that was free before may be taken by then: look again from the next change on.
    fromS = steps.reduce((soonest, own) => Math.min(soonest, own.nextChange(startS)), Infinity)
  }
  return NEVER
}
