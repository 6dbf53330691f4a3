import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { contract } from '../../preload/contract'
import { Draft } from '../../preload/contract/projects'
import { sealingVault } from '../support/vault'
import { readHere } from '../support/kubeconfigs'

/** One for each kind of credential that the product takes: none of them may ever be seen again. */
const CANARIES = Object.fromEntries(
  [
    ...['token', 'token-file', 'password', 'key', 'refresh', 'id-token', 'client-secret'],
    ...['exec-variable', 'exec-word', 'exec-answer', 'exec-failure'],
    ...['entry-proxy', 'settings-proxy', 'site-proxy', 'server-address', 'repository'],
    ...['aws-secret', 'aws-session', 'aws-process', 'ldap-bind'],
  ].map((kind, at) => [
    kind,
    `canary${String(at).padStart(2, '0')}x${randomBytes(9).toString('hex')}`,
  ]),
) as Record<string, string>
const canary = (kind: string): string => {
  const found = CANARIES[kind]
  if (found === undefined) throw new Error(`There is no canary ${kind}.`)
  return found
}
const base64 = (text: string) => Buffer.from(text).toString('base64')
/** The middle of what any base64 of a text holds, wherever in a longer text it stands. */
const forms = (text: string) => [
  text,
  ...[0, 1, 2].map((shift) => base64('x'.repeat(shift) + text).slice(4, -4)),
  Buffer.from(text).toString('hex'),
]

let home: string
let core: Core
let takt: CoreClient
/** Every answer, failure and item of a stream that left the core. */
const heard: string[] = []
const hear = async (what: string, asked: Promise<unknown>): Promise<unknown> => {
  try {
    const answer = await asked
    heard.push(JSON.stringify([what, answer]) ?? '')
    return answer
  } catch (error) {
    const { message, data } = error as { message: string; data?: unknown }
    heard.push(JSON.stringify([what, message, data]))
    return undefined
  }
}
const SERVER = 'https://127.0.0.1:1'
const execOf = (command: string, more: object = {}) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command, ...more },
})
const pem = (text: string) =>
  base64(`-----BEGIN PRIVATE KEY-----\n${base64(text)}\n-----END PRIVATE KEY-----\n`)
const answering = (status: object) =>
  JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })

function writeHome() {
  const program = (name: string, text: string) => {
    writeFileSync(join(home, name), text)
    chmodSync(join(home, name), 0o755)
    return join(home, name)
  }
  // A script is shown whole, so what it answers lies beside it.
  const printing = (name: string, answer: string) => {
    writeFileSync(join(home, `${name}.answer`), answer)
    return program(name, '#!/bin/sh\ncat "$0.answer"\n')
  }
  writeFileSync(join(home, 'token-file'), canary('token-file'))
  const users = {
    'by-token': { token: canary('token') },
    'by-token-file': { tokenFile: join(home, 'token-file') },
    'by-password': { username: 'mara', password: canary('password') },
    'by-key': {
      'client-certificate-data': base64('no certificate'),
      'client-key-data': pem(canary('key')),
    },
    'by-oidc': {
      'auth-provider': {
        name: 'oidc',
        config: {
          'idp-issuer-url': 'https://127.0.0.1:1',
          'client-id': 'takt',
          'client-secret': canary('client-secret'),
          'refresh-token': canary('refresh'),
          'id-token': `eyJhbGciOiJub25lIn0.${canary('id-token')}.x`,
        },
      },
    },
    'by-plugin': execOf(printing('login', answering({ token: canary('exec-answer') })), {
      args: ['--client-secret', canary('exec-word')],
      env: [{ name: 'API_TOKEN', value: canary('exec-variable') }],
    }),
    'by-failing-plugin': execOf(
      program('failing', `#!/bin/sh\necho "token=${'$'}(cat ${join(home, 'said')})" >&2\nexit 1\n`),
    ),
  }
  writeFileSync(join(home, 'said'), canary('exec-failure'))
  const names = Object.keys(users)
  writeFileSync(
    join(home, 'config'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'far',
          cluster: {
            server: SERVER,
            'proxy-url': `http://mara:${canary('entry-proxy')}@127.0.0.1:2`,
          },
        },
        { name: 'near', cluster: { server: SERVER } },
        {
          name: 'named',
          cluster: { server: `https://mara:${canary('server-address')}@127.0.0.1:1` },
        },
      ],
      users: Object.entries(users).map(([name, user]) => ({ name, user })),
      contexts: [
        ...names.map((user) => ({ name: user, context: { cluster: 'near', user } })),
        { name: 'through-proxy', context: { cluster: 'far', user: 'by-token' } },
        { name: 'named-server', context: { cluster: 'named', user: 'by-token' } },
      ],
    }),
  )
  mkdirSync(join(home, '.aws'))
  writeFileSync(
    join(home, '.aws/credentials'),
    `[keys]\naws_access_key_id = AKIAAAAAAAAAAAAAAAAA\naws_secret_access_key = ${canary('aws-secret')}\naws_session_token = ${canary('aws-session')}\nregion = eu-north-1\n`,
  )
  const keys = {
    Version: 1,
    AccessKeyId: 'ASIAAAAAAAAAAAAAAAAA',
    SecretAccessKey: canary('aws-process'),
  }
  writeFileSync(
    join(home, '.aws/config'),
    `[profile process]\nregion = eu-north-1\ncredential_process = ${printing('keys', JSON.stringify(keys))}\n`,
  )
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'takt-secrets-'))
  writeHome()
  core = await compose({
    kubeconfigs: readHere,
    storeDir: join(home, 'store'),
    host: 'test',
    version: '0.0.0',
    // Whatever is asked of AWS goes to a port where nobody listens.
    env: {
      HOME: home,
      PATH: process.env['PATH'],
      KUBECONFIG: join(home, 'config'),
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_MAX_ATTEMPTS: '1',
    },
    clock: systemClock,
    random: seeded(7),
    vault: sealingVault,
    plant: false,
  })
  takt = createRouterClient(core.router) as CoreClient
  await core.started
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('no credential of any kind is in an answer, a stream, the log, the journal or the store', async () => {
  await hear(
    'settings',
    takt.settings.set({ proxy: `http://mara:${canary('settings-proxy')}@127.0.0.1:3` }),
  )
  await hear('settings', takt.settings.set({ noProxy: '127.0.0.1' }))
  await hear(
    'add',
    takt.sites.addOidc({
      name: 'edge',
      server: SERVER,
      issuer: 'https://127.0.0.1:1',
      clientId: 'takt',
      scopes: [],
      proxy: `socks5://mara:${canary('site-proxy')}@127.0.0.1:4`,
    }),
  )
  for (const field of ['server', 'issuer'] as const)
    await hear(
      'refused',
      takt.sites.addOidc({
        ...{ name: 'no', server: SERVER, issuer: SERVER, clientId: 'takt', scopes: [] },
        [field]: `https://mara:${canary('server-address')}@127.0.0.1:1`,
      }),
    )
  const repository = `https://mara:${canary('repository')}@git.example/voice.git`
  const draft = Draft.parse({ id: 'a', step: 'define', name: 'voice', project: { repository } })
  for (const asked of [
    takt.projects.saveDraft({ draft }),
    takt.projects.saveDraft({ draft: { ...draft, id: 'b', project: { repository } } }),
    takt.environments.planProvision({ draft: { ...draft, project: { repository } } }),
    takt.objects.setGpuSource({ site: 'edge', url: repository }),
  ])
    await hear('repository', asked)
  expect((await takt.projects.drafts()).map(({ project }) => project.repository)).toEqual([
    'https://git.example/voice.git',
    'https://git.example/voice.git',
  ])
  const { contexts } = await takt.sites.contexts()
  expect(contexts).toHaveLength(9)
  for (const { id, plugin } of contexts) {
    const program = plugin && (await takt.sites.program({ site: id }))
    heard.push(JSON.stringify(program ?? null))
    await hear(
      'connect',
      takt.sites.connect({ site: id, ...(program && { consentToHash: program.hash }) }),
    )
  }
  await hear('connect', takt.sites.connect({ site: 'edge' }))
  const process = await takt.sites.program({ profile: 'process' })
  await hear(
    'eks',
    takt.sites.eksClusters({
      profile: 'process',
      region: 'eu-north-1',
      consentToHash: process.hash,
    }),
  )
  await hear('eks', takt.sites.eksClusters({ profile: 'keys', region: 'eu-north-1' }))
  await hear(
    'directory',
    takt.people.setDirectory({
      kind: 'ldap',
      url: 'ldaps://127.0.0.1:1',
      startTls: true,
      flavour: 'openldap',
      baseDn: 'dc=example,dc=com',
      bindName: 'uid=mara,dc=example,dc=com',
      userPrefix: '',
      groupPrefix: '',
    }),
  )
  await hear('sign-in', takt.people.signIn({ password: canary('ldap-bind'), keep: true }))
  const credentials = await takt.sites.credentials()
  expect(credentials.find(({ of }) => of === 'proxy')).toMatchObject({
    state: 'held',
    from: 'keyring',
  })
  expect(credentials.find(({ of }) => of === 'by-plugin')).toMatchObject({ kind: 'exec' })
  expect((await takt.sites.consents()).map(({ of }) => of)).toContain('by-plugin')
  await everyAnswer()
  await core.close()
  const written = readdirSync(join(home, 'store'), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n')
  expect(written.length).toBeGreaterThan(1000)
  const said = heard.join('\n')
  // The programs ran and the addresses were used: what was looked for was really there to be found.
  expect(said).toContain('by-plugin')
  expect(said).toContain('••••@127.0.0.1')
  expect(said).toContain('token=[hidden]')
  for (const [kind, secret] of Object.entries(CANARIES))
    for (const form of forms(secret)) {
      expect(
        heard.filter((one) => one.includes(form)).map((one) => one.slice(0, 600)),
        `${kind} in an answer`,
      ).toEqual([])
      expect(written.includes(form), `${kind} in the store or the log`).toBe(false)
    }
})

/** Asks every entry of the contract that takes no question, and hears the first item of every stream. */
async function everyAnswer() {
  for (const [part, entries] of Object.entries(contract))
    for (const [name, entry] of Object.entries(entries)) {
      if ((entry as { '~orpc': { inputSchema?: unknown } })['~orpc'].inputSchema !== undefined)
        continue
      const asking = (
        takt as unknown as Record<
          string,
          Record<string, (input: undefined, options: { signal: AbortSignal }) => Promise<unknown>>
        >
      )[part]?.[name]
      if (!asking || SKIPPED.has(`${part}.${name}`)) continue
      const life = new AbortController()
      const over = setTimeout(() => life.abort(), 3000)
      const answer = await hear(`${part}.${name}`, asking(undefined, { signal: life.signal }))
      if (answer !== null && typeof answer === 'object' && Symbol.asyncIterator in answer)
        await hear(`${part}.${name}`, firstOf(answer as AsyncIterable<unknown>))
      clearTimeout(over)
      life.abort()
    }
}
// It would open the simulated sites, which this core has not.
const SKIPPED = new Set(['sites.openPlant', 'sites.closePlant'])
async function firstOf(stream: AsyncIterable<unknown>): Promise<unknown> {
  for await (const item of stream) return item
  return undefined
}
