/** A function that never falls: linear between its points, constant beyond them. */
export interface Monotone {
  x: number[]
  y: number[]
}

/** Isotonic least squares by pooling adjacent violators (Barlow, Bartholomew, Bremner, Brunk 1972); equal x are averaged first. */
export function fitIsotonic(x: ArrayLike<number>, y: ArrayLike<number>): Monotone {
  const order = Array.from(x, (_, at) => at).sort((a, b) => (x[a] as number) - (x[b] as number))
  const blocks: { from: number; to: number; sum: number; weight: number }[] = []
  for (const at of order) {
    const value = x[at] as number,
      last = blocks[blocks.length - 1]
    if (last && last.from === value && last.to === value) {
      last.sum += y[at] as number
      last.weight++
    } else blocks.push({ from: value, to: value, sum: y[at] as number, weight: 1 })
  }
  const pooled: typeof blocks = []
  for (const block of blocks) {
    let own = block
    for (
      let last = pooled[pooled.length - 1];
      last && last.sum / last.weight >= own.sum / own.weight;
      last = pooled[pooled.length - 1]
    ) {
      own = {
        from: last.from,
        to: own.to,
        sum: last.sum + own.sum,
        weight: last.weight + own.weight,
      }
      pooled.pop()
    }
    pooled.push(own)
  }
  const points = pooled.flatMap(
    ({ from, to, sum, weight }) =>
      (from === to
        ? [[from, sum / weight]]
        : [
            [from, sum / weight],
            [to, sum / weight],
          ]) as [number, number][],
  )
  return { x: points.map(([at]) => at), y: points.map(([, value]) => value) }
}

export function evaluate({ x, y }: Monotone, at: number): number {
  let low = 0,
    high = x.length - 1
  if (at <= (x[0] as number)) return y[0] as number
  if (at >= (x[high] as number)) return y[high] as number
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((x[middle] as number) <= at) low = middle
    else high = middle
  }
  const left = x[low] as number,
    right = x[high] as number,
    a = y[low] as number,
    b = y[high] as number
  return a + ((b - a) / (right - left)) * (at - left)
}
