import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { buildKubeconfigWorker } from '../../../test/support/kubeconfig-worker'
import { readHere } from '../../../test/support/kubeconfigs'
import { failure, type Failure } from '../../../preload/contract/failures'
import type { SiteState } from '../../../preload/contract/sites'
import { silentLog } from '../../platform/log'
import type { KubeContext } from './adapters/kubeconfig-files'
import { threadReader, type KubeconfigReader } from './adapters/kubeconfig-thread'
import { Kubeconfigs } from './kubeconfigs'

let folder: string
let clock: HandClock
let opened: Kubeconfigs[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-kubeconfigs-'))
  clock = new HandClock()
})
afterEach(() => {
  for (const one of opened) one.close()
  opened = []
  rmSync(folder, { recursive: true, force: true })
})
const idle = ({ id, cluster }: KubeContext): SiteState => ({
  id,
  name: id,
  place: 'on-prem',
  meta: '',
  simulated: false,
  state: 'idle',
  home: false,
  server: cluster.server,
  prepared: 'unknown',
  offers: [],
})
function open(reader: KubeconfigReader, file = join(folder, 'config')) {
  const list = new Kubeconfigs({
    reader,
    clock,
    log: silentLog,
    places: () => [{ path: file, asked: true }],
    idle,
    changed: () => undefined,
  })
  opened.push(list)
  list.refresh()
  return list
}
const all = (list: Kubeconfigs, filter = '') => list.page({ filter, offset: 0, limit: 1000 })
const ids = (list: Kubeconfigs, filter = '') => all(list, filter).contexts.map(({ id }) => id)
const aContext = (id: string): KubeContext => ({
  id,
  name: id,
  file: '/config',
  clusterName: 'rack',
  userName: 'mia',
  cluster: { server: 'https://rack:6443' },
  user: {},
})
/** A reading that a test takes step by step. */
interface HeldReading {
  found(...names: string[]): void
  end(unreadable?: Failure[]): void
}
function heldReader() {
  const readings: HeldReading[] = []
  const reader: KubeconfigReader = (_places, { found }) =>
    new Promise((end) => {
      readings.push({
        found: (...names) => found(names.map(aContext)),
        end: (unreadable = []) => end(unreadable),
      })
    })
  return { reader, readings }
}

describe('while files are read', () => {
  test('contexts are there as they come, with the bad ones at the end, and others wait for theirs alone', async () => {
    const { reader, readings } = heldReader()
    const list = open(reader)
    expect(all(list)).toMatchObject({ total: 0, reading: true })
    const known = list.known('b')
    readings[0]?.found('a', 'b')
    await known
    expect(all(list)).toMatchObject({ total: 2, reading: true, unreadable: [] })
    readings[0]?.found('c')
    const bad = failure('KUBECONFIG_UNREADABLE', { file: '/config', cause: 'user x is a list' })
    readings[0]?.end([bad])
    await list.known('nowhere')
    expect(all(list)).toMatchObject({ total: 3, reading: false, unreadable: [bad] })
  })
  test('once more, what was known stays until all is read', async () => {
    const { reader, readings } = heldReader()
    const list = open(reader)
    readings[0]?.found('a', 'b')
    readings[0]?.end()
    await list.known('nowhere')
    list.refresh()
    readings[1]?.found('b')
    expect(ids(list)).toEqual(['a', 'b'])
    readings[1]?.end()
    await expect.poll(() => ids(list)).toEqual(['b'])
  })
  test('changes begin one reading after the other, with a pause as long as the last one took', async () => {
    const { reader, readings } = heldReader()
    const list = open(reader)
    for (let n = 0; n < 50; n++) list.refresh()
    expect(readings).toHaveLength(1)
    await clock.advance(7000)
    readings[0]?.end()
    await expect.poll(() => clock.sleepers).toBe(1)
    await clock.advance(6999)
    expect(readings).toHaveLength(1)
    await clock.advance(1)
    await expect.poll(() => readings.length).toBe(2)
    readings[1]?.end()
    await expect.poll(() => list.isReading).toBe(false)
    expect(readings).toHaveLength(2)
  })
  test('a reader that breaks leaves what is known', async () => {
    const { reader, readings } = heldReader()
    let broken = false
    const list = open((places, told) =>
      broken ? Promise.reject(new Error('gone')) : reader(places, told),
    )
    readings[0]?.found('a')
    readings[0]?.end()
    await list.known('nowhere')
    broken = true
    await list.whole()
    expect(ids(list)).toEqual(['a'])
  })
})

test('a page is filtered by name, server, user and file, and says of how many', async () => {
  const { reader, readings } = heldReader()
  const list = open(reader)
  readings[0]?.found('Lab-1', 'lab-2', 'prod')
  readings[0]?.end()
  await list.known('nowhere')
  expect(list.page({ filter: ' LAB', offset: 1, limit: 1 })).toMatchObject({
    contexts: [{ id: 'lab-2' }],
    matched: 2,
    total: 3,
    files: ['/config'],
  })
  for (const filter of ['rack:6443', 'mia', '/config']) expect(all(list, filter).matched).toBe(3)
  expect(list.page({ filter: '', id: 'prod', offset: 0, limit: 1 }).contexts[0]?.id).toBe('prod')
  expect(list.page({ filter: '', id: 'pro', offset: 0, limit: 1 }).contexts).toEqual([])
})

const config = (contexts: number, bad = '') =>
  `clusters:\n- name: rack\n  cluster: { server: "https://rack:6443" }\nusers:\n- name: mia\n  user: { token: t }\n${bad}contexts:\n${Array.from(
    { length: contexts },
    (_none, n) => `- name: c${String(n)}\n  context: { cluster: rack, user: mia }\n`,
  ).join('')}`

test('a long file is read again only where it was changed', async () => {
  let readings = 0
  const counted: KubeconfigReader = (places, told) => {
    readings += 1
    return readHere(places, told)
  }
  const file = join(folder, 'config')
  const pad = `# ${'x'.repeat(300_000)}\n`
  writeFileSync(file, `${config(1)}${pad}`)
  // What was written a moment ago may be written once more without another time.
  clock = new HandClock(Date.now() + 3_600_000)
  const list = open(counted)
  await list.whole()
  await list.whole()
  expect(readings).toBe(1)
  writeFileSync(file, `${config(2)}${pad}`)
  await list.whole()
  expect([readings, all(list).total]).toEqual([2, 2])
})

describe('the thread', () => {
  let thread: Awaited<ReturnType<typeof buildKubeconfigWorker>>
  beforeAll(async () => {
    thread = await buildKubeconfigWorker()
  })
  afterAll(() => thread.remove())

  test('reads a long file while others are answered between any two lots, and names the bad entry', async () => {
    writeFileSync(join(folder, 'config'), config(12_000, '- name: broken\n  user: [1]\n'))
    const list = open(threadReader(thread.script))
    const seen = new Set<number>()
    // Whoever asks meanwhile gets an answer: each turn of the loop sees what has come by then.
    while (list.isReading) {
      seen.add(all(list).total)
      await new Promise((next) => setImmediate(next))
    }
    expect(seen.size).toBeGreaterThanOrEqual(12_000 / 500)
    expect(all(list)).toMatchObject({ total: 12_000, reading: false })
    expect(all(list).unreadable.map(({ data }) => (data as { cause: string }).cause)).toEqual([
      expect.stringContaining('user broken cannot be used') as string,
    ])
  })
  test('is not begun where there is no file, and what was asked for is named', async () => {
    const list = open(threadReader(new URL('file:///nowhere.mjs')))
    await list.known('nowhere')
    expect(all(list).unreadable).toMatchObject([
      { data: { file: join(folder, 'config'), cause: 'there is no such file' } },
    ])
  })
  test('that ends by itself is told as the reason', async () => {
    writeFileSync(join(folder, 'config'), config(1))
    writeFileSync(join(folder, 'ends.mjs'), 'process.exit(7)')
    const list = open(threadReader(new URL(`file://${join(folder, 'ends.mjs')}`)))
    await list.known('nowhere')
    expect(all(list).unreadable).toMatchObject([
      { data: { cause: 'the thread that read it ended: exit code 7' } },
    ])
  })
})
