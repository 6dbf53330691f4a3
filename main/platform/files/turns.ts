/** A few at a time: whoever comes later waits, and a turn ends when its work does, whether or not anybody still waits for it. */
export class Turns {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #working = 0
  constructor(most: number) {
    this.#most = most
  }
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#working >= this.#most)
      await new Promise<void>((begin) => {
        this.#waiting.push(begin)
      })
    else this.#working++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#working--
    }
  }
}
