import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HandClock } from '../../../../test/support/clock'
import { memorySettings } from '../../../../test/support/settings'
import { succeed } from '../../../kernel/outcome'
import { Broker } from '../broker'
import { Presence } from '../presence'
import type { KubeExec } from './kubeconfig-files'
import { Programs } from '../programs/programs'
import { findProgram } from '../programs/what-runs'
import { callOf, pluginIdentity } from './plugin'

let folder: string
let program: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-plugin-'))
  program = join(folder, 'sign-in')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(script: string) {
  writeFileSync(program, `#!/bin/sh\n${script}\n`)
  chmodSync(program, 0o755)
}
const env = () => ({ PATH: `${folder}:/bin:/usr/bin`, TAKT_TEST: 'from the machine' })
const exec = (more: Partial<KubeExec> = {}): KubeExec =>
  ({
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sign-in',
    args: ['get-token'],
    env: [{ name: 'PROFILE', value: 'lab' }],
    ...more,
  }) as KubeExec
const programsOf = (clock: HandClock) =>
  new Programs({ env, clock, settings: memorySettings(), account: 'mara' })
const cluster = { server: 'https://rack:6443' }
const credentials = (clock: HandClock, more: { allowed?: boolean; exec?: KubeExec } = {}) => {
  const programs = programsOf(clock)
  const call = callOf('rack', more.exec ?? exec())
  if (more.allowed !== false) programs.consent(programs.describe(call).hash)
  const identity = pluginIdentity('rack', { exec: more.exec ?? exec(), cluster }, { env, programs })
  return new Broker({ clock, presence: new Presence(clock) }).credentials('rack', () =>
    succeed(identity),
  )
}
const answer = (status: object) =>
  `echo '${JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })}'`

test('nothing runs before a person allowed exactly this command', async () => {
  write(`touch ${folder}/ran; ${answer({ token: 'abc' })}`)
  const refused = await credentials(new HandClock(), { allowed: false }).get()
  expect(refused).toEqual({
    ok: false,
    failure: {
      code: 'PLUGIN_NEEDS_CONSENT',
      data: { site: 'rack', command: 'sign-in get-token', hash: expect.any(String) as string },
    },
  })
  expect(existsSync(join(folder, 'ran'))).toBe(false)
})

test('it is run once for many, told what it needs, and again when its credential is about to expire or was refused', async () => {
  write(
    `echo run >> ${folder}/runs; echo "$PROFILE $KUBERNETES_EXEC_INFO" > ${folder}/told; ${answer({ token: 'abc', expirationTimestamp: '2026-11-18T15:32:00Z' })}`,
  )
  const runs = () => readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n').length
  const clock = new HandClock(Date.parse('2026-11-18T14:32:00Z'))
  const held = credentials(clock)
  const all = await Promise.all([held.get(), held.get(), held.get()])
  expect(all).toEqual(
    Array.from({ length: 3 }, () => ({ ok: true, value: { authorization: 'Bearer abc' } })),
  )
  expect(runs()).toBe(1)
  const told = readFileSync(join(folder, 'told'), 'utf8')
  expect(told).toMatch(/^lab \{/)
  expect(JSON.parse(told.slice(4))).toMatchObject({
    kind: 'ExecCredential',
    spec: { interactive: false },
  })
  await clock.advance(58 * 60_000)
  await held.get()
  expect(runs()).toBe(1)
  await clock.advance(90_000)
  // Within a minute of its end it is made anew behind whoever asks.
  expect(await held.get()).toEqual({ ok: true, value: { authorization: 'Bearer abc' } })
  await expect.poll(runs).toBe(2)
  const again = await held.get()
  expect(again.ok && held.refused(again.value)).toBe(true)
})

test('one that fails is told with exit code and the end of what it said, secrets hidden', async () => {
  write('echo "SSO session expired, token=s3cr3t-token" >&2; exit 254')
  expect(await credentials(new HandClock()).get()).toEqual({
    ok: false,
    failure: {
      code: 'PLUGIN_FAILED',
      data: {
        site: 'rack',
        command: 'sign-in get-token',
        exitCode: 254,
        stderr: 'SSO session expired, token=[hidden]',
      },
    },
  })
})

test('one that prints something else, and one that is not there', async () => {
  write('echo hello')
  expect(await credentials(new HandClock()).get()).toMatchObject({
    ok: false,
    failure: { code: 'PLUGIN_FAILED', data: { stderr: 'it did not print an ExecCredential' } },
  })
  const missing = exec({ command: 'no-such-plugin', installHint: 'npm install it' })
  expect(await credentials(new HandClock(), { exec: missing }).get()).toMatchObject({
    ok: false,
    failure: {
      code: 'PLUGIN_FAILED',
      data: { stderr: 'no-such-plugin was not found on the PATH. npm install it' },
    },
  })
})

test.each([
  [
    'nothing usable',
    { expirationTimestamp: '2027-01-01T00:00:00Z' },
    'neither a token nor a certificate',
  ],
  [
    'a certificate without its key',
    { clientCertificateData: 'c' },
    'a certificate without its key',
  ],
  ['an end that is no instant', { token: 't', expirationTimestamp: 'soon' }, 'no instant'],
])('one that prints %s is not believed', async (_what, status, says) => {
  write(answer(status))
  expect(await credentials(new HandClock()).get()).toMatchObject({
    ok: false,
    failure: {
      code: 'PLUGIN_FAILED',
      data: { exitCode: 0, stderr: expect.stringContaining(says) as string },
    },
  })
})

test('one that prints another version, or wants a terminal, is told so', async () => {
  write(
    `echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t"}}'`,
  )
  expect(await credentials(new HandClock()).get()).toMatchObject({
    failure: { data: { stderr: expect.stringContaining('v1beta1 where') as string } },
  })
  expect(
    await credentials(new HandClock(), { exec: exec({ interactiveMode: 'Always' }) }).get(),
  ).toMatchObject({ failure: { data: { stderr: expect.stringContaining('terminal') as string } } })
})

test('one that hangs is stopped after a minute, with everything it started', async () => {
  write(`sleep 600 & echo $! > ${folder}/child; wait`)
  const clock = new HandClock()
  const pending = credentials(clock).get()
  await expect
    .poll(
      () => existsSync(join(folder, 'child')) && readFileSync(join(folder, 'child'), 'utf8').trim(),
    )
    .toBeTruthy()
  const child = Number(readFileSync(join(folder, 'child'), 'utf8'))
  await clock.advance(59_000)
  expect(isAlive(child)).toBe(true)
  await clock.advance(1000)
  expect(await pending).toMatchObject({
    ok: false,
    failure: {
      code: 'PLUGIN_FAILED',
      data: { stderr: expect.stringContaining('did not end within 60 s') as string },
    },
  })
  await expect.poll(() => isAlive(child)).toBe(false)
})
// A killed child whose parent has gone may stay as a zombie until it is reaped: that is not alive.
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(
      existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '',
    )
  } catch {
    return false
  }
}

test('a program is found on the PATH or by its address, and only if it may be run', () => {
  write('true')
  expect(findProgram('sign-in', env())).toBe(program)
  expect(findProgram(program, {})).toBe(program)
  writeFileSync(join(folder, 'data'), '')
  expect(findProgram('data', env())).toBeUndefined()
})
