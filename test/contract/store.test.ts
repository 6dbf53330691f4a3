import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createRouterClient } from '@orpc/server'
import { compose } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { openFolder } from '../../main/platform/store/testing/folders'
import { runTakt } from '../support/takt'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A store with a person's settings whose header was hit. */
function damagedStore(): string {
  const folder = mkdtempSync(join(tmpdir(), 'takt-damaged-'))
  made.push(folder)
  const store = openFolder(folder)
  store.settings.set('settings', { person: 'mia.berg' })
  store.drafts.put({ id: 'one', value: { title: 'Voice' }, savedAt: 1 })
  store.close()
  const file = openSync(join(folder, 'takt.db'), 'r+')
  writeSync(file, Buffer.alloc(14, 0xa5), 0, 14, 0)
  closeSync(file)
  return folder
}
const bytesOf = (folder: string) => readFileSync(join(folder, 'takt.db'))

describe('a damaged store at the command line', () => {
  test('is the first sentence of every command, with a code of its own and no word of a bug', async () => {
    const folder = damagedStore()
    const before = bytesOf(folder)
    for (const command of [['map'], ['doctor'], ['store', 'status']]) {
      const { code, out, err } = await runTakt(folder, command)
      const said = `${out}${err}`
      expect(said).toMatch(
        /^The local store .* is damaged\. Saved: .* 1 draft, .* can still be read/,
      )
      expect(said).not.toContain('bug')
      expect([command, code]).toEqual([command, 6])
    }
    expect(bytesOf(folder)).toEqual(before)
  })

  test('begins again with what the person names, and keeps the damaged file', async () => {
    const folder = damagedStore()
    expect(await runTakt(folder, ['store', 'recover'])).toMatchObject({ code: 2 })
    expect(await runTakt(folder, ['store', 'recover', '--copy', '1'])).toMatchObject({ code: 2 })
    expect(await runTakt(folder, ['store', 'recover', '--rescue'])).toMatchObject({ code: 0 })
    const store = openFolder(folder)
    expect(store.settings.get('settings')).toEqual({ person: 'mia.berg' })
    store.close()
    expect(readdirSync(folder).some((name) => name.startsWith('takt.db.damaged-'))).toBe(true)
    expect(await runTakt(folder, ['store', 'recover', '--empty'])).toMatchObject({ code: 6 })
  })
})

describe('a damaged store behind a page', () => {
  const start = async (storeDir: string) => {
    const restarts: string[] = []
    const core = await compose({
      storeDir,
      host: 'test',
      version: '0.0.0',
      env: {},
      clock: systemClock,
      random: seeded(1),
      restart: () => restarts.push('restart'),
    })
    return { client: createRouterClient(core.router), core, restarts }
  }

  test('is told with what can be saved; nothing else is answered, and nothing is written', async () => {
    const folder = damagedStore()
    const before = bytesOf(folder)
    const { client, core } = await start(folder)
    const health = await client.system.store()
    expect(health).toMatchObject({ state: 'damaged', saved: [{ from: 'damaged-file' }] })
    await expect(client.settings.get()).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
    expect(bytesOf(folder)).toEqual(before)
    await core.close()
  })

  test('is recovered once, and then the core begins again', async () => {
    const folder = damagedStore()
    const { client, core, restarts } = await start(folder)
    await expect(client.system.recoverStore({ kind: 'backup', at: 5 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(restarts).toEqual([])
    expect(await client.system.recoverStore({ kind: 'rescue' })).toMatchObject({ rows: 2 })
    expect(restarts).toEqual(['restart'])
    // A second press, or the command line meanwhile, must not set the sound store aside.
    await client.system.recoverStore({ kind: 'empty' })
    await core.close()
    const store = openFolder(folder)
    expect(store.drafts.list()).toHaveLength(1)
    store.close()
  })
})
