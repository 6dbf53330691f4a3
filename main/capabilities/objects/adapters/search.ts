import { setImmediate } from 'node:timers/promises'
import { createContext, Script } from 'node:vm'
import type { LogLine } from '../../../../preload/contract/objects'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'

export interface Needle {
  text: string
  regex: boolean
  matchCase: boolean
}
interface Lines {
  readonly first: number
  readonly end: number
  read(from: number, count: number): LogLine[]
}
const BLOCK = 4000
const PATTERN_LIMIT_MS = 250
const LONGEST_TRIED = 4000

/** Every line that matches one needle, found once and continued as lines come. Gives way between blocks, so that nothing waits for it. */
export class Search {
  readonly #lines: Lines
  readonly #tell: (texts: string[]) => boolean[]
  #found: number[] = []
  #scanned = 0
  constructor(lines: Lines, needle: Needle) {
    this.#lines = lines
    this.#tell = teller(needle)
  }
  /** Scans what is new; the numbers of all lines that match and are still there. */
  async all(signal?: AbortSignal): Promise<Outcome<number[]>> {
    try {
      while (this.#scanned < this.#lines.end) {
        signal?.throwIfAborted()
        const from = Math.max(this.#scanned, this.#lines.first)
        const block = this.#lines.read(from, BLOCK)
        const tells = this.#tell(block.map(({ text }) => text))
        for (const [index, matches] of tells.entries())
          if (matches) this.#found.push(block[index]?.n ?? 0)
        this.#scanned = from + block.length
        await setImmediate()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      return fail(
        failure('INVALID', {
          issues: [
            {
              path: 'needle.text',
              says: 'this expression takes too long on these lines; make it simpler',
            },
          ],
        }),
      )
    }
    const { first } = this.#lines
    if ((this.#found[0] ?? first) < first) this.#found = this.#found.filter((n) => n >= first)
    return succeed(this.#found)
  }
}

/** The expression of a needle, or what is wrong with it. */
export function expressionOf({ text, regex, matchCase }: Needle): Outcome<RegExp> {
  try {
    return succeed(
      new RegExp(
        regex ? text : text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
        matchCase ? 'u' : 'iu',
      ),
    )
  } catch (error) {
    return fail(
      failure('INVALID', {
        issues: [
          {
            path: 'needle.text',
            says: error instanceof Error ? error.message : 'this is no regular expression',
          },
        ],
      }),
    )
  }
}

function teller(needle: Needle): (texts: string[]) => boolean[] {
  if (!needle.regex) return plain(needle)
  // A pattern can take for ever on a line made for it; only inside a context of its own can it be stopped.
  const script = new Script('lines.map((line) => pattern.test(line))')
  const context = createContext({
    lines: [],
    pattern: undefined,
    source: needle.text,
    flags: needle.matchCase ? 'u' : 'iu',
  })
  new Script('pattern = new RegExp(source, flags)').runInContext(context)
  return (texts) => {
    Object.assign(context, { lines: texts.map((text) => text.slice(0, LONGEST_TRIED)) })
    return script.runInContext(context, { timeout: PATTERN_LIMIT_MS }) as boolean[]
  }
}
function plain({ text, matchCase }: Needle): (texts: string[]) => boolean[] {
  if (matchCase) return (texts) => texts.map((line) => line.includes(text))
  const low = text.toLowerCase()
  return (texts) => texts.map((line) => line.toLowerCase().includes(low))
}

export interface Hit {
  line?: number
  nth: number
  matches: number
  wrapped: boolean
}
/** The next or previous hit as seen from a line, going round at the ends. */
export function hitFrom(
  found: readonly number[],
  from: number,
  direction: 'next' | 'previous',
): Hit {
  if (found.length === 0) return { nth: 0, matches: 0, wrapped: false }
  const after = firstAbove(found, direction === 'next' ? from : from - 1)
  const wanted = direction === 'next' ? after : after - 1
  const index = (wanted + found.length) % found.length
  return {
    line: found[index] ?? 0,
    nth: index + 1,
    matches: found.length,
    wrapped: index !== wanted,
  }
}
function firstAbove(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}
