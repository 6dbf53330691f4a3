import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { attachLocally } from '../../main/hosts/local/socket'
import { startHost, type RunningHost } from '../support/host'
import { knock, offer, postToken, tokenOf } from '../support/signing-in'

const web = fileURLToPath(new URL('../../out/main/web.mjs', import.meta.url))
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
interface Session {
  origin: string
  session: string
}
/** Signs in with the one-time address that was printed. */
async function enter({ address }: RunningHost): Promise<Session> {
  const { origin } = new URL(address)
  const answer = await postToken({ origin }, tokenOf(address))
  return { origin, session: ((await answer.json()) as { session: string }).session }
}
const opens = ({ origin, session }: Session) =>
  knock({ origin }, { protocols: offer(session) }).then((status) => status === 101)

describe('a web host whose core dies', () => {
  let host: RunningHost
  let session: Session
  beforeAll(async () => {
    host = await startHost()
    session = await enter(host)
  }, 60_000)
  afterAll(() => host.stop())

  test('comes back on the same port, and what signed in before is still signed in', async () => {
    expect(await opens(session)).toBe(true)
    const before = host.pid()
    process.kill(before, 'SIGKILL')
    // Asked while there is no core: the connection waits for the next one instead of being refused.
    expect(await opens(session)).toBe(true)
    expect(host.pid()).not.toBe(before)
    expect(await opens({ ...session, session: 'x'.repeat(32) })).toBe(false)
  }, 60_000)
  test('comes back for the command line too', async () => {
    process.kill(host.pid(), 'SIGKILL')
    await expect.poll(() => opens(session), { timeout: 30_000 }).toBe(true)
    await expect
      .poll(async () => {
        const attached = await attachLocally(host.store)
        attached?.close()
        return attached !== undefined
      })
      .toBe(true)
  }, 60_000)
})

describe('the end of a supervisor', () => {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const clean of cleanups.splice(0)) await clean()
  })
  test('that is asked to stop ends its core first', async () => {
    const host = await startHost()
    const core = host.pid()
    expect(isAlive(core)).toBe(true)
    await host.stop()
    expect(isAlive(core)).toBe(false)
  }, 60_000)
  test('that is killed ends its core too, which lets go of the store', async () => {
    const store = mkdtempSync(join(tmpdir(), 'takt-store-'))
    const host = await startHost({ store })
    cleanups.push(() => rmSync(store, { recursive: true, force: true }))
    const core = host.pid()
    await host.killSupervisor()
    await expect.poll(() => isAlive(core), { timeout: 20_000 }).toBe(false)
    const next = await startHost({ store })
    await next.stop()
  }, 60_000)
  test('that finds its port taken says so and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((ready) => other.once('listening', ready))
    cleanups.push(() => other.close())
    const { port } = other.address() as { port: number }
    const store = mkdtempSync(join(tmpdir(), 'takt-store-'))
    cleanups.push(() => rmSync(store, { recursive: true, force: true }))
    const second = spawn(process.execPath, [web, '--store', store, '--port', String(port)], {
      env: { ...process.env, TAKT_NO_OPEN: '1' },
    })
    let said = ''
    second.stderr.on('data', (text: Buffer) => {
      said += text.toString()
    })
    expect(await new Promise((done) => second.once('close', done))).toBe(1)
    expect(said).toBe(
      `Port ${port} of this machine is taken.\nName another with --port, or leave it out for any free one.\n`,
    )
  }, 60_000)
})
