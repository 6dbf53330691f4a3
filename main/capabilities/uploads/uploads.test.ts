import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  MOST_MESSAGE_BYTES,
  MOST_UPLOAD_BYTES,
  MOST_UPLOADS,
  MOST_UPLOADS_BYTES,
  MOST_UPLOADS_BYTES_TOGETHER,
  UPLOAD_PIECE_BYTES,
} from '../../../preload/contract/limits'
import { MOST_BYTES } from '../../platform/files'
import { HandClock } from '../../../test/support/clock'
import { Uploads } from './uploads'

const bytes = (text: string) => new TextEncoder().encode(text)
let home: string, folder: string, uploads: Uploads, clock: HandClock
beforeEach(() => {
  clock = new HandClock()
  home = mkdtempSync(join(tmpdir(), 'takt-uploads-'))
  folder = join(home, 'uploads')
  uploads = new Uploads({ folder, clock })
})
afterEach(async () => {
  await uploads.close()
  rmSync(home, { recursive: true, force: true })
})
const tryToBegin = (length: number, owner?: string) =>
  uploads.begin({ name: 'june.takt', bytes: length }, owner)
async function begun(length: number, owner?: string) {
  const outcome = await tryToBegin(length, owner)
  if (!outcome.ok) throw new Error(outcome.failure.code)
  return { upload: outcome.value.upload, owner }
}
const put = (ref: { upload: string; owner: string | undefined }, at: number, text: string) =>
  uploads.put({ ...ref, at, piece: bytes(text) })
const taken = async (ref: { upload: string; owner: string | undefined }) => {
  const outcome = await uploads.take(ref)
  return outcome.ok ? Buffer.from(outcome.value.bytes).toString() : outcome.failure.code
}
const left = () => readdirSync(folder)

test('the limits of the layers fit into one another', () => {
  // What a piece carries around it, an address and some headers, is far below the rest of a message.
  expect(UPLOAD_PIECE_BYTES).toBeLessThanOrEqual(MOST_MESSAGE_BYTES / 2)
  expect(MOST_BYTES.bundle).toBe(MOST_UPLOAD_BYTES)
  expect(MOST_UPLOADS_BYTES).toBeGreaterThanOrEqual(MOST_UPLOAD_BYTES)
  expect(MOST_UPLOADS * MOST_UPLOAD_BYTES).toBeGreaterThanOrEqual(MOST_UPLOADS_BYTES)
  expect(MOST_UPLOADS_BYTES_TOGETHER).toBeGreaterThan(MOST_UPLOADS_BYTES)
})
test('pieces in order make the file, which is taken once and leaves nothing', async () => {
  const ref = await begun(6)
  const piled = await Promise.all([put(ref, 0, 'abc'), put(ref, 3, 'def')])
  expect(piled.map(({ ok }) => ok)).toEqual([true, true])
  if (process.platform !== 'win32')
    expect([folder, join(folder, ref.upload)].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o700, 0o600,
    ])
  const both = await Promise.all([taken(ref), taken(ref)])
  expect(both.toSorted()).toEqual(['NOT_FOUND', 'abcdef'])
  expect(left()).toEqual([])
})
test('a piece out of order, twice or beyond the end changes nothing', async () => {
  const ref = await begun(4)
  expect((await put(ref, 1, 'b')).ok).toBe(false)
  expect((await put(ref, 0, 'ab')).ok).toBe(true)
  expect((await put(ref, 0, 'ab')).ok).toBe(false)
  expect((await put(ref, 2, 'cde')).ok).toBe(false)
  expect(await taken(ref)).toBe('INPUT_UNUSABLE')
  expect(await uploads.arrived(ref)).toEqual({ ok: true, value: { bytes: 2 } })
  expect((await put(ref, 2, 'cd')).ok).toBe(true)
  expect(await put(ref, 4, 'e')).toMatchObject({
    failure: {
      data: {
        says: 'A piece of june.takt does not fit: it has 1 bytes from 4 on, and 4 of 4 are there.',
      },
    },
  })
  expect(await taken(ref)).toBe('abcd')
  expect(await put(ref, 4, 'e')).toMatchObject({ failure: { code: 'NOT_FOUND' } })
})
test('of many pieces at once a few wait, for each that does is in memory', async () => {
  const ref = await begun(20)
  const all = await Promise.all(Array.from({ length: 20 }, (_, at) => put(ref, at, 'x')))
  expect(all.filter(({ ok }) => ok)).toHaveLength(4)
  expect(await uploads.arrived(ref)).toEqual({ ok: true, value: { bytes: 4 } })
})
test('a session knows nothing of the files of another', async () => {
  const ref = await begun(2, 'hers')
  for (const owner of ['his', undefined]) {
    const foreign = { ...ref, owner }
    expect(await put(foreign, 0, 'ab')).toMatchObject({ failure: { code: 'NOT_FOUND' } })
    expect(await uploads.arrived(foreign)).toMatchObject({ failure: { code: 'NOT_FOUND' } })
    expect(await taken(foreign)).toBe('NOT_FOUND')
    await uploads.giveUp(foreign)
  }
  await put(ref, 0, 'ab')
  expect(await taken(ref)).toBe('ab')
})
test('ten thousand that begin at once are a few, and leave no more than these', async () => {
  const all = await Promise.all(Array.from({ length: 10_000 }, () => tryToBegin(1, 'hers')))
  expect(all.filter(({ ok }) => ok)).toHaveLength(MOST_UPLOADS)
  expect(left()).toHaveLength(MOST_UPLOADS)
  expect((await tryToBegin(1, 'his')).ok).toBe(true)
})
test('the bytes of a session and of all are bounded too, whatever they are cut into', async () => {
  for (let at = 0; at < MOST_UPLOADS_BYTES_TOGETHER; at += MOST_UPLOAD_BYTES)
    await begun(MOST_UPLOAD_BYTES, `session ${String(Math.floor(at / MOST_UPLOADS_BYTES))}`)
  expect(await tryToBegin(1, 'session 0')).toMatchObject({
    failure: {
      data: {
        says: '2 files with 134.2 MB are on their way already; at most 4 with 134.2 MB may be.',
      },
    },
  })
  expect(await tryToBegin(1, 'another')).toMatchObject({
    failure: {
      data: { says: '536.9 MB of files are on their way from all pages; at most 536.9 MB may be.' },
    },
  })
})
test('what is given up makes room, and what rests gives way to what begins', async () => {
  const first = await begun(1)
  for (let n = 1; n < MOST_UPLOADS; n++) await begun(1)
  await uploads.giveUp(first)
  const second = await begun(2)
  expect((await tryToBegin(1)).ok).toBe(false)
  await clock.advance(29_000)
  await put(second, 0, 'a')
  await clock.advance(1_000)
  for (let n = 1; n < MOST_UPLOADS; n++) await begun(1)
  expect((await tryToBegin(1)).ok).toBe(false)
  expect((await put(second, 1, 'b')).ok).toBe(true)
})
test('what nobody touches is removed after ten minutes, and after an hour whatever came', async () => {
  await begun(1)
  await clock.advance(10 * 60_000)
  await expect.poll(left).toEqual([])
  const slow = await begun(100)
  for (let minutes = 9, at = 0; minutes < 60; minutes += 9, at++) {
    await clock.advance(9 * 60_000)
    expect((await put(slow, at, 'a')).ok).toBe(true)
  }
  await clock.advance(6 * 60_000)
  await expect.poll(left).toEqual([])
  expect(clock.sleepers).toBe(0)
})
test('what a session that ended has begun is removed, and nothing of the others', async () => {
  await begun(1, 'ended')
  const other = await begun(1, 'live')
  const here = await begun(1)
  await uploads.keepOnly((owner) => owner === 'live')
  expect(left().toSorted()).toEqual([other.upload, here.upload].toSorted())
})
test('what a core left that died is removed, and so is everything at the end', async () => {
  await begun(1)
  expect(left()).toHaveLength(1)
  const next = new Uploads({ folder, clock })
  expect(() => left()).toThrow(/ENOENT/)
  await next.begin({ name: 'x', bytes: 1 })
  await next.close()
  expect(() => left()).toThrow(/ENOENT/)
})
