import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { taktDrift as takt } from './testing/command'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-named-'))
  execFileSync('mkfifo', [join(folder, 'pipe')])
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})

const THINGS: [what: string, path: () => string, says: string][] = [
  ['a device without end', () => '/dev/zero', 'it is a device, which may never end'],
  ['a pipe', () => join(folder, 'pipe'), 'it is a named pipe, which may never end'],
  ['a folder', () => folder, 'it is a folder'],
  ['a file that is not there', () => join(folder, 'none'), 'there is no such file'],
]
const COMMANDS: [names: string, words: (file: string) => string[]][] = [
  ['verify FILE', (file) => ['verify', file]],
  ['join FILE', (file) => ['join', file, '--out', join(folder, 'out.takt')]],
  ['score --profile', (file) => ['score', '--profile', file, '--current', file]],
  [
    'watch --profile',
    (file) => ['watch', '--profile', file, '--current', file, '--time-column', 't'],
  ],
  [
    'lake --profile',
    (file) => ['lake', '--profile', file, '--server', 'http://127.0.0.1:9', '--table', 'a.b.c'],
  ],
]
test.each(
  COMMANDS.flatMap(([names, words]) =>
    THINGS.map(([what, path, says]) => [names, what, words, path, says] as const),
  ),
)('%s refuses %s in a sentence', async (_names, _what, words, path, says) => {
  const { out, err, code } = await takt(...words(path()))
  expect({ out, code }).toEqual({ out: '', code: 2 })
  expect(err).toContain(`${path()} cannot be read: ${says}.`)
})
test.each(THINGS.slice(0, 3))('compare refuses %s as a table', async (_what, path) => {
  const { out, err, code } = await takt('compare', '--reference', path(), '--current', path())
  expect({ out, code }).toEqual({ out: '', code: 2 })
  expect(err).toContain(path())
})
