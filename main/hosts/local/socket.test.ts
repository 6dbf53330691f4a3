import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createServer, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { os } from '@orpc/server'
import { afterEach, describe, expect, test } from 'vitest'
import { noOrdinaryUser, programForNobody } from '../../../test/support/as-nobody'
import { listenPrivately, localAddresses, placeToListen } from './address'
import { askLocally, attachLocally, serveLocally } from './socket'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})
function storeAt(...below: string[]) {
  const base = mkdtempSync(join(tmpdir(), 'takt-local-'))
  undo.push(() => rmSync(base, { recursive: true, force: true }))
  const folder = join(base, ...below)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
async function served(folder: string) {
  const local = await serveLocally(os.router({}), folder, { 'new-token': () => 'an address' })
  undo.push(() => local.close())
  return local
}
const modeOf = (path: string) => statSync(path).mode & 0o777
const LONG = ['a folder with a long name '.repeat(4).trim(), 'another one '.repeat(6).trim()]

describe.skipIf(process.platform === 'win32')('the local socket', () => {
  test('is closed to everybody else from the instant it is bound, whatever the mask of the process', async () => {
    const mask = process.umask(0)
    undo.push(() => process.umask(mask))
    const address = placeToListen(storeAt())
    const modes: Record<string, number> = {}
    const server = createServer()
    undo.push(() => server.close())
    server.listen = ((...given: Parameters<Server['listen']>) => {
      Server.prototype.listen.apply(server, given)
      modes['bound'] = modeOf(address)
      return server
    }) as Server['listen']
    server.once('listening', () => {
      modes['listening'] = modeOf(address)
    })
    await listenPrivately(server, address)
    expect((modes['bound'] ?? 0o777) & 0o077).toBe(0)
    expect(modes['listening']).toBe(0o600)
    expect(process.umask()).toBe(0)
  })

  test.each([
    ['a short path', []],
    ['blanks, colons and letters outside ASCII', ['Größe: 50 % ☂?']],
    ['a path longer than a socket may have', LONG],
  ])('lets the command line in on a store with %s', async (_what, below) => {
    const folder = storeAt(...below)
    await served(folder)
    expect(modeOf(placeToListen(folder))).toBe(0o600)
    const attached = await attachLocally(folder)
    expect(attached).toBeDefined()
    attached?.close()
    expect(await askLocally(folder, 'new-token')).toEqual({ status: 200, text: 'an address' })
    expect((await askLocally(folder, 'something'))?.status).toBe(404)
  })

  test('lies in its store where that fits, else in a folder of this user alone, and goes with its core', async () => {
    const short = storeAt()
    expect(placeToListen(short)).toBe(join(short, 'core.sock'))
    const long = storeAt(...LONG)
    const local = await serveLocally(os.router({}), long)
    const place = placeToListen(long)
    expect(Buffer.byteLength(place)).toBeLessThanOrEqual(100)
    expect(modeOf(dirname(place))).toBe(0o700)
    expect(existsSync(place)).toBe(true)
    await local.close()
    expect(existsSync(place)).toBe(false)
    expect(await attachLocally(long)).toBeUndefined()
  })

  test('is found by whatever name and in whatever environment its store is spelled', async () => {
    const folder = storeAt(...LONG)
    await served(folder)
    const alias = join(storeAt(), 'alias')
    symlinkSync(folder, alias)
    expect(localAddresses(alias)).toEqual(localAddresses(folder))
    const kept = process.env['TMPDIR']
    process.env['TMPDIR'] = storeAt()
    undo.push(() => {
      if (kept === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = kept
    })
    const attached = await attachLocally(alias)
    expect(attached).toBeDefined()
    attached?.close()
  })

  test('is there for a store that may only be read', async ({ skip }) => {
    const lacking = noOrdinaryUser()
    if (lacking) return skip(lacking)
    const folder = storeAt('store')
    for (const path of [dirname(folder), folder]) chmodSync(path, 0o555)
    const program = await programForNobody(
      fileURLToPath(new URL('testing/read-only-child.ts', import.meta.url)),
    )
    try {
      expect(JSON.parse(await program.run(folder))).toEqual({
        attached: true,
        asked: { status: 200, text: 'an address' },
      })
      expect(existsSync(join(folder, 'core.sock'))).toBe(false)
    } finally {
      program.remove()
      for (const path of [dirname(folder), folder]) chmodSync(path, 0o700)
    }
  })
})
