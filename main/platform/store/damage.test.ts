import {
  closeSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { explain } from '../../../preload/contract/explain'
import type { RecoveryChoice } from '../../../preload/contract/system'
import { HandClock } from '../../../test/support/clock'
import {
  heldByCopies,
  listBackups,
  openStore,
  recoverStore,
  restoreWanted,
  wantRestore,
  type Store,
} from '.'
import { FIRST_COPY_AFTER_MS } from './backups'
import { openFolder, scratchFolders } from './testing/folders'

const folders = scratchFolders()
afterEach(() => folders.clear())

const fileOf = (folder: string) => join(folder, 'takt.db')
const open = (folder: string) => openStore(folder, { pid: process.pid, now: () => 1 })
function damage(file: string, at: number, bytes: number) {
  const opened = openSync(file, 'r+')
  writeSync(opened, Buffer.alloc(bytes, 0xa5), 0, bytes, at)
  closeSync(opened)
}
/** A store with work of a person in it, closed cleanly or, with its mark left, as a crash leaves it. */
function filled(folder: string, { crashed }: { crashed: boolean }) {
  const store = openFolder(folder)
  for (let n = 0; n < 200; n++)
    store.drafts.put({
      id: `draft-${String(n).padStart(3, '0')}`,
      value: { title: 'x'.repeat(300) },
      savedAt: n,
    })
  store.settings.set('person', 'mia')
  store.close()
  if (crashed) writeFileSync(join(folder, 'holder'), 'process 1')
}
function recovered(folder: string, choice: RecoveryChoice): Store {
  const done = recoverStore(folder, choice, 77)
  if (!done.ok) throw new Error(done.failure.code)
  return openFolder(folder)
}

describe('damage', () => {
  test('of the header is said with what can be saved, and not a byte is written', () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    damage(fileOf(folder), 0, 14)
    const before = readFileSync(fileOf(folder))
    const opened = open(folder)
    if (opened.ok) throw new Error('it opened')
    expect(opened.failure).toMatchObject({
      code: 'STORE_DAMAGED',
      data: {
        saved: [
          {
            from: 'damaged-file',
            rows: expect.arrayContaining([
              { table: 'draft', rows: 200, complete: true },
              { table: 'setting', rows: 1, complete: true },
            ]) as unknown,
          },
        ],
      },
    })
    expect(explain(opened.failure).says).toContain('200 drafts')
    expect(readFileSync(fileOf(folder))).toEqual(before)
    expect(open(folder)).toMatchObject({ ok: false, failure: { code: 'STORE_DAMAGED' } })
  })

  // Where the header says which form the tables have, which version, and how pages are freed.
  test.each([
    [44, 4],
    [56, 14],
    [60, 4],
  ])('of the header from byte %i is no older form to be migrated', (at, bytes) => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    damage(fileOf(folder), at, bytes)
    const before = readFileSync(fileOf(folder))
    const opened = open(folder)
    expect(opened.ok ? 'opened' : opened.failure.code).toBe('STORE_DAMAGED')
    expect(readFileSync(fileOf(folder)).equals(before)).toBe(true)
    expect(listBackups(folder)).toEqual([])
  })
  test('a version that says empty over tables that are there is damage', () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    const db = new DatabaseSync(fileOf(folder))
    db.exec('PRAGMA user_version = 0')
    db.close()
    const opened = open(folder)
    expect(opened.ok ? 'opened' : opened.failure.code).toBe('STORE_DAMAGED')
  })
  test('of the header loses nothing when the person chooses to rescue', () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    damage(fileOf(folder), 0, 14)
    const store = recovered(folder, { kind: 'rescue' })
    expect(store.drafts.list()).toHaveLength(200)
    expect(store.settings.get('person')).toBe('mia')
    store.close()
    expect(readdirSync(folder)).toContain('takt.db.damaged-77')
  })

  test('of a page after a crash is found before anything is written, and the rest is rescued', async () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    await copyNow(folder)
    const store = openFolder(folder)
    store.drafts.put({ id: 'draft-zzz', value: { title: 'after the copy' }, savedAt: 9 })
    store.close()
    writeFileSync(join(folder, 'holder'), 'process 1')
    damage(fileOf(folder), leafPage(folder, 'draft'), 4096)
    expect(open(folder)).toMatchObject({ ok: false, failure: { code: 'STORE_DAMAGED' } })
    const rescued = recovered(folder, { kind: 'rescue' })
    expect(rescued.drafts.list()).toHaveLength(201)
    expect(rescued.drafts.list().map(({ id }) => id)).toContain('draft-zzz')
    rescued.close()
  })

  test('of a store that was closed cleanly is found while it is open', async () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    damage(fileOf(folder), leafPage(folder, 'draft'), 4096)
    const store = openFolder(folder)
    const found: string[] = []
    await cared(store, { onDamage: (file) => found.push(file) })
    expect(found).toEqual([fileOf(folder)])
    store.close()
    expect(open(folder)).toMatchObject({ ok: false, failure: { code: 'STORE_DAMAGED' } })
  })

  test('with nothing left is said, and an empty store begins only when asked for', () => {
    const folder = folders.make()
    writeFileSync(fileOf(folder), 'not a database at all '.repeat(100))
    const opened = open(folder)
    expect(opened).toMatchObject({
      ok: false,
      failure: { code: 'STORE_DAMAGED', data: { saved: [] } },
    })
    const store = recovered(folder, { kind: 'empty' })
    expect(store.drafts.list()).toEqual([])
    store.close()
  })

  test('a copy that is not there is refused, and the damaged file stays where it is', () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    damage(fileOf(folder), 0, 14)
    expect(recoverStore(folder, { kind: 'backup', at: 5 }, 77)).toMatchObject({
      ok: false,
      failure: { code: 'NOT_FOUND' },
    })
    expect(readdirSync(folder)).toContain('takt.db')
  })
})

describe('copies', () => {
  test('are made once a day, and the newest three are kept', async () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    const store = openFolder(folder)
    const clock = new HandClock(1_000_000)
    const stop = new AbortController()
    const caring = store.care(
      { clock, onDamage: unexpected, onBackupFailed: unexpected },
      stop.signal,
    )
    for (let hour = 0; hour < 24 * 5; hour++) await clock.advance(3_600_000)
    stop.abort()
    await caring
    const ages = listBackups(folder).map(({ at }) => at)
    expect(ages).toHaveLength(3)
    expect((ages[0] ?? 0) - (ages[1] ?? 0)).toBeGreaterThanOrEqual(86_400_000)
    for (const { file } of listBackups(folder)) expect(statSync(file).mode & 0o777).toBe(0o600)
    store.close()
  })

  test('hold nobody up who has just started, also after an unclean end', async () => {
    const folder = folders.make()
    filled(folder, { crashed: true })
    const store = openFolder(folder)
    const clock = new HandClock(1_000_000)
    const stop = new AbortController()
    const caring = store.care(
      { clock, onDamage: unexpected, onBackupFailed: unexpected },
      stop.signal,
    )
    await clock.advance(FIRST_COPY_AFTER_MS - 1)
    expect(listBackups(folder)).toEqual([])
    await clock.advance(1)
    expect(listBackups(folder)).toHaveLength(1)
    stop.abort()
    await caring
    store.close()
  })

  test('are made when somebody asks, tell what they hold, and come back at the next opening', () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    const store = openFolder(folder)
    expect(store.backUp(500)).toMatchObject({ ok: true, value: { at: 500 } })
    const [copy] = heldByCopies(folder)
    expect(copy?.rows).toContainEqual({ table: 'setting', rows: 1, complete: true })
    store.settings.set('person', 'somebody else')
    expect(wantRestore(folder, 501)).toMatchObject({ ok: false, failure: { code: 'NOT_FOUND' } })
    expect(wantRestore(folder, 500).ok).toBe(true)
    // Held by this process still: nothing is put away under it.
    expect(restoreWanted(folder, { now: 600, isFree: () => false })).toBeUndefined()
    store.close()
    expect(restoreWanted(folder, { now: 600, isFree: () => true })).toMatchObject({ ok: true })
    expect(restoreWanted(folder, { now: 700, isFree: () => true })).toBeUndefined()
    const back = openFolder(folder)
    expect(back.settings.get('person')).toBe('mia')
    back.close()
    expect(readdirSync(folder)).toContain('takt.db.before-600')
  })

  test('hold the store as it was, and can be chosen by their moment', async () => {
    const folder = folders.make()
    filled(folder, { crashed: false })
    await copyNow(folder)
    const store = openFolder(folder)
    store.settings.set('person', 'somebody else')
    store.close()
    const [backup] = listBackups(folder)
    const back = recovered(folder, { kind: 'backup', at: backup?.at ?? 0 })
    expect(back.settings.get('person')).toBe('mia')
    back.close()
  })
})

test('a store of a newer Takt is refused with both versions, and stays as it is', () => {
  const folder = folders.make()
  filled(folder, { crashed: false })
  const db = new DatabaseSync(fileOf(folder))
  db.exec('PRAGMA user_version = 99')
  db.close()
  const before = readFileSync(fileOf(folder))
  const opened = open(folder)
  expect(opened).toMatchObject({
    ok: false,
    failure: { code: 'STORE_NEWER', data: { version: 99 } },
  })
  expect(readFileSync(fileOf(folder))).toEqual(before)
})

const unexpected = (what: unknown) => {
  throw new Error(`unexpected: ${String(what)}`)
}
/** Lets a store look after itself long enough for its first look at every page and its first copy. */
async function cared(store: Store, { onDamage }: { onDamage(file: string): void }) {
  const clock = new HandClock(1_000_000)
  const stop = new AbortController()
  const caring = store.care({ clock, onDamage, onBackupFailed: unexpected }, stop.signal)
  for (let step = 0; step < 20; step++) await clock.advance(200)
  await clock.advance(FIRST_COPY_AFTER_MS)
  stop.abort()
  await caring
}
async function copyNow(folder: string) {
  const store = openFolder(folder)
  await cared(store, { onDamage: unexpected })
  store.close()
  expect(listBackups(folder)).toHaveLength(1)
}
/** Where a page in the middle of a table begins. */
function leafPage(folder: string, table: string): number {
  const db = new DatabaseSync(fileOf(folder), { readOnly: true })
  const pages = db
    .prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno")
    .all(table)
    .map(({ pageno }) => Number(pageno))
  db.close()
  const page = pages[Math.floor(pages.length / 2)] ?? 0
  return (page - 1) * 4096
}
