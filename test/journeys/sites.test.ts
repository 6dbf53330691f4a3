import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { startPlant, type Plant } from '../../main/plant'
import { startFakeAws, type FakeAws } from '../support/aws'
import { launchBrowser } from '../support/browser'
import { violationsOf } from '../support/looking'
import { startEksFront } from '../support/eks-front'
import { startHost, type RunningHost } from '../support/host'
import { startIssuer, type TestIssuer } from '../support/oidc'
import { verifyEksToken } from '../support/sigv4'

const shots = process.env['TAKT_SHOTS']
const SECRETS = { key: 'the-secret-key-of-mara', cluster: 'the-token-behind-the-front' }
const KEY = {
  secret: SECRETS.key,
  arn: 'arn:aws:iam::111122223333:user/mara',
  account: '111122223333',
}
const home = mkdtempSync(join(tmpdir(), 'takt-sites-home-'))
let cluster: Plant,
  aws: FakeAws,
  issuer: TestIssuer,
  browser: Browser,
  context: BrowserContext,
  page: Page,
  host: RunningHost
let eks: Awaited<ReturnType<typeof startEksFront>>, edge: Awaited<ReturnType<typeof startEksFront>>
const heard: string[] = []
const shot = async (name: string) => {
  if (!shots) return
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await page.screenshot({ path: `${shots}/sites-${name}.${theme}.png` })
  }
}
const go = (hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)
const row = (name: string) => page.getByRole('region', { name, exact: true })

beforeAll(async () => {
  cluster = await startPlant({
    clock: systemClock,
    random: seeded(3),
    people: [{ user: 'mara', groups: ['system:masters'], token: SECRETS.cluster }],
    seeded: false,
    speed: 1,
  })
  const server = cluster.sites[0]?.server ?? ''
  eks = await startEksFront({
    server,
    token: SECRETS.cluster,
    person: (token) => {
      const verdict = verifyEksToken(token, {
        cluster: 'burst',
        now: systemClock.now(),
        key: (id) => aws.keys.get(id),
      })
      return verdict.ok ? verdict.arn : undefined
    },
  })
  edge = await startEksFront({
    server,
    token: SECRETS.cluster,
    person: (token) => (token.startsWith('eyJ') ? 'by its issuer' : undefined),
  })
  aws = await startFakeAws({
    clock: systemClock,
    keys: { AKIAMARA: KEY },
    clusters: [
      { name: 'burst', region: 'eu-north-1', server: eks.url },
      { name: 'spare', region: 'eu-north-1', server: eks.url },
    ],
  })
  issuer = await startIssuer({ people: { ada: { name: 'Ada', groups: ['vision', 'leads'] } } })
  mkdirSync(join(home, '.aws'))
  writeFileSync(
    join(home, '.aws', 'credentials'),
    `[lab]\naws_access_key_id = AKIAMARA\naws_secret_access_key = ${SECRETS.key}\n`,
  )
  writeFileSync(
    join(home, '.aws', 'config'),
    '[profile lab]\nregion = eu-north-1\n[profile ml]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Engineer\nregion = eu-north-1\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-north-1\n[profile odd]\nregion = eu-north-1\n',
  )
  browser = await launchBrowser()
  host = await startHost({ env: { HOME: home, AWS_ENDPOINT_URL: aws.url } })
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  })
  page = await context.newPage()
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => heard.push(payload.toString())),
  )
  await page.goto(host.address)
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  for (const one of [aws, issuer, eks, edge, cluster]) await one?.close()
  rmSync(home, { recursive: true, force: true })
})

describe('an EKS cluster, without the AWS command line', () => {
  test('is found by the profiles of this machine, of which nothing has been opened', async () => {
    await go('#/connect?door=eks')
    await page.getByRole('row', { name: /lab/ }).waitFor()
    expect(aws.asked).toEqual([])
    await shot('eks-profiles')
    expect(await violationsOf(page)).toEqual([])
  })
  test('is added in two clicks: the profile, the cluster', async () => {
    await page.getByRole('row', { name: /lab/ }).click()
    await page.getByRole('button', { name: 'Add and connect burst' }).waitFor()
    await shot('eks-clusters')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Add and connect burst' }).click()
    await page.waitForURL(/#\/settings\?site=burst/)
    await row('burst').getByText('mara', { exact: true }).waitFor()
    await page.getByRole('button', { name: /burst, eu-north-1 · live/ }).waitFor()
    expect(new Set(eks.seen)).toEqual(new Set([KEY.arn]))
    await shot('eks-live')
    expect(await violationsOf(page)).toEqual([])
  })
  test('of a company sign-in shows a code to compare, and lists its clusters as soon as somebody confirmed it', async () => {
    await go('#/connect?door=eks')
    await page.getByRole('row', { name: /ml/ }).click()
    await page
      .getByRole('complementary')
      .getByRole('button', { name: 'Sign in', exact: true })
      .click()
    await page.getByRole('status', { name: 'Code' }).getByText('ABCD-EFGH').waitFor()
    expect(await page.getByRole('link', { name: 'Open the browser' }).getAttribute('href')).toBe(
      `${aws.url}/verify?code=ABCD-EFGH`,
    )
    await shot('sso-code')
    expect(await violationsOf(page)).toEqual([])
    aws.sso.approved = true
    await page.getByRole('button', { name: 'Add and connect spare' }).waitFor()
  })
  test('whose keys are revoked says what happened, offers the way in, and a diagnosis without secrets', async () => {
    aws.keys.delete('AKIAMARA')
    await go('#/settings?site=burst')
    await row('burst')
      .getByText(/CREDENTIAL_REFUSED|AWS_PROFILE_UNUSABLE/)
      .waitFor()
    await page.getByRole('button', { name: /burst, eu-north-1 · sign-in ended/ }).waitFor()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await row('burst').getByRole('button', { name: 'Copy diagnosis' }).click()
    await row('burst').getByText('Copied.').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toMatch(
      /code: CREDENTIAL_REFUSED[\s\S]*remedy: [\s\S]*server: http:\/\/127\.0\.0\.1/,
    )
    expect(copied).not.toMatch(/k8s-aws-v1|the-secret/)
    await shot('eks-ended')
    expect(await violationsOf(page)).toEqual([])
  })
})

describe('a cluster with OpenID Connect', () => {
  test('is described by a few addresses, and leads to the sign-in', async () => {
    await go('#/connect?door=oidc')
    await page.getByText('Name: Give one line of 1 to 100 letters, such as edge-bergen.').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('edge-bergen')
    await page.getByLabel('Address of the API server', { exact: true }).fill(edge.url)
    await page.getByLabel('Issuer', { exact: true }).fill(issuer.issuer)
    await page.getByLabel('Client id', { exact: true }).fill('takt')
    await shot('oidc-form')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Add and sign in' }).click()
    await page.getByRole('heading', { name: /Sign in to 127\.0\.0\.1/ }).waitFor()
    expect(await violationsOf(page)).toEqual([])
  })
  test('is signed in to in a real browser, and connected without another click', async () => {
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    const link = page.getByRole('link', { name: 'Open the browser' })
    await link.waitFor()
    await shot('oidc-waiting')
    expect(await violationsOf(page)).toEqual([])
    const [tab] = await Promise.all([context.waitForEvent('page'), link.click()])
    await tab.getByLabel('Name').fill('ada')
    await tab.getByRole('button', { name: 'Sign in' }).click()
    // The next page has a button of the same name and no field.
    await tab.getByLabel('Name').waitFor({ state: 'detached' })
    await tab
      .getByRole('button', { name: 'Sign in' })
      .or(tab.getByText('Signed in. Takt goes on'))
      .first()
      .waitFor()
    if ((await tab.getByRole('button', { name: 'Sign in' }).count()) > 0)
      await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.getByText('Signed in. Takt goes on').waitFor()
    await tab.close()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: /edge-bergen, .* live/ }).waitFor()
    await row('edge-bergen').getByText('mara').first().waitFor()
    await shot('oidc-live')
  })
  test('is signed out of, and waits for a person from then on', async () => {
    await row('edge-bergen').getByRole('button', { name: 'Sign out' }).click()
    await row('edge-bergen').getByRole('button', { name: 'Connect', exact: true }).click()
    await row('edge-bergen')
      .getByText(/SIGN_IN_NEEDED/)
      .waitFor()
    await row('edge-bergen').getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'With a code instead' }).click()
    await page.getByRole('status', { name: 'Code' }).waitFor()
    await shot('oidc-code')
    await page.getByRole('button', { name: 'Give up' }).click()
    await page.getByRole('button', { name: 'With a code instead' }).waitFor()
  })
})

test('the network is set beside them', async () => {
  await go('#/settings')
  await page.getByLabel('Not through the proxy').fill('.lab.example')
  await page.getByRole('region', { name: 'Network' }).getByRole('button', { name: 'Save' }).click()
  await page
    .getByRole('region', { name: 'Network' })
    .getByRole('button', { name: 'Save' })
    .waitFor({ state: 'detached' })
  await shot('network')
  expect(await violationsOf(page)).toEqual([])
})

test('no key, token or signature ever came to the page', () => {
  const all = heard.join('\n')
  expect(all).toContain('burst')
  for (const secret of [
    ...Object.values(SECRETS),
    'k8s-aws-v1.',
    'X-Amz-Signature',
    'eyJ',
    'refresh',
  ])
    expect(all).not.toContain(secret)
})
