import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Sessions } from '../../main/capabilities/sessions'
import { compose, type Core } from '../../main/compose'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { MOST_UPLOADS, UPLOAD_PIECE_BYTES } from '../../preload/contract/limits'
import { makeClient, Reconnecting } from '../../renderer/client/link'
import { socketWire } from '../../renderer/client/wires'
import { openSocket, signIn } from '../support/signing-in'

// The part of the rubbish suite that sends files against the rules.
const pageRoot = fileURLToPath(new URL('../../out/renderer', import.meta.url))
const sessions = new Sessions({ clock: systemClock })
let storeDir: string, core: Core, host: WebHost, session: string
const undo: (() => void)[] = []
beforeAll(async () => {
  storeDir = mkdtempSync(join(tmpdir(), 'takt-rubbish-files-'))
  core = await compose({
    ...{ storeDir, sessions, host: 'test', version: '0.0.0', plant: false },
    env: { KUBECONFIG: join(storeDir, 'none') },
    clock: systemClock,
    random: seeded(1),
  })
  host = await startWebHost(core.router, { pageRoot, sessions })
  session = await signIn(host)
})
afterAll(async () => {
  await host.close()
  await core.close()
  rmSync(storeDir, { recursive: true, force: true })
})
afterEach(() => {
  for (const step of undo.splice(0)) step()
})
async function page(of: string) {
  const socket = openSocket(host, of)
  undo.push(() => socket.terminate())
  await new Promise((opened, failed) => socket.once('open', opened).once('error', failed))
  socket.on('error', () => undefined)
  const connection = new Reconnecting()
  connection.attach(socketWire(socket as unknown as globalThis.WebSocket))
  return { client: makeClient(connection) }
}
const refused = (sent: Promise<unknown>) =>
  sent.then(
    () => 'taken',
    (error: { code?: string }) => error.code ?? String(error),
  )
const piece = (bytes: number) => new File([new Uint8Array(bytes)], 'piece')
const onDisk = () => {
  try {
    return readdirSync(join(storeDir, 'uploads'))
  } catch {
    return []
  }
}
/** A session of its own with one page, and one file that has begun. */
async function sending(bytes: number) {
  const own = await signIn(host)
  const { client } = await page(own)
  const ref = await client.uploads.begin({ name: 'june.takt', bytes })
  return { client, ref }
}
afterEach(() => {
  for (const { id } of sessions.list(undefined).sessions)
    if (id !== sessions.idOf(session)) sessions.end(id)
})
test('a piece that is too large, out of place or after the end changes nothing', async () => {
  const { client, ref } = await sending(4)
  const put = (at: number, bytes: number) =>
    refused(client.uploads.put({ ...ref, at, piece: piece(bytes) }))
  expect(await put(0, UPLOAD_PIECE_BYTES + 1)).toBe('BAD_REQUEST')
  expect(await put(-1, 1)).toBe('BAD_REQUEST')
  expect(await put(1, 1)).toBe('INPUT_UNUSABLE')
  expect(await put(0, 5)).toBe('INPUT_UNUSABLE')
  expect(await put(0, 4)).toBe('taken')
  expect(await put(4, 1)).toBe('INPUT_UNUSABLE')
  expect(await put(0, 4)).toBe('INPUT_UNUSABLE')
  expect(await client.uploads.arrived(ref)).toEqual({ bytes: 4 })
  expect((await client.system.hello()).pid).toBe(process.pid)
})
test('a file of another session is as unknown as one that never was', async () => {
  const { ref } = await sending(4)
  const { client } = await page(session)
  const foreign = client.uploads
  expect(await refused(foreign.put({ ...ref, at: 0, piece: piece(4) }))).toBe('NOT_FOUND')
  expect(await refused(foreign.arrived(ref))).toBe('NOT_FOUND')
  expect(await refused(client.drift.openBundle(ref))).toBe('NOT_FOUND')
  await foreign.giveUp(ref)
  await expect.poll(onDisk).toEqual([ref.upload])
})
test('10,000 files that begin are a few, and go with their session', async () => {
  const { client } = await sending(1)
  let taken = 1
  for (let left = 10_000; left > 0; left -= 250) {
    const begun = await Promise.all(
      Array.from({ length: 250 }, (_, n) =>
        refused(client.uploads.begin({ name: String(n), bytes: 1 })),
      ),
    )
    taken += begun.filter((outcome) => outcome === 'taken').length
  }
  expect(taken).toBe(MOST_UPLOADS)
  await expect.poll(() => onDisk().length).toBe(MOST_UPLOADS)
  sessions.endOthers(sessions.idOf(session))
  await expect.poll(onDisk).toEqual([])
  const other = await page(session)
  expect((await other.client.system.hello()).pid).toBe(process.pid)
}, 120_000)
test('pieces that all come at once are taken in order or refused', async () => {
  const { client, ref } = await sending(64 * UPLOAD_PIECE_BYTES)
  const sent = await Promise.all(
    Array.from({ length: 64 }, (_, n) =>
      refused(
        client.uploads.put({
          ...{ ...ref, at: n * UPLOAD_PIECE_BYTES },
          piece: piece(UPLOAD_PIECE_BYTES),
        }),
      ),
    ),
  )
  const taken = sent.filter((outcome) => outcome === 'taken').length
  expect(sent.filter((outcome) => !['taken', 'INPUT_UNUSABLE'].includes(outcome))).toEqual([])
  expect(await client.uploads.arrived(ref)).toEqual({ bytes: taken * UPLOAD_PIECE_BYTES })
  expect((await client.system.hello()).pid).toBe(process.pid)
})
