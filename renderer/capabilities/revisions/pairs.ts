import { words } from './words'

export type Pairs = { values: Record<string, string>; problem?: string }
/** Reads one name=value a line; the first line that is none is named. */
export function readPairs(text: string): Pairs {
  const values: Record<string, string> = {}
  for (const line of text
    .split('\n')
    .map((one) => one.trim())
    .filter(Boolean)) {
    const at = line.indexOf('=')
    const name = line.slice(0, at).trim()
    if (at < 1 || name === '') return { values, problem: words.badLine(line) }
    values[name] = line.slice(at + 1).trim()
  }
  return { values }
}
/** The same where every value has to be a number. */
export function readNumbers(text: string): { values: Record<string, number>; problem?: string } {
  const { values, problem } = readPairs(text)
  if (problem) return { values: {}, problem }
  const numbers: Record<string, number> = {}
  for (const [name, value] of Object.entries(values)) {
    const number = Number(value)
    if (value === '' || !Number.isFinite(number))
      return { values: {}, problem: words.badNumber(`${name}=${value}`) }
    numbers[name] = number
  }
  return { values: numbers }
}
