import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { quickest } from '../../../test/support/timing'
import { openStore, type Store } from './store'

const undo: (() => void)[] = []
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step()
})
function folder() {
  const path = mkdtempSync(join(tmpdir(), 'takt-store-'))
  undo.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}
function open(path = folder(), options: { maxPages?: number } = {}): Store {
  const opened = openStore(path, { pid: process.pid, now: () => 1, ...options })
  if (!opened.ok) throw new Error(opened.failure.code)
  undo.push(() => opened.value.close())
  return opened.value
}

test('what was written is there after closing and opening again', () => {
  const path = folder()
  const first = open(path)
  first.records.replace('Project', {
    site: 'rack',
    asOf: 5,
    items: [
      { key: '/a', value: { n: 1 } },
      { key: '/b', value: { n: 2 } },
    ],
  })
  first.records.change('Project', {
    upserts: [
      { key: '/b', value: { n: 3 } },
      { key: '/c', value: { n: 4 } },
    ],
    removed: ['/a'],
    asOf: 6,
  })
  first.drafts.put({ id: 'd', value: { name: 'x' }, savedAt: 7 })
  first.settings.set('person', 'mia')
  first.blobs.set('plant', new Uint8Array([1, 2, 3]))
  first.operations.save({ id: 'o', number: 1, value: { state: 'running' }, ended: false })
  first.operations.note('o', 1, 'Began.')
  first.operations.note('o', 2, 'Went on.')
  first.close()
  const second = open(path)
  expect(second.records.load('Project')).toEqual({
    site: 'rack',
    asOf: 6,
    items: [
      { key: '/b', value: { n: 3 } },
      { key: '/c', value: { n: 4 } },
    ],
  })
  expect(second.drafts.list()).toEqual([{ id: 'd', value: { name: 'x' }, savedAt: 7 }])
  expect(second.settings.get('person')).toBe('mia')
  expect(second.blobs.get('plant')).toEqual(new Uint8Array([1, 2, 3]))
  expect(second.operations.load()).toEqual([
    {
      id: 'o',
      number: 1,
      value: { state: 'running' },
      journal: [
        { at: 1, says: 'Began.' },
        { at: 2, says: 'Went on.' },
      ],
    },
  ])
})

test('old operations are forgotten with their journals, running ones never', () => {
  const store = open()
  for (let number = 1; number <= 5; number++) {
    store.operations.save({ id: `o${number}`, number, value: {}, ended: number !== 1 })
    store.operations.note(`o${number}`, 1, 'Began.')
  }
  store.operations.forget(2)
  expect(store.operations.load().map(({ id, journal }) => [id, journal.length])).toEqual([
    ['o1', 1],
    ['o4', 1],
    ['o5', 1],
  ])
})

test('a full disk is said, takes nothing back that was there, and is over when there is space', () => {
  const store = open(folder(), { maxPages: 40 })
  store.settings.set('kept', 'yes')
  const big = new Uint8Array(400_000)
  expect(store.blobs.set('plant', big)).toEqual({
    ok: false,
    failure: { code: 'STORE_FULL', data: { file: store.file } },
  })
  expect(
    store.together(() => {
      store.settings.set('kept', 'no')
      store.blobs.set('plant', big)
    }),
  ).toMatchObject({ ok: false, failure: { code: 'STORE_FULL' } })
  expect(store.settings.get('kept')).toBe('yes')
  expect(store.settings.set('kept', 'still')).toEqual({ ok: true, value: undefined })
})

const HOLD = `
  const { DatabaseSync } = require('node:sqlite')
  const fs = require('node:fs')
  const db = new DatabaseSync(process.argv[1] + '/takt.db')
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS held (x); COMMIT')
  fs.writeFileSync(process.argv[1] + '/holder', 'process ' + process.pid)
  console.log('held'); setInterval(() => {}, 1000)`

test('a second copy is told who holds the store, and a dead holder holds nothing', async () => {
  const path = folder()
  const holder = spawn(process.execPath, ['-e', HOLD, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  undo.push(() => {
    holder.kill('SIGKILL')
  })
  await once(holder.stdout, 'data')
  expect(openStore(path, { pid: process.pid, now: () => 1 })).toEqual({
    ok: false,
    failure: {
      code: 'STORE_IN_USE',
      data: { file: join(path, 'takt.db'), holder: `process ${holder.pid ?? 0}` },
    },
  })
  const gone = once(holder, 'exit')
  holder.kill('SIGKILL')
  await gone
  expect(open(path).settings.get('x')).toBeUndefined()
})

test('one process cannot open it twice either', () => {
  const path = folder()
  open(path)
  expect(openStore(path, { pid: 2, now: () => 1 })).toMatchObject({
    ok: false,
    failure: { code: 'STORE_IN_USE', data: { holder: `process ${process.pid}` } },
  })
})

test('opens quickly', () => {
  const path = folder()
  open(path).close()
  expect(quickest(() => open(path).close())).toBeLessThan(100)
})
