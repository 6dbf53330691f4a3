import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failure } from '../../../preload/contract/failures'
import { startFakeAws, type FakeAws } from '../../../test/support/aws'
import { HandClock } from '../../../test/support/clock'
import { fail } from '../../kernel/outcome'
import { plainNetwork } from '../network'
import { askAws, INSTANCE, makeAws } from './index'

const KEY = {
  secret: 'the-secret',
  arn: 'arn:aws:iam::111122223333:user/mara',
  account: '111122223333',
}
const MACHINE = 'arn:aws:sts::111122223333:assumed-role/machine/i-1'
const undo: (() => unknown)[] = []
let folder: string
let clock: HandClock
let fake: FakeAws
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'takt-aws-'))
  mkdirSync(join(folder, '.aws'))
  write('')
  clock = new HandClock(Date.now())
  fake = await startFakeAws({ clock, keys: { AKIAMARA: KEY }, clusters: [] })
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
  await fake.close()
  rmSync(folder, { recursive: true, force: true })
})
const write = (config: string) => {
  writeFileSync(join(folder, '.aws', 'config'), config)
  writeFileSync(join(folder, '.aws', 'credentials'), '')
}
/** Some of it is read by the SDK from the process itself. */
function surround(env: Record<string, string>) {
  for (const [name, value] of Object.entries(env)) {
    const before = process.env[name]
    process.env[name] = value
    undo.push(() => {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    })
  }
  return env
}
const open = (env: Record<string, string> = {}) =>
  makeAws({
    env: { HOME: folder, AWS_ENDPOINT_URL: fake.url, ...env },
    clock,
    network: plainNetwork,
    processes: {
      run: (_profile, command) =>
        Promise.resolve(fail(failure('PLUGIN_NEEDS_CONSENT', { site: '', command, hash: 'h' }))),
    },
  })
async function arnOf(env: Record<string, string>, profile: string) {
  const asked = await askAws(
    async () =>
      (await open(env).clients({ profile, region: 'eu-north-1' }).sts()).send(
        new GetCallerIdentityCommand(),
      ),
    { profile, region: 'eu-north-1', service: 'STS', action: 'GetCallerIdentity' },
  )
  return asked.ok ? asked.value.Arn : asked.failure
}
async function serving(
  answer: (request: IncomingMessage & { body: string }, response: ServerResponse) => unknown,
) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => {
      body += piece.toString()
    })
    request.on('end', () => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
      answer(Object.assign(request, { body }), response)
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  undo.push(
    () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(done)
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
const minted = () => {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = fake.mint(MACHINE, 3600)
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: expiration.toISOString(),
  }
}

describe('the role of a machine', () => {
  /** As the metadata service of EC2 in its second version: nothing without a session of its own. */
  const metadata = (role = 'machine') =>
    serving((request, response) => {
      if (
        request.method === 'PUT' &&
        request.url === '/latest/api/token' &&
        request.headers['x-aws-ec2-metadata-token-ttl-seconds']
      )
        return response.end('a-session')
      if (request.headers['x-aws-ec2-metadata-token'] !== 'a-session')
        return response.writeHead(401).end()
      if (role === '') return response.writeHead(404).end()
      return response.end(
        request.url?.endsWith('/security-credentials/')
          ? role
          : JSON.stringify({
              Code: 'Success',
              Type: 'AWS-HMAC',
              LastUpdated: new Date(clock.now()).toISOString(),
              ...minted(),
            }),
      )
    })
  test('is asked of its metadata service, by itself and as the source of another role', async () => {
    const { url, asked } = await metadata()
    const env = surround({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url })
    write(
      '[profile ml]\nrole_arn = arn:aws:iam::111122223333:role/ml\nrole_session_name = takt\ncredential_source = Ec2InstanceMetadata\n',
    )
    expect(open(env).profiles.ambient()).toEqual([{ name: INSTANCE, kind: 'instance' }])
    expect(asked).toEqual([])
    expect(await arnOf(env, INSTANCE)).toBe(MACHINE)
    expect(asked).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/iam/security-credentials/',
      'GET /latest/meta-data/iam/security-credentials/machine',
    ])
    expect(await arnOf(env, 'ml')).toBe('arn:aws:sts::111122223333:assumed-role/ml/takt')
  })
  test('that it does not have is told as that, and none is looked for where that is forbidden', async () => {
    const { url } = await metadata('')
    const env = surround({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url })
    expect(await arnOf(env, INSTANCE)).toMatchObject({
      code: 'AWS_PROFILE_UNUSABLE',
      data: {
        profile: INSTANCE,
        says: expect.stringContaining('this machine has no role') as string,
      },
    })
    const forbidden = { ...env, AWS_EC2_METADATA_DISABLED: 'true' }
    expect(open(forbidden).profiles.ambient()).toEqual([])
    expect(await arnOf(forbidden, INSTANCE)).toMatchObject({
      code: 'AWS_PROFILE_UNUSABLE',
      data: { says: expect.stringContaining('AWS_EC2_METADATA_DISABLED') as string },
    })
  })
})

describe('the role of a container', () => {
  test('is asked with the token of its file, which is rotated, by itself and as the source of another role', async () => {
    const seen: (string | undefined)[] = []
    const { url } = await serving((request, response) => {
      seen.push(request.headers.authorization)
      response.end(JSON.stringify(minted()))
    })
    const file = join(folder, 'pod-token')
    writeFileSync(file, 'first')
    const env = surround({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    })
    write(
      '[profile ml]\nrole_arn = arn:aws:iam::111122223333:role/ml\nrole_session_name = takt\ncredential_source = EcsContainer\n',
    )
    expect(open(env).profiles.ambient()).toEqual([{ name: INSTANCE, kind: 'instance' }])
    expect(await arnOf(env, INSTANCE)).toBe(MACHINE)
    writeFileSync(file, 'second')
    expect(await arnOf(env, 'ml')).toBe('arn:aws:sts::111122223333:assumed-role/ml/takt')
    expect(seen).toEqual(['first', 'second'])
  })
  test("is not taken from an address that is neither this machine nor AWS's own", async () => {
    const env = surround({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://elsewhere.example/keys' })
    expect(await arnOf(env, INSTANCE)).toMatchObject({
      code: 'AWS_PROFILE_UNUSABLE',
      data: { says: expect.stringContaining('loopback') as string },
    })
  })
  test('that is the source of a role outside of any container is told as that', async () => {
    write(
      '[profile ml]\nrole_arn = r/ml\ncredential_source = EcsContainer\n[profile odd]\nrole_arn = r/odd\ncredential_source = Moon\n[profile bare]\nrole_arn = r/bare\n',
    )
    for (const [profile, says] of [
      ['ml', 'this is none'],
      ['odd', 'none that AWS knows'],
      ['bare', 'neither source_profile nor credential_source'],
    ] as const) {
      expect(await arnOf({}, profile)).toMatchObject({
        code: 'AWS_PROFILE_UNUSABLE',
        data: { profile, says: expect.stringContaining(says) as string },
      })
    }
    expect(fake.asked).toEqual([])
  })
})

describe('a console sign-in of the AWS command line', () => {
  const SESSION = 'arn:aws:iam::111122223333:user/mara'
  const cache = () =>
    join(folder, 'login', `${createHash('sha256').update(SESSION).digest('hex')}.json`)
  /** As the command line leaves it behind, with its own proof key. */
  function signedIn(endsInMs: number) {
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
    } = minted()
    mkdirSync(join(folder, 'login'), { recursive: true })
    const dpopKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'sec1',
      format: 'pem',
    })
    writeFileSync(
      cache(),
      JSON.stringify({
        accessToken: {
          accessKeyId,
          secretAccessKey,
          sessionToken,
          accountId: '111122223333',
          expiresAt: new Date(Date.now() + endsInMs).toISOString(),
        },
        tokenType: 'aws_sigv4',
        clientId: 'arn:aws:signin:::devtools/same-device',
        refreshToken: 'refresh',
        idToken: 'id',
        dpopKey,
      }),
    )
  }
  const profile = () => {
    write(`[profile console]\nregion = eu-north-1\nlogin_session = ${SESSION}\n`)
    return surround({ AWS_LOGIN_CACHE_DIRECTORY: join(folder, 'login') })
  }
  test('is used while it holds', async () => {
    signedIn(3_600_000)
    expect(await arnOf(profile(), 'console')).toBe(MACHINE)
  })
  test('is renewed in its own file when it has ended, with proof of its key', async () => {
    signedIn(-1000)
    const { url } = await serving((request, response) => {
      if (!request.headers['dpop'] || !request.body.includes('refresh_token'))
        return response.writeHead(400).end('{}')
      const {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
      } = minted()
      return response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          accessToken: { accessKeyId, secretAccessKey, sessionToken },
          tokenType: 'aws_sigv4',
          expiresIn: 900,
          refreshToken: 'refreshed',
        }),
      )
    })
    expect(await arnOf({ ...profile(), AWS_ENDPOINT_URL_SIGNIN: url }, 'console')).toBe(MACHINE)
    expect(JSON.parse(readFileSync(cache(), 'utf8'))).toMatchObject({ refreshToken: 'refreshed' })
  })
  test('that is over, or was never begun, names the command that begins it', async () => {
    const { url } = await serving((_request, response) =>
      response
        .writeHead(403, {
          'content-type': 'application/json',
          'x-amzn-errortype': 'AccessDeniedException',
        })
        .end('{"error":"TOKEN_EXPIRED","message":"over"}'),
    )
    const env = { ...profile(), AWS_ENDPOINT_URL_SIGNIN: url }
    expect(await arnOf(env, 'console')).toMatchObject({
      code: 'AWS_PROFILE_UNUSABLE',
      data: { says: expect.stringContaining('aws login --profile console') as string },
    })
    signedIn(-1000)
    const over = await arnOf(env, 'console')
    expect(over).toMatchObject({
      code: 'AWS_PROFILE_UNUSABLE',
      data: { says: expect.stringContaining('aws login --profile console') as string },
    })
    expect(JSON.stringify(over)).not.toContain(folder)
  })
})
