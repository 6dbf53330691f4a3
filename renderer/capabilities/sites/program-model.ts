import type { ProgramFile, ProgramToRun } from '../../../preload/contract/programs'
import type { DiffLine } from '../../design'

/** The command word by word; a word that was not agreed to is new. */
export function commandWords({ words, before }: ProgramToRun): { text: string; isNew: boolean }[] {
  const known = new Map<string, number>()
  for (const word of before?.words ?? []) known.set(word, (known.get(word) ?? 0) + 1)
  return words.map((text) => {
    const left = known.get(text) ?? 0
    known.set(text, left - 1)
    return { text, isNew: before !== undefined && left <= 0 }
  })
}
/** Variables with their values, against what was agreed to. */
export function variableLines({ variables, before }: ProgramToRun): DiffLine[] {
  const line = ({ name, value }: { name: string; value: string }) => `${name}=${value}`
  const now = variables.map(line)
  const then = before?.variables.map(line) ?? now
  return [
    ...then.filter((text) => !now.includes(text)).map((text): DiffLine => ({ op: '-', text })),
    ...now.map((text): DiffLine => ({ op: then.includes(text) ? ' ' : '+', text })),
  ]
}
/** A script line by line, with its numbers. */
export const scriptLines = (lines: NonNullable<ProgramFile['lines']>): DiffLine[] =>
  lines.map(({ text, isNew }, at) => ({
    op: isNew ? '+' : ' ',
    text: `${String(at + 1).padStart(String(lines.length).length)}  ${text}`,
  }))
/** How much differs from what was agreed to; undefined where nothing was, or nothing does. */
export function changesOf(
  program: ProgramToRun,
): Record<'words' | 'variables' | 'files' | 'lines', number> | undefined {
  const { before, files, words } = program
  if (!before) return undefined
  const then = new Map(before.files.map(({ path, sha256 }) => [path, sha256]))
  const gone = before.words.length - words.length
  return {
    words: Math.max(commandWords(program).filter(({ isNew }) => isNew).length, gone),
    variables:
      variableLines(program).filter(({ op }) => op === '+').length ||
      variableLines(program).filter(({ op }) => op === '-').length,
    files: files.filter(({ path, sha256, lines }) => then.get(path) !== sha256 && !lines).length,
    lines: files.flatMap(({ lines = [] }) => lines.filter(({ isNew }) => isNew)).length,
  }
}
