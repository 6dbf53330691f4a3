import { setImmediate } from 'node:timers/promises'
import { parseJson } from './failures'

/** Above this many characters an answer is parsed piece by piece, so that no piece holds up the core for longer than some milliseconds. */
const AT_ONCE = 3_000_000
const PIECE = 400_000

const QUOTE = 34,
  BACKSLASH = 92,
  OPEN_LIST = 91,
  CLOSE_LIST = 93,
  OPEN_MAP = 123,
  CLOSE_MAP = 125,
  COMMA = 44

/**
 * Parses an answer whose bulk is one top-level list: first everything around the list, then its items in pieces, with the event loop let
 * in between. Answers undefined as envelope where the text is no JSON object.
 */
export async function* parsedInPieces(
  text: string,
  field: string,
  { atOnce, piece } = { atOnce: AT_ONCE, piece: PIECE },
): AsyncGenerator<Piece, void> {
  const list = text.length > atOnce ? findList(text, field) : undefined
  if (list === undefined) return yield parsedWhole(text, field)
  const cuts = cutsOf(text, { from: list, piece })
  const end = cuts.at(-1)
  const envelope =
    end === undefined ? undefined : asRecord(parseJson(`${text.slice(0, list)}${text.slice(end)}`))
  if (!envelope) return yield NOTHING
  let from = list
  for (const to of cuts) {
    const items = parseJson(`[${text.slice(from, to)}]`)
    if (!Array.isArray(items)) return yield NOTHING
    yield { envelope, items }
    from = to + 1
    await setImmediate()
  }
}
interface Piece {
  envelope: Record<string, unknown> | undefined
  items: unknown[]
}
const NOTHING: Piece = { envelope: undefined, items: [] }
function parsedWhole(text: string, field: string): Piece {
  const envelope = asRecord(parseJson(text))
  const items = envelope?.[field]
  return { envelope, items: Array.isArray(items) ? items : [] }
}

const MANAGERS = '"managedFields":['
/**
 * The text of a JSON document without the entries of its lists of managed fields: they are half of what a server sends, nobody here reads them, and stepping
 * over them costs a third of parsing them.
 */
export function withoutManagers(text: string): string {
  let kept = ''
  let from = 0
  for (let found = text.indexOf(MANAGERS); found !== -1; found = text.indexOf(MANAGERS, from)) {
    const open = found + MANAGERS.length - 1
    const close = endOfList(text, open)
    if (close === undefined) break
    kept += `${text.slice(from, open)}[]`
    from = close + 1
  }
  return from === 0 ? text : kept + text.slice(from)
}
/** Where the list that opens here ends. */
function endOfList(text: string, open: number): number | undefined {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === OPEN_MAP || code === OPEN_LIST) depth++
    else if ((code === CLOSE_MAP || code === CLOSE_LIST) && --depth === 0) return at
  }
  return undefined
}

const asRecord = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined

/** Where the items of a top-level list begin; undefined where there is no such list. */
function findList(text: string, field: string): number | undefined {
  const opening = new RegExp(`"${field}"\\s*:\\s*\\[`, 'g')
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    if (depthAt(text, found.index) === 1) return found.index + found[0].length
  }
  return undefined
}
function depthAt(text: string, end: number): number {
  let depth = 0
  for (let at = 0; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === OPEN_MAP || code === OPEN_LIST) depth++
    else if (code === CLOSE_MAP || code === CLOSE_LIST) depth--
  }
  return depth
}
/** The closing quote of a string that opens here. */
function endOfString(text: string, open: number): number {
  for (
    let close = text.indexOf('"', open + 1);
    close !== -1;
    close = text.indexOf('"', close + 1)
  ) {
    let slashes = 0
    while (text.charCodeAt(close - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return close
  }
  return text.length
}
/** The commas between items at which to cut, about `piece` characters apart, and the bracket that ends the list. */
function cutsOf(text: string, { from, piece }: { from: number; piece: number }): number[] {
  const cuts: number[] = []
  let depth = 0
  let next = from + piece
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === OPEN_MAP || code === OPEN_LIST) depth++
    else if (code === CLOSE_LIST && depth === 0) return [...cuts, at]
    else if (code === CLOSE_MAP || code === CLOSE_LIST) depth--
    else if (code === COMMA && depth === 0 && at >= next) {
      cuts.push(at)
      next = at + piece
    }
  }
  return []
}
