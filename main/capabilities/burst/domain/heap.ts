import { at } from './trace'

/**
 * A min-heap of numbers by time; equal times come out in the order they went in, so that a replay is reproducible. Parallel typed arrays
 * instead of nodes: a replay pushes tens of thousands of events and should leave nothing to collect.
 */
export class TimeHeap {
  private times = new Float64Array(1024)
  private orders = new Float64Array(1024)
  private items = new Int32Array(1024)
  private count = 0
  private pushed = 0

  get size(): number {
    return this.count
  }

  /** The earliest time, Infinity when empty. */
  peekTime(): number {
    return this.count === 0 ? Infinity : at(this.times, 0)
  }

  push(time: number, item: number): void {
    if (this.count === this.times.length) this.grow()
    let index = this.count++
    const order = this.pushed++
    while (index > 0 && this.above(time, order, (index - 1) >> 1)) {
      this.copy((index - 1) >> 1, index)
      index = (index - 1) >> 1
    }
    this.times[index] = time
    this.orders[index] = order
    this.items[index] = item
  }

  /** Removes and answers the earliest item, -1 when empty. */
  pop(): number {
    if (this.count === 0) return -1
    const item = at(this.items, 0)
    this.count -= 1
    if (this.count > 0) this.sink()
    return item
  }

  /** Moves the last entry to the hole at the top and down to its place. */
  private sink(): void {
    const last = this.count
    const [time, order] = [at(this.times, last), at(this.orders, last)]
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= last) break
      if (
        child + 1 < last &&
        this.above(at(this.times, child + 1), at(this.orders, child + 1), child)
      )
        child += 1
      if (this.above(time, order, child)) break
      this.copy(child, hole)
      hole = child
    }
    this.copy(last, hole)
  }

  private above(time: number, order: number, index: number): boolean {
    const other = at(this.times, index)
    return time < other || (time === other && order < at(this.orders, index))
  }

  private copy(from: number, to: number): void {
    this.times[to] = at(this.times, from)
    this.orders[to] = at(this.orders, from)
    this.items[to] = at(this.items, from)
  }

  private grow(): void {
    const [times, orders, items] = [this.times, this.orders, this.items]
    this.times = new Float64Array(this.count * 2)
    this.orders = new Float64Array(this.count * 2)
    this.items = new Int32Array(this.count * 2)
    this.times.set(times)
    this.orders.set(orders)
    this.items.set(items)
  }
}
