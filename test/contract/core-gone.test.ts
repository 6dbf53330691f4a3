import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { placeToListen } from '../../main/hosts/local/address'
import { attachLocally } from '../../main/hosts/local/socket'
import { startHost, type RunningHost } from '../support/host'
import { runTakt, type Answer } from '../support/takt'

const cli = fileURLToPath(new URL('../../out/main/cli.mjs', import.meta.url))
const PROJECT = [
  ...['project', 'create', 'gone-core', '--question', 'Does it go on?', '--owner', 'mara.lind'],
  ...['--team', 'Voice', '--cost-centre', '4410', '--due', '2099-01-31', '--budget-usd', '100'],
  ...['--site', 'oslo', '--yes'],
]
const ENVIRONMENT = ['env', 'create', 'gone-core', '--size', 'CPU small', '--tool', 'jupyter']
const ADDS = [...ENVIRONMENT, '--yes']

/** Runs a command and does something once it has said what is waited for; answers how it ended. */
async function during(
  store: string,
  { args, says, act }: { args: string[]; says: RegExp; act: () => unknown },
): Promise<Answer> {
  const program = spawn(process.execPath, [cli, '--store', store, ...args], {
    env: { ...process.env, KUBECONFIG: join(store, 'no-kubeconfig') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const answer = { out: '', err: '' }
  let acted = false
  const hear = (to: 'out' | 'err') => (text: Buffer) => {
    answer[to] += text.toString()
    if (acted || !says.test(answer.out + answer.err)) return
    acted = true
    void act()
  }
  program.stdout.on('data', hear('out'))
  program.stderr.on('data', hear('err'))
  const [code] = (await once(program, 'close')) as [number | null]
  expect(acted).toBe(true)
  return { code: code ?? -1, ...answer }
}

describe('a core that is killed under a running command', () => {
  let host: RunningHost
  const takt = (...args: string[]) => runTakt(host.store, args)
  /** A command that comes while there is no core would hold one of its own. */
  const isBack = () =>
    expect
      .poll(async () => {
        const attached = await attachLocally(host.store)
        attached?.close()
        return attached !== undefined
      })
      .toBe(true)
  const killCore = () => process.kill(host.pid(), 'SIGKILL')
  const operations = async () => {
    const { out } = await takt('--json', 'operation', 'list')
    return JSON.parse(out || '[]') as { id: string; title: string; state: string }[]
  }
  beforeAll(async () => {
    host = await startHost()
    for (const args of [['plant', 'open'], PROJECT, ['plant', 'speed', '1']])
      expect(await takt(...args)).toMatchObject({ code: 0 })
  })
  afterAll(() => host.stop())

  test('says which operation goes on, with exit code 5, and the next core takes it to its end', async () => {
    const { code, err } = await during(host.store, {
      args: ADDS,
      says: /\d\/\d+ \S/,
      act: killCore,
    })
    expect({ code, err }).toEqual({
      code: 5,
      err: expect.stringMatching(
        /The core ended before it answered\. "[^"]+" had begun and goes on as soon as a core runs again \(\S+\)\.\nLook with takt operation list;/,
      ) as string,
    })
    expect(err).not.toMatch(/bug|Error|at .*\.mjs/)
    const [, id] = /\((\S+)\)\.\n/.exec(err) ?? []
    await isBack()
    expect(await takt('plant', 'speed', '3600')).toMatchObject({ code: 0 })
    await expect
      .poll(async () => (await operations()).find((one) => one.id === id)?.state, {
        timeout: 60_000,
      })
      .toBe('done')
  })
  test('says of one that only looks that nothing had begun', async () => {
    const { out } = await takt('--json', 'env', 'list')
    const [first] = JSON.parse(out) as { meta: { namespace: string; name: string } }[]
    const watched = `${first?.meta.namespace ?? ''}/${first?.meta.name ?? ''}`
    const { code, err } = await during(host.store, {
      args: ['--json', 'env', 'open', watched],
      says: /"url"/,
      act: killCore,
    })
    expect({ code, error: JSON.parse(err) as unknown }).toMatchObject({
      code: 5,
      error: {
        error: {
          code: 'CORE_GONE',
          says: 'The core ended before it answered. This command had begun no operation.',
        },
      },
    })
  })
  test('says the same where nothing starts a core again', async () => {
    await isBack()
    expect(await takt('plant', 'speed', '1')).toMatchObject({ code: 0 })
    const { code, err } = await during(host.store, {
      args: ADDS,
      says: /\d\/\d+ \S/,
      act: () => host.kill(),
    })
    expect({ code, err }).toMatchObject({
      code: 5,
      err: expect.stringContaining('goes on as soon as a core runs again') as string,
    })
    expect(err).not.toMatch(/bug/)
  })
})

describe('a core whose answers are none', () => {
  const store = mkdtempSync(join(tmpdir(), 'takt-rubbish-core-'))
  let answerOf: (id: string) => string | Buffer
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) =>
    socket.on('message', (raw: Buffer) => {
      const { i } = JSON.parse(raw.toString()) as { i: string }
      socket.send(answerOf(i))
    }),
  )
  beforeAll(() => new Promise<void>((ready) => server.listen(placeToListen(store), ready)))
  afterAll(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    rmSync(store, { recursive: true, force: true })
  })

  test.each<[what: string, answer: (id: string) => string | Buffer]>([
    ['text that is no JSON', () => '{"i": "1", '],
    ['bytes', () => Buffer.from([0, 255, 7])],
    ['a list', () => '[1, 2]'],
    [
      'a body that nobody wrote',
      (i) => JSON.stringify({ i, p: { b: { json: null, meta: [[1, 'a', 'b']] } } }),
    ],
  ])('%s: the command says so, with exit code 5', async (_what, answer) => {
    answerOf = answer
    const { code, err } = await runTakt(store, ['operation', 'show', 'x'])
    expect({ code, err }).toEqual({
      code: 5,
      err: 'What the core answered cannot be read. This command had begun no operation.\nThe core that runs may be of another version: close it, and run the command again.\n',
    })
  })
  test('half a letter in an answer is shown as one that cannot be shown', async () => {
    answerOf = (i) => `{"i":${JSON.stringify(i)},"p":{"b":{"json":{"title":"a\\ud800b"}}}}`
    const { code, out, err } = await runTakt(store, ['operation', 'show', 'x'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toEqual({ title: expect.stringMatching(/^a.+b$/) as string })
  })
})
