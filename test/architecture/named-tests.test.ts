import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const README = 'main/hosts/README.md'
const text = readFileSync(join(root, README), 'utf8')

const files = new Map(
  ['main', 'preload', 'renderer', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.test\.tsx?$/.test(file))
      .map((file) => [basename(file), join(root, folder, file)] as const),
  ),
)
/** Titles as they stand in a test file, in whichever quotes. */
const titlesOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(['`"])((?:\\.|(?!\1).)+)\1/g)].map(
    ([, , title = '']) => title,
  )
const NAMED = /`([\w-]+\.test\.tsx?)`(?:: ([^;|\n]+))?/g
const named = [...text.matchAll(NAMED)].map(([, file = '', title = '']) => ({
  file,
  title: title.trim(),
}))

test.each(named)('$file has a test that begins "$title"', ({ file, title }) => {
  const path = files.get(file)
  expect(path, `${README} names ${file}`).toBeDefined()
  expect(titlesOf(path ?? '').some((one) => one.startsWith(title))).toBe(true)
})

test('every row of the Electron checklist names a test, and all twenty points are there', () => {
  const section = text.slice(text.indexOf('## The Electron checklist'))
  const rows = section
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const points = rows.flatMap(([, point = '']) => /^[\d, ]+/.exec(point)?.[0].match(/\d+/g) ?? [])
  expect(points.map(Number)).toEqual(Array.from({ length: 20 }, (_none, at) => at + 1))
  for (const [, point = '', , says = ''] of rows)
    expect(says, point).toMatch(/`[\w-]+\.test\.tsx?`: |^the same/)
})
