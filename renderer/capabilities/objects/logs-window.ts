/** Height of a line in px, as the style sheet has it. */
export const LINE = 17
/** Browsers draw nothing taller than about 33 million px; a longer log is scrolled in proportion. */
const TALLEST = 16_000_000
export const BLOCK = 200

export interface Shape {
  first: number
  end: number
  height: number
}
const countOf = ({ first, end }: Shape) => Math.max(0, end - first)
export const fits = (shape: Shape) => Math.max(1, Math.floor(shape.height / LINE))
/** Height of everything that can be scrolled. */
export const fullHeight = (shape: Shape): number =>
  Math.max(shape.height, Math.min(countOf(shape) * LINE + LINE, TALLEST))

/** The first line in sight at a scroll position. */
export function lineAt(shape: Shape, scrollTop: number): number {
  const most = Math.max(0, countOf(shape) - fits(shape))
  const room = fullHeight(shape) - shape.height
  return room <= 0
    ? shape.first
    : shape.first + Math.min(most, Math.round((scrollTop / room) * most))
}
/** The scroll position that has a line in the middle. */
export function scrollTo(shape: Shape, line: number): number {
  const most = Math.max(0, countOf(shape) - fits(shape))
  if (most === 0) return 0
  const top = Math.min(most, Math.max(0, line - shape.first - Math.floor(fits(shape) / 2)))
  return (top / most) * (fullHeight(shape) - shape.height)
}
/** Starts of the blocks that hold some lines. */
export function blocksFor(from: number, count: number): number[] {
  const start = Math.floor(from / BLOCK) * BLOCK
  return Array.from(
    { length: Math.max(1, Math.ceil((from + count - start) / BLOCK)) },
    (_unused, index) => start + index * BLOCK,
  )
}

const ESCAPES = /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*(?:\x07|\x1b\\)/g
/** Text without the colours and movements meant for terminals. */
export const readable = (text: string): string => text.replace(ESCAPES, '').replace(/\r/g, '')
export const isTrouble = (text: string): boolean =>
  /\b(error|fatal|panic|exception|traceback|killed|refused|failed|oom)\b/i.test(text)
/** Time of day with milliseconds of a line's stamp. */
export const timeOf = (at: string): string =>
  /T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/
    .exec(at)?.[1]
    ?.padEnd(12, '0')
    .replace(/^(\d\d:\d\d:\d\d)0*$/, '$1') ?? ''

export interface Piece {
  text: string
  hit: boolean
}
/** A line cut where it matches; one piece where nothing is sought, or the expression is none. */
export function pieces(
  text: string,
  needle: { text: string; regex: boolean; matchCase: boolean } | undefined,
): Piece[] {
  if (!needle || needle.text === '') return [{ text, hit: false }]
  try {
    const source = needle.regex ? needle.text : needle.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const parts = text
      .slice(0, 2000)
      .split(new RegExp(`(${source})`, needle.matchCase ? 'u' : 'iu'))
    // A pattern with groups of its own would tear the line apart in other places.
    return parts.length % 2 === 1 && parts.join('') === text.slice(0, 2000)
      ? [
          ...parts.map((part, index) => ({ text: part, hit: index % 2 === 1 })),
          { text: text.slice(2000), hit: false },
        ].filter((part) => part.text !== '')
      : [{ text, hit: false }]
  } catch {
    return [{ text, hit: false }]
  }
}
