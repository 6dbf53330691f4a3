/** The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998): the stream that published splits were drawn from, so that they can be drawn again. */
export class Twister {
  private readonly state = new Uint32Array(624)
  private place = 624
  constructor(seed: number) {
    this.state[0] = seed >>> 0
    for (let at = 1; at < 624; at++) {
      const before = this.state[at - 1] as number
      this.state[at] = (Math.imul(1_812_433_253, before ^ (before >>> 30)) + at) >>> 0
    }
  }
  private twist(): void {
    const { state } = this
    for (let at = 0; at < 624; at++) {
      const mixed =
        ((state[at] as number) & 0x8000_0000) | ((state[(at + 1) % 624] as number) & 0x7fff_ffff)
      state[at] =
        (state[(at + 397) % 624] as number) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908_b0df : 0)
    }
    this.place = 0
  }
  /** 32 uniform bits. */
  bits(): number {
    if (this.place >= 624) this.twist()
    let y = this.state[this.place++] as number
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return (y ^ (y >>> 18)) >>> 0
  }
  /** Uniform in 0..most, by drawing again what lies above. */
  upTo(most: number): number {
    const mask = most === 0 ? 0 : 2 ** (32 - Math.clz32(most)) - 1
    for (;;) {
      const value = (this.bits() & mask) >>> 0
      if (value <= most) return value
    }
  }
  /** Shuffles in place from the end. */
  shuffle(items: number[]): number[] {
    for (let at = items.length - 1; at > 0; at--) {
      const other = this.upTo(at),
        item = items[at] as number
      items[at] = items[other] as number
      items[other] = item
    }
    return items
  }
}

/** How many of each class to draw so that shares are kept: rounded down, then the largest remainders get one more. */
function drawCounts(counts: readonly number[], draws: number, random: Twister): number[] {
  const all = counts.reduce((a, b) => a + b, 0),
    exact = counts.map((count) => (count / all) * draws),
    drawn = exact.map(Math.floor)
  let missing = Math.round(draws - drawn.reduce((a, b) => a + b, 0))
  const rest = exact.map((value, at) => value - (drawn[at] as number))
  for (const value of [...new Set(rest)].sort((a, b) => b - a)) {
    if (missing <= 0) break
    const those = rest.flatMap((other, at) => (other === value ? [at] : [])),
      order = random.shuffle(those.map((_, at) => at))
    for (const at of order.slice(0, missing))
      drawn[those[at] as number] = (drawn[those[at] as number] as number) + 1
    missing -= Math.min(missing, those.length)
  }
  return drawn
}

export interface Split {
  train: number[]
  test: number[]
}
/** Splits off a tenth of the rows at random, a number of times, keeping the share of both classes (scikit-learn's stratified shuffle with this seed). */
export function stratifiedSplits(
  truth: Uint8Array,
  { splits, seed }: { splits: number; seed: number },
): Split[] {
  const random = new Twister(seed),
    classes = [0, 1]
      .map((of) =>
        Array.from(truth, (value, at) => (value === of ? at : -1)).filter((at) => at >= 0),
      )
      .filter((rows) => rows.length > 0)
  const test = Math.ceil(truth.length * 0.1),
    train = truth.length - test,
    counts = classes.map((rows) => rows.length)
  return Array.from({ length: splits }, () => {
    const ofTrain = drawCounts(counts, train, random),
      ofTest = drawCounts(
        counts.map((count, at) => count - (ofTrain[at] as number)),
        test,
        random,
      )
    const split: Split = { train: [], test: [] }
    classes.forEach((rows, at) => {
      const order = random
          .shuffle(rows.map((_, index) => index))
          .map((index) => rows[index] as number),
        cut = ofTrain[at] as number
      split.train.push(...order.slice(0, cut))
      split.test.push(...order.slice(cut, cut + (ofTest[at] as number)))
    })
    return { train: random.shuffle(split.train), test: random.shuffle(split.test) }
  })
}
