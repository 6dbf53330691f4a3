import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { preparedObjects } from '../../main/capabilities/prepare'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { PEOPLE, startPlant, type Plant } from '../../main/plant'
import { launchBrowser } from '../support/browser'
import { violationsOf } from '../support/looking'
import { startEksFront } from '../support/eks-front'
import { startHost, type RunningHost } from '../support/host'

const shots = process.env['TAKT_SHOTS']
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())

/** A page of its own for one person, and what is asked of it again and again. */
async function sitting(host: RunningHost) {
  const page = await (
    await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  ).newPage()
  await page.goto(host.address)
  return {
    page,
    go: (hash: string) =>
      page.evaluate((to) => {
        location.hash = to
      }, hash),
    violations: () => violationsOf(page),
    async shot(name: string) {
      for (const theme of shots ? (['light', 'dark'] as const) : []) {
        await page.emulateMedia({ colorScheme: theme })
        await page.screenshot({ path: `${shots ?? ''}/people-${name}.${theme}.png` })
      }
    },
  }
}
type Sitting = Awaited<ReturnType<typeof sitting>>

describe('the people of a project', () => {
  let host: RunningHost
  let at: Sitting
  let page: Page
  const people = () =>
    page
      .locator('section.panel')
      .filter({ has: page.getByRole('heading', { name: 'People', exact: true }) })
  const plan = () => page.locator('.plan')
  const search = () => people().getByLabel('Name, account or mail')
  beforeAll(async () => {
    host = await startHost()
    at = await sitting(host)
    page = at.page
    await page.getByRole('button', { name: /Open the plant/ }).click()
    await page.getByText(/Oslo/).first().waitFor()
    await at.go('#/discover/voice-spoof')
    await people().getByText('Aino Torv').waitFor()
  })
  afterAll(() => host?.stop())

  test('are searched in the directory, a person and a group, and chosen with a role', async () => {
    await search().fill('jonas')
    await people()
      .getByRole('list', { name: 'Found in the directory' })
      .getByRole('button', { name: /Jonas Weber/ })
      .waitFor()
    await at.shot('found')
    await people()
      .getByRole('button', { name: /Jonas Weber/ })
      .click()
    await people().getByLabel('Role', { exact: true }).selectOption('analyst')
    await search().fill('team-supply')
    await people()
      .getByRole('button', { name: /team-supply.*group/ })
      .click()
    await people().getByLabel('Kind').selectOption('User')
    await search().fill('ghost.writer')
    await people()
      .getByText(/Nobody is found by "ghost.writer"/)
      .waitFor()
    await search().press('Enter')
    await at.shot('chosen')
    expect(await at.violations()).toEqual([])
  })
  test('come in by a plan that shows the role bindings, and are in them from then on', async () => {
    await people().getByRole('button', { name: 'Preview adding 3' }).click()
    await plan()
      .getByText(/RoleBinding/)
      .first()
      .waitFor()
    expect(await plan().innerText()).toMatch(
      /jonas\.weber as engineer[\s\S]*team-supply as analyst/,
    )
    await at.shot('plan')
    expect(await at.violations()).toEqual([])
    await plan()
      .locator('.panel-foot')
      .getByRole('button', { name: /^Let in/ })
      .click()
    await people().getByText('Jonas Weber').waitFor()
    await people().getByText('team-supply').first().waitFor()
    await people().getByText('1 left the directory').waitFor()
    expect(
      await people().getByRole('listitem').filter({ hasText: 'ghost.writer' }).innerText(),
    ).toContain('left')
    await at.shot('members')
    expect(await at.violations()).toEqual([])
  })
  test('who is removed is shown as leaving those very bindings, and is gone', async () => {
    await people().getByRole('button', { name: 'Remove ghost.writer' }).click()
    // The lines of a binding come of its subjects on the cluster, so they prove that the person was let in.
    await plan().getByText('takt-analysts').waitFor()
    const told = (await plan().innerText())
      .split('\n')
      .filter((line) => line.includes('ghost.writer') && !line.startsWith('Remove'))
    expect(told.filter((line) => line.startsWith('−'))).toHaveLength(2)
    expect(told.filter((line) => line.startsWith('ghost.writer: before, '))).toHaveLength(1)
    await at.shot('removing')
    await plan()
      .locator('.panel-foot')
      .getByRole('button', { name: /^Remove/ })
      .click()
    await people().getByText('ghost.writer').waitFor({ state: 'detached' })
    await people().getByText('1 left the directory').waitFor({ state: 'detached' })
  })
})

/** A way to a server on which every refusal of a right is counted, and every look whether the server is there. */
async function startCounting(server: string, token: string) {
  const refused = new Map<string, number>()
  let looks = 0
  const front = await startEksFront({
    server,
    token,
    person: (bearer) => (bearer === token ? 'a reader' : undefined),
    answered({ method, url }, status) {
      const asked = `${method} ${url.replace(/[?&]resourceVersion=[^&]*/, '')}`
      if (url === '/version') looks++
      if (status === 403) refused.set(asked, (refused.get(asked) ?? 0) + 1)
    },
  })
  return { ...front, refused, looks: () => looks }
}

describe('somebody who may only look', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'takt-reader-'))
  let cluster: Plant
  let counting: Awaited<ReturnType<typeof startCounting>>
  let host: RunningHost
  let at: Sitting
  let page: Page
  beforeAll(async () => {
    const people = PEOPLE.map(({ user, groups }) => ({ user, groups, token: `token-of-${user}` }))
    cluster = await startPlant({
      clock: systemClock,
      random: seeded(3),
      people,
      prepared: preparedObjects(),
      speed: 1,
    })
    counting = await startCounting(cluster.sites[0]?.server ?? '', 'token-of-lena.ofori')
    const kubeconfig = join(scratch, 'config')
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'rack', cluster: { server: counting.url } }],
        users: [{ name: 'lena', user: { token: 'token-of-lena.ofori' } }],
        contexts: [{ name: 'rack', context: { cluster: 'rack', user: 'lena' } }],
      }),
    )
    host = await startHost({ kubeconfig })
    at = await sitting(host)
    page = at.page
    await page
      .getByRole('button', { name: /Connect a cluster/ })
      .or(page.getByRole('link', { name: /Connect a cluster/ }))
      .first()
      .click()
    await page.getByRole('row', { name: /rack/ }).click()
    await page.getByRole('button', { name: 'Connect and make it home' }).click()
    await page.waitForURL(/#\/map/)
  })
  afterAll(async () => {
    await host?.stop()
    await counting?.close()
    await cluster?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  test('sees a project with a reason, and whom to ask, at everything they may not do', async () => {
    await at.go('#/discover/credit-default')
    const people = page
      .locator('section.panel')
      .filter({ has: page.getByRole('heading', { name: 'People', exact: true }) })
    await people.getByText('emil.novak').waitFor()
    for (const name of ['Edit', 'Delete', 'Change who works here'])
      await page
        .getByRole('button', { name, exact: true })
        .and(page.locator('[aria-disabled]'))
        .waitFor()
    await people.getByText('needs patch on projects; ask group leads').waitFor()
    expect(
      await people
        .getByRole('button', { name: /^Remove/ })
        .or(people.getByRole('combobox'))
        .count(),
    ).toBe(0)
    await at.shot('reader-project')
    expect(await at.violations()).toEqual([])
  })
  test('sees the lists of their own projects, and an object whose actions say what is missing', async () => {
    await at.go('#/cluster')
    await page.getByRole('radio', { name: /^Pods/ }).click()
    await page
      .getByText('You may not list everything: these are the namespaces of your projects.')
      .waitFor()
    await page.getByRole('row').filter({ hasText: 'credit-default-nb-0' }).click()
    const detail = page.getByRole('complementary')
    await detail.getByText(/needs delete on pods in credit-default; ask /).waitFor()
    expect(
      await detail.getByRole('button', { name: /^Delete/ }).getAttribute('aria-disabled'),
    ).toBe('true')
    await page.getByText(/^Reading the other columns/).waitFor({ state: 'detached' })
    expect(await page.getByText(/You may not list these kinds/).count()).toBe(0)
    await at.shot('reader-pod')
    expect(await at.violations()).toEqual([])
  })
  test('is told by the queue for the cloud which right it needs', async () => {
    await at.go('#/burst')
    // The work of their own projects is there; what to do with it is told with the right it needs.
    await page.getByText('eval-55').first().waitFor()
    await page
      .getByText(/No cloud site is connected/)
      .first()
      .waitFor()
    await at.shot('reader-burst')
    expect(await at.violations()).toEqual([])
  })
  test('is told that the directory does not answer, in Settings and at the people of a project', async () => {
    await at.go('#/settings')
    const panel = page
      .locator('section.panel')
      .filter({ has: page.getByRole('heading', { name: 'Directory of people' }) })
    await panel.getByRole('radio', { name: 'LDAP or AD' }).click()
    await panel.getByLabel('Address').fill('ldaps://127.0.0.1:1')
    await panel.getByLabel('Search below').fill('dc=company,dc=example')
    await panel.getByLabel('You sign in as').fill('lena.ofori@company.example')
    await panel.getByRole('button', { name: 'Save' }).click()
    await panel.getByLabel('Password').fill('a-password-of-the-directory')
    await panel.getByRole('button', { name: 'Sign in' }).click()
    await panel.getByText('DIRECTORY_UNREACHABLE').waitFor()
    await panel
      .getByText(/No answer from the directory at ldaps:\/\/127\.0\.0\.1:1: nothing listens there/)
      .waitFor()
    await panel.getByText('DIRECTORY_UNREACHABLE').scrollIntoViewIfNeeded()
    await at.shot('directory-down')
    expect(await at.violations()).toEqual([])
    await at.go('#/discover/credit-default')
    await page.getByText(/Members are shown as written; no directory was asked/).waitFor()
    await page.getByRole('link', { name: 'Sign in to the directory' }).waitFor()
    await at.shot('directory-project')
  })
  test('is never refused the same thing again and again', async () => {
    // The core looks after its site every twenty seconds, and at everything else by itself within half a minute: all of that once, and then again.
    const looked = (times: number) =>
      expect.poll(() => counting.looks(), { timeout: 90_000 }).toBeGreaterThanOrEqual(times)
    await page.getByText('needs patch on projects; ask group leads').first().waitFor()
    const from = counting.looks()
    await looked(from + 2)
    const before = new Map(counting.refused)
    await looked(from + 4)
    expect(before.size).toBeGreaterThan(0)
    expect([...counting.refused].filter(([asked, times]) => times !== before.get(asked))).toEqual(
      [],
    )
    expect(await page.getByText(/no answer|sign-in ended|failed/).count()).toBe(0)
  }, 150_000)
})
