import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explain } from '../../../../preload/contract/explain'
import { HandClock } from '../../../../test/support/clock'
import { succeed } from '../../../kernel/outcome'
import { makeMeans } from '../means'
import { authOf, targetOf } from './credentials'
import { readKubeconfigs } from './kubeconfig'
import type { KubeContext } from './kubeconfig-files'
import { partsOf } from './kubeconfig-parts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-kubeconfig-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const config = (
  name: string,
  { user = '{ token: t }', server = 'https://rack:6443', more = '' } = {},
) =>
  `apiVersion: v1\nkind: Config\nclusters:\n- name: ${name}\n  cluster: { server: "${server}"${more} }\nusers:\n- name: ${name}-user\n  user: ${user}\ncontexts:\n- name: ${name}\n  context: { cluster: ${name}, user: ${name}-user }\n`
const read = (...paths: string[]) => readKubeconfigs(paths.map((path) => ({ path, asked: true })))
const means = (clock = new HandClock()) =>
  makeMeans({
    clock,
    env: {},
    settings: {
      get: () => undefined,
      set: () => succeed(undefined),
      remove: () => succeed(undefined),
    },
  })
const open = (context: KubeContext, clock?: HandClock) =>
  targetOf(() => succeed(context), means(clock))

test('contexts of many files and folders, in order; one name twice keeps both', () => {
  mkdirSync(join(folder, 'more'))
  const files = [at('one', config('rack')), join(folder, 'more')]
  at('more/b.yaml', config('rack', { server: 'https://other:6443' }))
  at('more/a.yaml', config('edge'))
  at('more/.hidden', 'not: [yaml')
  const { contexts, unreadable } = read(...files)
  expect(contexts.map(({ id, cluster }) => [id, cluster.server])).toEqual([
    ['rack', 'https://rack:6443'],
    ['edge', 'https://rack:6443'],
    ['rack@b.yaml', 'https://other:6443'],
  ])
  expect(unreadable).toEqual([])
})

test.each([
  ['is missing', () => join(folder, 'none'), 'there is no such file'],
  ['is not YAML', () => at('bad', 'clusters: [: no'), 'it is not YAML'],
  ['is a list', () => at('list', '- a\n- b'), 'expected object'],
  [
    'has a context without a cluster',
    () => at('loose', 'contexts: [{ name: x, context: { cluster: gone, user: u } }]'),
    'names cluster gone, which is nowhere',
  ],
  [
    'has a server that is no address',
    () => at('server', config('rack', { server: 'rack' })),
    'a server address beginning with',
  ],
  [
    'is huge',
    () => {
      const file = at('huge', config('rack'))
      truncateSync(file, 9 * 2 ** 20)
      return file
    },
    'it has 9 MB',
  ],
  [
    'is a bomb of aliases',
    () =>
      at(
        'bomb',
        `a: &a [x,x,x,x,x,x,x,x,x,x]\n${['b', 'c', 'd', 'e', 'f', 'g'].map((name, n) => `${name}: &${name} [${Array(10).fill(`*${'abcdef'[n]}`).join(',')}]`).join('\n')}\n`,
      ),
    '',
  ],
])('a file that %s is named and harms no other', (_what, make, cause) => {
  const good = at('good', config('good'))
  const { contexts, unreadable } = read(make(), good)
  expect(contexts.map(({ id }) => id)).toContain('good')
  expect(unreadable).toHaveLength(1)
  expect(unreadable[0]).toMatchObject({
    code: 'KUBECONFIG_UNREADABLE',
    data: { cause: expect.stringContaining(cause) as string },
  })
  expect(explain(unreadable[0] ?? never()).remedy).not.toBe('')
})
const never = (): never => {
  throw new Error('nothing was unreadable')
}

test('the usual place may be empty, and an unreadable file never quotes a secret', () => {
  expect(readKubeconfigs([{ path: join(folder, 'none'), asked: false }])).toEqual({
    contexts: [],
    unreadable: [],
  })
  const { unreadable } = read(
    at('secret', 'users:\n- name: x\n  user:\n    token: s3cr3t-token-value: oops\n'),
  )
  expect(JSON.stringify(unreadable)).not.toContain('s3cr3t-token-value')
})

test.each([
  ['{ token: t }', 'token'],
  ['{ tokenFile: t }', 'token'],
  ['{ client-certificate-data: YQ==, client-key-data: Yg== }', 'certificate'],
  ['{ exec: { apiVersion: v1, command: aws, args: null, env: null } }', 'exec'],
  ['{ auth-provider: { name: gcp } }', 'oidc'],
  ['{ username: u, password: p }', 'basic'],
  ['{}', 'none'],
  ['null', 'none'],
])('a user %s signs in by %s', (user, auth) => {
  const [context] = read(at('one', config('rack', { user }))).contexts
  expect(authOf(context?.user ?? {})).toBe(auth)
})

test('files are found beside the kubeconfig, and read when the first request needs them', async () => {
  at('ca.crt', 'the authority')
  at('token', 'first\n')
  const [context] = read(
    at(
      'one',
      config('rack', {
        user: '{ tokenFile: token }',
        more: ', certificate-authority: ca.crt, tls-server-name: rack.example',
      }),
    ),
  ).contexts
  if (!context) throw new Error('no context')
  const clock = new HandClock()
  const target = open(context, clock)
  if (!target.ok) throw new Error(target.failure.code)
  expect(target.value.tls).toEqual({ ca: ['the authority'], serverName: 'rack.example' })
  expect(await target.value.credentials.get()).toEqual({
    ok: true,
    value: { authorization: 'Bearer first' },
  })
  at('token', 'second\n')
  await clock.advance(60_000)
  expect(await target.value.credentials.get()).toEqual({
    ok: true,
    value: { authorization: 'Bearer second' },
  })
})

test('an entry that acts as somebody else is refused, not used as oneself', () => {
  const [context] = read(at('one', config('rack', { user: '{ token: t, as: admin }' }))).contexts
  expect(context && open(context)).toMatchObject({
    ok: false,
    failure: { code: 'NOT_SUPPORTED_HERE' },
  })
})

test.each<[what: string, section: string, entry: string]>([
  ['an entry that is a text', 'users', 'oops'],
  [
    'a proxy that is no address',
    'clusters',
    '{name: x, cluster: {server: "https://x", proxy-url: nowhere}}',
  ],
  [
    'an authority that is not base64',
    'clusters',
    '{name: x, cluster: {server: "https://x", certificate-authority-data: "?"}}',
  ],
  [
    'a switch that is a text',
    'clusters',
    '{name: x, cluster: {server: "https://x", insecure-skip-tls-verify: "yes"}}',
  ],
  ['a user that is a list', 'users', '{name: x, user: [1]}'],
  ['a context that is a list', 'contexts', '{name: x, context: [1]}'],
])('%s costs nothing else of its file', (_what, section, entry) => {
  const file = at('file', config('good').replace(`${section}:\n`, `${section}:\n- ${entry}\n`))
  const { contexts, unreadable } = read(file)
  expect(contexts.map(({ id }) => id)).toEqual(['good'])
  expect(unreadable).toHaveLength(1)
})

test('what repeats a key means its last, and merge keys merge', () => {
  const { contexts } = read(
    at(
      'keys',
      config('rack').replace(
        '{ server: "https://rack:6443" }',
        '{ server: "https://a", server: "https://b" }',
      ),
    ),
  )
  expect(contexts[0]?.cluster.server).toBe('https://b')
})

test('a pipe, a folder and a device are named and never opened', () => {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const { contexts, unreadable } = read(
    join(folder, 'pipe'),
    '/dev/zero',
    at('good', config('good')),
  )
  expect(contexts.map(({ id }) => id)).toEqual(['good'])
  expect(unreadable.map(({ data }) => (data as { cause: string }).cause)).toEqual([
    'it is a named pipe, which may never end',
    'it is a device, which may never end',
  ])
})

test('a token beside a file that is not there is used, as by kubectl; a file with a broken line is named', async () => {
  const [context] = read(
    at('one', config('rack', { user: '{ token: abc, tokenFile: gone }' })),
  ).contexts
  const target = context && open(context)
  expect(target?.ok && (await target.value.credentials.get())).toEqual({
    ok: true,
    value: { authorization: 'Bearer abc' },
  })
  at('torn', 'abc\ndef')
  const [torn] = read(at('two', config('rack', { user: '{ tokenFile: torn }' }))).contexts
  const other = torn && open(torn)
  expect(other?.ok && (await other.value.credentials.get())).toMatchObject({
    failure: {
      code: 'KUBECONFIG_UNREADABLE',
      data: { cause: expect.stringContaining('line break') as string },
    },
  })
})

test('a long file is read in pieces and means the same as read whole', () => {
  const many = Array.from(
    { length: 3000 },
    (_none, n) => `- name: c${String(n)}\n  context: { cluster: rack, user: rack-user }\n`,
  )
  const pad = `# ${'x'.repeat(300_000)}\n`
  const plain = config('rack').replace('contexts:\n', `contexts:\n${many.join('')}`)
  const [whole, pieces] = [plain, `${plain}${pad}`].map((text, n) =>
    read(at(`long${String(n)}`, text)),
  )
  expect(pieces?.contexts).toHaveLength(3001)
  expect(pieces?.contexts.map(({ name }) => name)).toEqual(whole?.contexts.map(({ name }) => name))
  expect([...partsOf(`${plain}${pad}`)].length).toBeGreaterThan(3)
  for (const odd of [
    `${plain}${pad}`.replace('cluster: { server', 'cluster: &a { server'),
    JSON.stringify({
      kind: 'Config',
      clusters: [{ name: 'rack', cluster: { server: 'https://rack' } }],
      users: [{ name: 'rack-user' }],
      contexts: Array.from({ length: 3001 }, (_none, n) => ({
        name: `c${String(n)}`,
        context: { cluster: 'rack', user: 'rack-user' },
      })),
      more: 'x'.repeat(300_000),
    }),
  ])
    expect(read(at('odd', odd)).contexts).toHaveLength(3001)
})
