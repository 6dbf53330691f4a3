/** A line as the node wrote it: its time in nanoseconds as text, and the rest. */
export interface Stamped {
  at: string
  text: string
}
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/

export function stamped(line: string): Stamped {
  const at = STAMP.exec(line)
  return at ? { at: at[1] ?? '', text: line.slice(at[0].length) } : { at: '', text: line }
}
/** The second a line was written in, which is all that can be asked for: `sinceTime` knows nothing finer. */
export const secondOf = (at: string): string => /^[^.Z+]{19}/.exec(at)?.[0] ?? ''

const LONGEST_UNBROKEN = 1_000_000

/** Cuts a stream of text into lines; the last piece is kept until its end comes. */
export class LineCutter {
  #rest = ''
  cut(text: string): string[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > LONGEST_UNBROKEN) {
      lines.push(this.#rest)
      this.#rest = ''
    }
    return lines
  }
  /** What came after the last line's end. */
  end(): string[] {
    const rest = this.#rest
    this.#rest = ''
    return rest === '' ? [] : [rest]
  }
}

/**
 * Joins a log that was broken off and opened again. A server can only be asked for whole seconds, so the lines of the last
 * second come once more: exactly those that were there before are dropped, as many times as they were there.
 */
export class Seam {
  #second = ''
  #seen = new Map<string, number>()
  #again = new Map<string, number>()
  /** Since when to ask after a break; undefined before the first line. */
  since(): string | undefined {
    return this.#second === '' ? undefined : `${this.#second}Z`
  }
  /** Call before a log that was broken off is read on. */
  reopened() {
    this.#again = new Map(this.#seen)
  }
  /** Whether a line is new. */
  take(line: string, at: string): boolean {
    const second = secondOf(at)
    const left = this.#again.get(line) ?? 0
    if (left > 0) {
      this.#again.set(line, left - 1)
      return false
    }
    if (second !== '' && this.#again.size > 0 && second < this.#second) return false
    if (second > this.#second) {
      this.#second = second
      this.#seen = new Map()
      this.#again = new Map()
    }
    if (second === this.#second) this.#seen.set(line, (this.#seen.get(line) ?? 0) + 1)
    return true
  }
}
