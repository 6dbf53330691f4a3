import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeClusterCommand, ListClustersCommand } from '@aws-sdk/client-eks'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failure } from '../../../preload/contract/failures'
import { startFakeAws, type FakeAws } from '../../../test/support/aws'
import { HandClock } from '../../../test/support/clock'
import { verifyEksToken } from '../../../test/support/sigv4'
import { fail } from '../../kernel/outcome'
import { plainNetwork } from '../network'
import { askAws, eksToken, makeAws, type Aws } from './index'

const KEY = {
  secret: 'the-secret',
  arn: 'arn:aws:iam::111122223333:user/mara',
  account: '111122223333',
}
let folder: string
let clock: HandClock
let fake: FakeAws
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'takt-aws-'))
  mkdirSync(join(folder, '.aws'))
  clock = new HandClock()
  fake = await startFakeAws({
    clock,
    keys: { AKIAMARA: KEY },
    clusters: [
      { name: 'burst', region: 'eu-north-1', server: 'https://burst.example', ca: 'the authority' },
    ],
  })
})
afterEach(async () => {
  await fake.close()
  rmSync(folder, { recursive: true, force: true })
})
const write = (
  config: string,
  credentials = '[lab]\naws_access_key_id = AKIAMARA\naws_secret_access_key = the-secret\n',
) => {
  writeFileSync(join(folder, '.aws', 'config'), config)
  writeFileSync(join(folder, '.aws', 'credentials'), credentials)
}
const open = (env: Record<string, string> = {}): Aws =>
  makeAws({
    // A machine that runs this may have a role of its own.
    env: { HOME: folder, AWS_ENDPOINT_URL: fake.url, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    clock,
    network: plainNetwork,
    processes: {
      run: (_profile, command) =>
        Promise.resolve(fail(failure('PLUGIN_NEEDS_CONSENT', { site: '', command, hash: 'h' }))),
    },
  })
const where = (profile: string, action = 'GetCallerIdentity') => ({
  profile,
  region: 'eu-north-1',
  service: 'STS',
  action,
})
const who = async (aws: Aws, profile: string) =>
  askAws(
    async () =>
      (await aws.clients({ profile, region: 'eu-north-1' }).sts()).send(
        new GetCallerIdentityCommand(),
      ),
    where(profile),
  )
const arnOf = async (aws: Aws, profile: string) => {
  const asked = await who(aws, profile)
  return asked.ok ? asked.value.Arn : asked.failure
}

describe('profiles', () => {
  test('with keys, with a chain of roles, and with a web identity', async () => {
    writeFileSync(join(folder, 'token'), 'the-web-token')
    write(
      `[profile lab]\nregion = eu-north-1\n[profile hop]\nrole_arn = arn:aws:iam::111122223333:role/hop\nsource_profile = lab\n[profile ml]\nrole_arn = arn:aws:iam::111122223333:role/ml\nrole_session_name = takt\nsource_profile = hop\n[profile pod]\nrole_arn = arn:aws:iam::111122223333:role/pod\nrole_session_name = p\nweb_identity_token_file = ${join(folder, 'token')}\n`,
    )
    const aws = open()
    expect(await arnOf(aws, 'lab')).toBe(KEY.arn)
    expect(await arnOf(aws, 'ml')).toBe('arn:aws:sts::111122223333:assumed-role/ml/takt')
    expect(await arnOf(aws, 'pod')).toBe('arn:aws:sts::111122223333:assumed-role/pod/p')
    expect(fake.asked.filter((action) => action === 'AssumeRole')).toHaveLength(2)
  })
  test('in the environment', async () => {
    write('')
    const aws = open({ AWS_ACCESS_KEY_ID: 'AKIAMARA', AWS_SECRET_ACCESS_KEY: 'the-secret' })
    expect(aws.profiles.ambient()).toEqual([{ name: 'environment', kind: 'environment' }])
    expect(await arnOf(aws, 'environment')).toBe(KEY.arn)
  })
  test('a circle, a profile without anything, one that wants a one-time code, a missing one, and a program nobody allowed', async () => {
    write(
      '[profile a]\nrole_arn = r/a\nsource_profile = b\n[profile b]\nrole_arn = r/b\nsource_profile = a\n[profile bare]\nregion = eu-north-1\n[profile code]\nrole_arn = r/c\nsource_profile = lab\nmfa_serial = m\n[profile run]\ncredential_process = make-keys --all\n',
    )
    const aws = open()
    for (const [profile, says] of [
      ['a', 'leads back to itself'],
      ['bare', 'neither keys'],
      ['code', 'one-time code'],
      ['gone', 'no such profile'],
    ] as const) {
      expect(await arnOf(aws, profile)).toMatchObject({
        code: 'AWS_PROFILE_UNUSABLE',
        data: { profile, says: expect.stringContaining(says) as string },
      })
    }
    expect(await arnOf(aws, 'run')).toMatchObject({
      code: 'PLUGIN_NEEDS_CONSENT',
      data: { command: 'make-keys --all' },
    })
    expect(fake.asked).toEqual([])
  })
  test('a rewritten file counts at once', async () => {
    write('')
    const aws = open()
    expect(await arnOf(aws, 'lab')).toBe(KEY.arn)
    fake.keys.set('AKIANEW', {
      secret: 'new',
      arn: 'arn:aws:iam::111122223333:user/new',
      account: '111122223333',
    })
    write('', '[lab]\naws_access_key_id = AKIANEW\naws_secret_access_key = new\n')
    await aws.profiles.list()
    expect(await arnOf(aws, 'lab')).toBe('arn:aws:iam::111122223333:user/new')
  })
  test('a role is assumed once for many, and again five minutes before its end', async () => {
    write('[profile ml]\nrole_arn = arn:aws:iam::1:role/ml\nsource_profile = lab\n')
    const aws = open()
    await Promise.all([
      aws.credentialsOf('ml')(),
      aws.credentialsOf('ml')(),
      aws.credentialsOf('ml')(),
    ])
    const assumed = () => fake.asked.filter((action) => action === 'AssumeRole').length
    expect(assumed()).toBe(1)
    await clock.advance(54 * 60_000)
    await aws.credentialsOf('ml')()
    expect(assumed()).toBe(1)
    await clock.advance(2 * 60_000)
    await aws.credentialsOf('ml')()
    expect(assumed()).toBe(2)
  })
})

test('a session that AWS ended early is begun again for the next request', async () => {
  write(
    '[profile ml]\nrole_arn = arn:aws:iam::111122223333:role/ml\nrole_session_name = takt\nsource_profile = lab\n',
  )
  const aws = open()
  expect(await arnOf(aws, 'ml')).toContain('assumed-role/ml')
  for (const id of fake.keys.keys()) if (id !== 'AKIAMARA') fake.keys.delete(id)
  expect(await arnOf(aws, 'ml')).toMatchObject({ code: 'AWS_PROFILE_UNUSABLE' })
  expect(await arnOf(aws, 'ml')).toContain('assumed-role/ml')
})

describe('company sign-in', () => {
  const CONFIG =
    '[profile ml]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Engineer\nregion = eu-north-1\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-north-1\nsso_registration_scopes = sso:account:access\n'
  const signedIn = async () => {
    write(CONFIG)
    const aws = open()
    await aws.profiles.list()
    const session = aws.profiles.session('aws-sso corp')
    if (!session) throw new Error('no session')
    const begun = await aws.profiles.signIn(session, AbortSignal.timeout(15_000))
    return { aws, session, begun }
  }
  test('is asked for by name, begun as a device flow, and kept where the AWS command line keeps it', async () => {
    const { aws, session, begun } = await signedIn()
    expect(await arnOf(aws, 'ml')).toMatchObject({
      code: 'SIGN_IN_NEEDED',
      data: { identity: 'aws-sso corp', kind: 'aws-sso' },
    })
    expect(begun).toMatchObject({ code: 'ABCD-EFGH', address: `${fake.url}/verify?code=ABCD-EFGH` })
    await expect.poll(() => clock.sleepers).toBe(1)
    await clock.advance(1000)
    await expect.poll(() => clock.sleepers).toBe(1)
    fake.sso.approved = true
    await clock.advance(1000)
    expect(await begun.done).toEqual({ ok: true, value: undefined })
    // The name is the SHA-1 of the session's name, as the command line makes it.
    expect(session.cacheFile).toMatch(/[/\\]\.aws[/\\]sso[/\\]cache[/\\][0-9a-f]{40}\.json$/)
    expect(JSON.parse(readFileSync(session.cacheFile, 'utf8'))).toMatchObject({
      startUrl: 'https://corp.awsapps.com/start',
      region: 'eu-north-1',
      expiresAt: '2026-11-18T22:32:02Z',
      clientId: 'client',
      refreshToken: 'refresh',
    })
    expect(await arnOf(aws, 'ml')).toBe('arn:aws:sts::111122223333:assumed-role/Engineer/mara')
  })
  test('is renewed by itself before its end, and asked for again when it cannot be', async () => {
    const { aws, begun } = await signedIn()
    fake.sso.approved = true
    await expect.poll(() => clock.sleepers).toBe(1)
    await clock.advance(1000)
    await begun.done
    await clock.advance(8 * 3_600_000)
    expect(await arnOf(aws, 'ml')).toContain('assumed-role/Engineer')
    fake.sso.refresh = false
    await clock.advance(9 * 3_600_000)
    expect(await arnOf(aws, 'ml')).toMatchObject({ code: 'SIGN_IN_NEEDED' })
  })
  test('that nobody confirms ends with its code', async () => {
    const { begun } = await signedIn()
    let outcome: unknown
    void begun.done.then((ended) => {
      outcome = ended
    })
    await expect
      .poll(
        async () => {
          await clock.advance(60_000)
          return outcome
        },
        { interval: 1 },
      )
      .toBeDefined()
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code: 'ISSUER_FAILED', data: { error: 'expired' } },
    })
  })
})

describe('what AWS answers', () => {
  test('clusters of an account and region', async () => {
    write('')
    const eks = await open().clients({ profile: 'lab', region: 'eu-north-1' }).eks()
    expect((await eks.send(new ListClustersCommand({}))).clusters).toEqual(['burst'])
    expect((await eks.send(new DescribeClusterCommand({ name: 'burst' }))).cluster?.endpoint).toBe(
      'https://burst.example',
    )
  })
  test.each([
    [
      'a revoked key',
      () => {
        fake.keys.delete('AKIAMARA')
      },
      { code: 'AWS_PROFILE_UNUSABLE' },
    ],
    [
      'a page',
      () => {
        fake.fault = ({ response }) => {
          response.writeHead(404, { 'content-type': 'text/html' }).end('<html>no</html>')
          return true
        }
      },
      { code: 'AWS_FAILED', data: { status: 404 } },
    ],
    [
      'a refusal',
      () => {
        fake.fault = ({ response }) => {
          response
            .writeHead(403, {
              'content-type': 'application/json',
              'x-amzn-errortype': 'AccessDeniedException',
            })
            .end('{"message":"not for you"}')
          return true
        }
      },
      { code: 'AWS_DENIED', data: { action: 'ListClusters', says: 'not for you' } },
    ],
  ])('%s is told as what it is', async (_what, given, want) => {
    write('')
    given()
    const eks = await open().clients({ profile: 'lab', region: 'eu-north-1' }).eks()
    expect(
      await askAws(() => eks.send(new ListClustersCommand({})), {
        ...where('lab', 'ListClusters'),
        service: 'EKS',
      }),
    ).toMatchObject({ ok: false, failure: want })
  })
  test('nothing at all', async () => {
    write('')
    expect(await arnOf(open({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }), 'lab')).toMatchObject({
      code: 'AWS_UNREACHABLE',
      data: { cause: 'connection refused' },
    })
  })
})

describe('the token of an EKS cluster', () => {
  const credentials = { accessKeyId: 'AKIAMARA', secretAccessKey: 'the-secret' }
  const make = (more: object = {}) =>
    eksToken({ cluster: 'burst', region: 'eu-north-1', credentials, now: clock.now(), ...more })
  const check = (token: string, more: object = {}) =>
    verifyEksToken(token, {
      cluster: 'burst',
      now: clock.now(),
      key: (id) => fake.keys.get(id),
      ...more,
    })
  test('is accepted by its cluster, with and without a session', async () => {
    expect(check(await make())).toEqual({ ok: true, arn: KEY.arn, account: KEY.account })
    const { accessKeyId, secretAccessKey, sessionToken } = fake.mint(
      'arn:aws:sts::1:assumed-role/ml/x',
      3600,
    )
    expect(
      check(await make({ credentials: { accessKeyId, secretAccessKey, sessionToken } })),
    ).toMatchObject({ ok: true, arn: 'arn:aws:sts::1:assumed-role/ml/x' })
  })
  test('is for sts in its region, ends after a minute as a request, and is base64url without padding', async () => {
    const token = await make()
    expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/)
    const url = new URL(Buffer.from(token.slice(11), 'base64url').toString())
    expect([url.host, url.searchParams.get('X-Amz-Expires')]).toEqual([
      'sts.eu-north-1.amazonaws.com',
      '60',
    ])
  })
  test('is refused by another cluster, with another secret, when changed, and after a quarter of an hour', async () => {
    const token = await make()
    expect(check(token, { cluster: 'other' }).ok).toBe(false)
    expect(
      check(await make({ credentials: { ...credentials, secretAccessKey: 'guessed' } })).ok,
    ).toBe(false)
    const changed = Buffer.from(token.slice(11), 'base64url')
      .toString()
      .replace('2011-06-15', '2011-06-16')
    expect(check(`k8s-aws-v1.${Buffer.from(changed).toString('base64url')}`).ok).toBe(false)
    await clock.advance(15 * 60_000)
    expect(check(token)).toEqual({ ok: false, why: 'it has expired' })
  })
})
