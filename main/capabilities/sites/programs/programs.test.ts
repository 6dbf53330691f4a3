import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HandClock } from '../../../../test/support/clock'
import { memorySettings } from '../../../../test/support/settings'
import { Programs, type ProgramCall } from './programs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-programs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const env = () => ({ PATH: `${folder}:/usr/bin:/bin` })
const settings = () => memorySettings()
const programsOn = (kept = settings()) =>
  new Programs({ env, clock: new HandClock(), settings: kept, account: 'mara' })
const call = (
  command: string,
  args: string[] = [],
  variables: ProgramCall['variables'] = [],
): ProgramCall => ({
  kind: 'exec plugin',
  of: 'rack',
  command,
  args,
  variables,
})
function script(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}
const allow = (programs: Programs, of: ProgramCall) => {
  const { hash } = programs.describe(of)
  programs.consent(hash)
  return hash
}
const paths = (programs: Programs, of: ProgramCall) =>
  programs.describe(of).files.map(({ role, path }) => `${role} ${path.replace(folder, '')}`)

test('consent is to the exact bytes: another word, value, file or library asks again', async () => {
  script('login', '#!/bin/sh\necho hello\n')
  const programs = programsOn()
  const agreed = call('login', ['get'], [{ name: 'PROFILE', value: 'lab' }])
  allow(programs, agreed)
  expect(await programs.run(agreed, env())).toMatchObject({ ended: { stdout: 'hello\n' } })
  for (const other of [
    call('login', ['get', '--all'], agreed.variables),
    call('login', ['get'], [{ name: 'PROFILE', value: 'prod' }]),
    call('login', ['get'], [...agreed.variables, { name: 'LD_PRELOAD', value: '/tmp/x.so' }]),
    { ...agreed, also: ['other'] },
  ])
    expect(await programs.run(other, env())).toMatchObject({ asks: true })
  script('login', '#!/bin/sh\necho other\n')
  const ran = await programs.run(agreed, env())
  expect(ran).toMatchObject({
    asks: true,
    shown: { before: { by: 'mara', words: ['login', 'get'] } },
  })
  expect(ran.shown.files.find(({ path }) => path.endsWith('login'))?.lines).toEqual([
    { text: '#!/bin/sh', isNew: false },
    { text: 'echo other', isNew: true },
    { text: '', isNew: false },
  ])
})
test('a value of LD_PRELOAD is part of what was agreed to', () => {
  script('login', '#!/bin/sh\n')
  const programs = programsOn()
  const preload = (value: string) => call('login', [], [{ name: 'LD_PRELOAD', value }])
  expect(programs.describe(preload('/a.so')).hash).not.toBe(
    programs.describe(preload('/b.so')).hash,
  )
})

describe('the script is found, shown and part of the consent', () => {
  const body = 'echo one\n'
  test.each<[what: string, command: string, args: (path: string) => string[]]>([
    ['bash x.sh', 'bash', (path) => [path, '--zone', 'north']],
    ['bash -x x.sh', 'bash', (path) => ['-x', path]],
    ['sh -c with a path in it', 'sh', (path) => ['-c', `${path} --zone north`]],
    ['sh -c behind a pipe', 'sh', (path) => ['-c', `true && exec ${path}`]],
    ['env with variables', 'env', (path) => ['A=1', 'sh', path]],
    ['env -S', 'env', (path) => ['-S', `sh ${path}`]],
    ['a wrapper of a wrapper', 'nice', (path) => ['-n', '5', 'timeout', '10s', 'bash', path]],
  ])('%s', (_what, command, args) => {
    const path = script('x.sh', body)
    const programs = programsOn()
    const of = call(command, args(path))
    const before = programs.describe(of)
    expect(before.files.find((file) => file.path === path)).toMatchObject({
      role: expect.stringMatching('script|program') as string,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    })
    script('x.sh', 'echo two\n')
    expect(programs.describe(of).hash).not.toBe(before.hash)
  })
  test('python, node and what they load first', () => {
    const tool = (name: string) => script(name, '#!/bin/sh\n')
    for (const name of ['python3.12', 'node']) tool(name)
    const [main, first, key] = [
      script('x.py', 'import os\n'),
      script('first.js', ''),
      script('key.pem', 'secret'),
    ]
    const programs = programsOn()
    expect(paths(programs, call('python3.12', ['-u', main, '--key', key]))).toContain(
      'script /x.py',
    )
    expect(paths(programs, call('python3.12', ['-u', main, '--key', key]))).not.toContain(
      'script /key.pem',
    )
    expect(paths(programs, call('node', ['--require', first, main]))).toEqual(
      expect.arrayContaining(['script /first.js', 'script /x.py']),
    )
    expect(paths(programs, call('node', [`--import=${first}`, main]))).toContain('script /first.js')
  })
  test('the interpreter that a script names in its first line', () => {
    script('runner', '#!/bin/sh\n')
    script('login', '#!/usr/bin/env runner\n')
    expect(paths(programsOn(), call('login'))).toEqual(
      expect.arrayContaining(['program /login', 'interpreter /runner']),
    )
  })
})

test('a program put in place of another while it starts is stopped, told nothing of, and its consent is over', async () => {
  const programs = programsOn()
  const of = call('sh', [join(folder, 'x.sh')])
  script('other.sh', 'echo evil\n')
  // It puts another one into its place, as an attacker who waits for the check to be over would.
  script('x.sh', `mv ${folder}/other.sh ${folder}/x.sh\necho token\n`)
  allow(programs, of)
  const ran = await programs.run(of, env())
  expect(ran).toMatchObject({ trouble: expect.stringContaining('changed while it ran') as string })
  expect(ran).not.toHaveProperty('ended')
  expect(programs.consents()).toEqual([])
})
test('one that is changed between its check and its start does not go on', async () => {
  const programs = programsOn()
  script('x.sh', 'echo one\n')
  const of = call('sh', [join(folder, 'x.sh')])
  allow(programs, of)
  const running = programs.run(of, env())
  script('late.sh', `touch ${folder}/ran\n`)
  renameSync(join(folder, 'late.sh'), join(folder, 'x.sh'))
  expect(await running).toMatchObject({ trouble: expect.stringContaining('changed') as string })
  expect(programs.consents()).toEqual([])
})
test.runIf(process.platform === 'linux')(
  'a native program is started from the file that was hashed, whatever lies under its name by then',
  async () => {
    copyFileSync('/bin/echo', join(folder, 'login'))
    copyFileSync('/bin/false', join(folder, 'evil'))
    const programs = programsOn()
    const of = call('login', ['from the hashed file'])
    allow(programs, of)
    const running = programs.run(of, env())
    renameSync(join(folder, 'evil'), join(folder, 'login'))
    expect(await running).toMatchObject({
      ended: { exitCode: 0, stdout: 'from the hashed file\n' },
    })
    // The next start finds the other one, and asks.
    expect(await programs.run(of, env())).toMatchObject({ asks: true })
  },
)
test('what is no regular file is told at once and never runs', async () => {
  execFileSync('mkfifo', ['-m', '755', join(folder, 'pipe')])
  mkdirSync(join(folder, 'place'))
  const programs = programsOn()
  const pipe = call(join(folder, 'pipe'))
  expect(programs.describe(pipe).problem).toContain('it is no regular file')
  allow(programs, pipe)
  expect(await programs.run(pipe, env())).toMatchObject({
    trouble: expect.stringContaining('no regular file') as string,
  })
  expect(programs.describe(call(join(folder, 'place'))).files).toEqual([])
})
test('consents are kept over a restart, replaced by the next one for the same sign-in, and revoked', async () => {
  const kept = settings()
  script('login', '#!/bin/sh\n')
  const hash = allow(programsOn(kept), call('login'))
  expect(programsOn(kept).describe(call('login'))).toMatchObject({ allowed: true, hash })
  const next = allow(programsOn(kept), call('login', ['--more']))
  expect(
    programsOn(kept)
      .consents()
      .map((one) => one.hash),
  ).toEqual([next])
  programsOn(kept).revoke(next)
  expect(await programsOn(kept).run(call('login', ['--more']), env())).toMatchObject({ asks: true })
})
test('a hash that was never shown allows nothing', () => {
  script('login', '#!/bin/sh\n')
  const programs = programsOn()
  programs.consent('0'.repeat(64))
  expect(programs.consents()).toEqual([])
})
test('neither a secret nor a line of a script is written to the store', () => {
  const kept = settings()
  script('login', '#!/bin/sh\nTOKEN=canary-in-script\n')
  allow(
    programsOn(kept),
    call(
      'login',
      ['--token', 'canary-in-words'],
      [{ name: 'API_KEY', value: 'canary-in-variable' }],
    ),
  )
  expect(JSON.stringify([...kept.kept])).not.toContain('canary')
})
