import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import { ORPCError, safe } from '@orpc/client'
import { createRouterClient } from '@orpc/server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { compose, type Core } from '../../main/compose'
import { attachLocally, serveLocally } from '../../main/hosts/local/socket'
import { peersOf } from '../../main/hosts/rpc/peer'
import { servePort } from '../../main/hosts/rpc/ports'
import { startWebHost } from '../../main/hosts/web/host'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { parseFailure } from '../../preload/contract/failures'
import {
  ConnectionLost,
  makeClient,
  Reconnecting,
  resuming,
  type Client,
} from '../../renderer/client/link'
import { portWire, socketWire } from '../../renderer/client/wires'
import { openSocket, signIn } from '../support/signing-in'

const pageRoot = fileURLToPath(new URL('../../out/renderer', import.meta.url))
const storeDir = mkdtempSync(join(tmpdir(), 'takt-links-'))
let core: Core
beforeAll(async () => {
  core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { KUBECONFIG: join(storeDir, 'none') },
    clock: systemClock,
    random: seeded(1),
  })
})
afterAll(async () => {
  await core.close()
  rmSync(storeDir, { recursive: true, force: true })
})
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

interface Link {
  client: Client
}
interface LosableLink extends Link {
  drop: () => Promise<void>
}
function inProcess(): Promise<Link> {
  return Promise.resolve({ client: createRouterClient(core.router) as unknown as Client })
}
async function overPort(): Promise<LosableLink> {
  const serve = peersOf(core.router)
  const connection = new Reconnecting()
  let far: MessageChannel['port1'] | undefined
  const connect = () => {
    const { port1, port2 } = new MessageChannel()
    far = port1
    servePort(serve, {
      on: (event, listen) => void port1.on(event, (data?: unknown) => listen({ data })),
      postMessage: (message) => port1.postMessage(message),
      start: () => port1.start(),
    })
    connection.attach(portWire(port2 as unknown as MessagePort))
    cleanups.push(() => port1.close())
    return Promise.resolve()
  }
  await connect()
  // On the desktop the shell says that the core has gone, as is done here.
  return {
    client: makeClient(connection),
    drop: async () => {
      far?.close()
      connection.lose()
      await connect()
    },
  }
}
async function overSocket(): Promise<LosableLink> {
  const host = await startWebHost(core.router, { pageRoot })
  cleanups.push(() => host.close())
  const session = await signIn(host)
  const connection = new Reconnecting()
  const connect = async () => {
    const socket = openSocket(host, session)
    await new Promise((done, failed) => {
      socket.once('open', done)
      socket.once('error', failed)
    })
    connection.attach(socketWire(socket as unknown as globalThis.WebSocket))
    cleanups.push(() => socket.terminate())
    return socket
  }
  let socket = await connect()
  return {
    client: makeClient(connection),
    drop: async () => {
      const gone = new Promise((done) => socket.once('close', done))
      host.drop()
      await gone
      socket = await connect()
    },
  }
}
async function overLocalSocket(): Promise<Link> {
  const local = await serveLocally(core.router, storeDir)
  const attached = await attachLocally(storeDir)
  if (!attached) throw new Error('nobody listens on the local socket')
  cleanups.push(() => {
    attached.close()
    return local.close()
  })
  return { client: attached.client as unknown as Client }
}

describe.each([
  ['in process', inProcess],
  ['over a message port', overPort],
  ['over a WebSocket', overSocket],
  ['over the local socket', overLocalSocket],
] as const)('the contract %s', (_name, open) => {
  test('answers', async () => {
    const { client } = await open()
    const { host, pid } = await client.system.hello()
    expect({ host, pid }).toEqual({ host: 'test', pid: process.pid })
  })
  test('fails with a typed failure that carries its data', async () => {
    const { client } = await open()
    const { error } = await safe(client.sites.connect({ site: 'nowhere' }))
    expect(error).toBeInstanceOf(ORPCError)
    const { code, data } = error as unknown as ORPCError<string, unknown>
    expect(parseFailure(code, data)).toEqual({ code: 'SITE_UNKNOWN', data: { site: 'nowhere' } })
  })
  test('refuses a malformed input', async () => {
    const { client } = await open()
    await expect(client.sites.setPlantSpeed({ speed: -1 })).rejects.toSatisfy(
      (error) => error instanceof ORPCError && error.code === 'BAD_REQUEST',
    )
  })
  test('a stream counts without a gap and ends when its reader leaves', async () => {
    const { client } = await open()
    const seen: number[] = []
    for await (const { beat } of await client.system.heartbeat()) {
      seen.push(beat)
      if (seen.length === 2) break
    }
    expect(seen).toEqual([seen[0], (seen[0] ?? 0) + 1])
  })
  test('an abort ends a stream', async () => {
    const { client } = await open()
    const stop = new AbortController()
    const stream = await client.settings.watch(undefined, { signal: stop.signal })
    await stream.next()
    stop.abort()
    // Over a wire the reader is told of the abort; in process the stream just ends. Neither goes on.
    const ended = await (async () => {
      for await (const item of stream) void item
      return 'ended'
    })().catch(() => 'aborted')
    expect(['ended', 'aborted']).toContain(ended)
  })
  test('a watch tells what another call changed', async () => {
    const { client } = await open()
    const stream = await client.settings.watch()
    const { theme } = (await stream.next()).value as { theme: string }
    const other = theme === 'dark' ? 'light' : 'dark'
    await client.settings.set({ theme: other })
    await expect
      .poll(async () => ((await stream.next()).value as { theme: string }).theme)
      .toBe(other)
    await stream.return?.(undefined)
  })
})

describe.each([
  ['over a message port', overPort],
  ['over a WebSocket', overSocket],
] as const)('a wire that is lost, %s', (_name, open) => {
  test('what may not be tried again fails as lost, watches resume without a gap', async () => {
    const { client, drop } = await open()
    const stream = await client.system.heartbeat(undefined, { context: resuming })
    const first = (await stream.next()).value as { beat: number }
    const lost = client.system
      .heartbeat()
      .then(async (beats) => {
        for await (const item of beats) void item
        return 'ended'
      })
      .catch((error: unknown) => error)
    await client.system.hello()
    await drop()
    expect(await lost).toBeInstanceOf(ConnectionLost)
    const second = (await stream.next()).value as { beat: number }
    expect(second.beat).toBe(first.beat + 1)
    await stream.return?.(undefined)
  })
})
