import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explain } from '../../../preload/contract/explain'
import { readRegularFile, readRegularText, readRegularTextSync, refusalOf, Turns } from '.'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string, content: string | Buffer = '') => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const pipe = (name = 'pipe') => {
  execFileSync('mkfifo', [join(folder, name)])
  return join(folder, name)
}
const LIMITS = { mostBytes: 1000 }

const refusals: [what: string, make: () => string | Promise<string>, cause: RegExp][] = [
  ['a folder', () => folder, /it is a folder/],
  ['a device', () => '/dev/zero', /it is a device/],
  ['a pipe', () => pipe(), /it is a named pipe/],
  [
    'a link to a pipe',
    () => {
      symlinkSync(pipe('p'), join(folder, 'link'))
      return join(folder, 'link')
    },
    /it is a named pipe/,
  ],
  [
    'a link to itself',
    () => {
      symlinkSync('round', join(folder, 'round'))
      return join(folder, 'round')
    },
    /lead round in a circle/,
  ],
  [
    'a file that is too large',
    () => at('large', Buffer.alloc(1001)),
    /it has 1 kB, and at most 1 kB/,
  ],
  [
    'a file of holes that would fill the memory',
    () => {
      const file = at('holes')
      truncateSync(file, 2 ** 40)
      return file
    },
    /it has 1048576 MB/,
  ],
  ['what is not there', () => join(folder, 'none'), /there is no such file/],
  ['a name that no file can have', () => 'a\0b', /no file can be called that/],
]
test.each(refusals)(
  '%s is refused with a sentence, at once and later',
  async (_what, make, cause) => {
    const file = await make()
    const refused = await readRegularFile(file, LIMITS)
    const said = refused.ok ? '' : explain(refused.failure)
    expect(said).toMatchObject({ says: expect.stringMatching(cause) as string })
    expect(said && said.remedy).not.toBe('')
    expect(readRegularTextSync(file, LIMITS.mostBytes)).toEqual(refused)
    expect(await refusalOf(file, LIMITS)).toEqual(refused)
  },
)

test('a socket is refused', async () => {
  const server = createServer()
  const file = join(folder, 's')
  await new Promise<void>((listening) => server.listen(file, listening))
  try {
    expect(await readRegularFile(file, LIMITS)).toMatchObject({
      failure: { data: { cause: 'it is a socket' } },
    })
  } finally {
    server.close()
  }
})

test('reads the whole of a file, whatever its size', async () => {
  for (const size of [0, 1, 999, 2 ** 20, 3 * 2 ** 20 + 7]) {
    const bytes = Buffer.alloc(size, 'takt')
    const read = await readRegularFile(at('file', bytes), { mostBytes: 2 ** 23 })
    expect(read.ok && read.value.equals(bytes)).toBe(true)
  }
  const read = await readRegularText(at('text', 'grüße'), LIMITS)
  expect(read).toEqual({ ok: true, value: 'grüße' })
  expect(readRegularTextSync(at('text', 'grüße'), 100)).toEqual(read)
})

test.skipIf(process.getuid?.() === 0)('a file that may not be read says so', async () => {
  const file = at('secret', 'x')
  chmodSync(file, 0)
  expect(await readRegularFile(file, LIMITS)).toMatchObject({
    failure: { data: { cause: 'you may not read it' } },
  })
})

test('pipes that nobody writes into hold up no other file work', async () => {
  const pipes = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => pipe(name))
  const asked = pipes.map((file) => readRegularFile(file, LIMITS))
  expect(await readFile(at('other', 'goes on'), 'utf8')).toBe('goes on')
  expect((await Promise.all(asked)).every((read) => !read.ok)).toBe(true)
})

test('a caller who gives up gets the abort', async () => {
  const life = new AbortController()
  const reading = readRegularFile(at('x', 'y'), LIMITS, life.signal)
  life.abort(new Error('gone'))
  await expect(reading).rejects.toThrow('gone')
})

test('a disk that hangs takes two turns and no more, and a turn that ends lets the next begin', async () => {
  const turns = new Turns(2)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string) =>
    turns.take(() => {
      begun.push(name)
      return new Promise<void>((end) => ends.set(name, end))
    })
  const all = ['a', 'b', 'c', 'd'].map(work)
  expect(begun).toEqual(['a', 'b'])
  ends.get('b')?.()
  await all[1]
  await expect.poll(() => begun).toEqual(['a', 'b', 'c'])
  for (const name of ['a', 'c']) ends.get(name)?.()
  await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd'])
  ends.get('d')?.()
  await Promise.all(all)
})
