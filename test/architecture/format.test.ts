import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { check, resolveConfig } from 'prettier'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const suppressions = 'test/architecture/eslint-suppressions.json'

/** How often each rule is still broken, over all files. */
function brokenPerRule(text: string): Record<string, number> {
  const totals: Record<string, number> = {}
  const files = JSON.parse(text) as Record<string, Record<string, { count: number }>>
  for (const rules of Object.values(files)) {
    for (const [rule, { count }] of Object.entries(rules))
      totals[rule] = (totals[rule] ?? 0) + count
  }
  return totals
}

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** The text of the file as it was last committed, or nothing where there is no history to ask. */
function committed(path: string): string | undefined {
  try {
    return git('show', `HEAD:${path}`)
  } catch {
    return undefined
  }
}

describe('the formatter', () => {
  test('has the last word on a file: a line that it would break is refused', async () => {
    const options = { ...(await resolveConfig(`${root}/main/core.ts`)), parser: 'typescript' }
    const words = Array.from({ length: 20 }, (_, n) => `'word ${n}'`).join(', ')
    expect(await check(`export const long = [${words}]\n`, options)).toBe(false)
    expect(await check("export const short = ['word']\n", options)).toBe(true)
  })
})

describe('what is still too long', () => {
  const now = brokenPerRule(readFileSync(`${root}/${suppressions}`, 'utf8'))

  test('only limits of size are suppressed, and nothing else', () => {
    expect(Object.keys(now).filter((rule) => !rule.startsWith('max-lines'))).toEqual([])
  })

  test('may only shrink', ({ skip }) => {
    const before = committed(suppressions)
    if (!before) return skip('no git history here to compare with')
    const allowed = brokenPerRule(before)
    for (const [rule, count] of Object.entries(now))
      expect(count, rule).toBeLessThanOrEqual(allowed[rule] ?? 0)
  })
})
