import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Drift } from '../service'
import { openFrom } from './files'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-bundle-files-'))
  execFileSync('mkfifo', [join(folder, 'pipe.csv')])
  writeFileSync(join(folder, 'huge'), '')
  truncateSync(join(folder, 'huge'), 2 ** 36)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each<[what: string, path: () => string, says: string]>([
  ['a device without end', () => '/dev/zero', 'it is a device'],
  ['a pipe', () => join(folder, 'pipe.csv'), 'it is a named pipe'],
  ['a folder', () => folder, 'it is a folder'],
  ['a file larger than any bundle', () => join(folder, 'huge'), 'at most 64 MB'],
])('%s is no bundle, and nothing of it is read', async (_what, path, says) => {
  const before = process.memoryUsage.rss()
  const opened = await openFrom({} as Drift, { path: path() })
  expect(opened).toMatchObject({
    ok: false,
    failure: { code: 'INPUT_UNUSABLE', data: { says: expect.stringContaining(says) as string } },
  })
  expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 2 ** 20)
})
