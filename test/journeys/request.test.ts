import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { preparedObjects } from '../../main/capabilities/prepare'
import { compose, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { PEOPLE, startPlant, type Plant } from '../../main/plant'
import { systemClock } from '../../main/platform/clock/system'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { violationsOf } from '../support/looking'
import { readHere } from '../support/kubeconfigs'

const home = mkdtempSync(join(tmpdir(), 'takt-fulfil-'))
const kubeconfig = join(home, 'kubeconfig')
let browser: Browser, host: RunningHost, page: Page, plant: Plant

/** Leaves behind a store that knows its home site, as after an earlier day's work. */
async function workBefore(): Promise<void> {
  const core = await compose({
    kubeconfigs: readHere,
    storeDir: join(home, 'store'),
    host: 'test',
    version: '0.0.0',
    env: { HOME: home, KUBECONFIG: kubeconfig },
    clock: systemClock,
    random: seeded(3),
    plant: false,
  })
  await core.started
  const takt = createRouterClient(core.router) as CoreClient
  const site = (await takt.sites.contexts()).contexts[0]?.id ?? ''
  await takt.sites.connect({ site })
  await takt.sites.makeHome({ site })
  const now = plant.clock.now()
  const instant = (ms: number) => new Date(ms).toISOString()
  plant.sites[0]?.api.create({
    apiVersion: 'takt.dev/v1alpha1',
    kind: 'Project',
    metadata: { name: 'echo' },
    spec: {
      title: 'Echo',
      question: 'Which calls echo?',
      owner: 'emil.novak',
      team: 'Voice',
      members: [],
      costCentre: '4410',
      budgetUsd: 50,
      sites: [site],
      timeBox: { start: instant(now), due: instant(now + 7 * 86_400_000) },
    },
  })
  await core.close()
}
beforeAll(async () => {
  const lead = PEOPLE.find(({ role }) => role === 'lead')?.user ?? ''
  plant = await startPlant({
    clock: systemClock,
    random: seeded(5),
    people: PEOPLE.map(({ user, groups }) => ({ user, groups, token: `token-of-${user}` })),
    prepared: preparedObjects(),
  })
  const [oslo] = plant.sites
  writeFileSync(
    kubeconfig,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'oslo',
      clusters: [{ name: 'oslo', cluster: { server: oslo?.server } }],
      users: [{ name: lead, user: { token: oslo?.tokens[lead] } }],
      contexts: [{ name: 'oslo', context: { cluster: 'oslo', user: lead } }],
    }),
    { mode: 0o600 },
  )
  await workBefore()
  browser = await launchBrowser()
  host = await startHost({ store: join(home, 'store'), kubeconfig })
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  await plant?.close()
  rmSync(home, { recursive: true, force: true })
})

test('a lead fulfils a requested project with one button', async () => {
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto(host.address)
  await page.locator('nav').first().waitFor()
  await page
    .getByRole('button', { name: /not connected/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Connect' }).click()
  await page.evaluate(() => {
    location.hash = '#/discover/echo'
  })
  await page.getByText('Requested').first().waitFor()
  await page.getByRole('button', { name: 'Fulfil', exact: true }).click()
  const confirm = page.locator('.plan .panel-foot').getByRole('button', { name: /Fulfil/ })
  await confirm.waitFor()
  expect(await violationsOf(page)).toEqual([])
  const shots = process.env['TAKT_SHOTS']
  if (shots) await page.screenshot({ path: `${shots}/fulfil.png` })
  await confirm.click()
  await page.getByText('Ready', { exact: true }).first().waitFor()
  await page.getByRole('link', { name: 'New environment' }).waitFor()
  await page.getByRole('button', { name: 'Fulfil', exact: true }).waitFor({ state: 'detached' })
})

test('a project called Monitoring is told at its field that the name is taken, and so does its plan', async () => {
  await page.evaluate(() => {
    location.hash = '#/discover/new/monitoring/define'
  })
  await page.getByLabel('Question', { exact: true }).fill('What do we watch?')
  await page.getByLabel('Title', { exact: true }).fill('Monitoring')
  const name = page.getByLabel('Name', { exact: true })
  await expect.poll(() => name.inputValue()).toBe('monitoring')
  await page
    .getByText(/A namespace called monitoring exists already .* it holds/)
    .first()
    .waitFor()
  expect(await name.getAttribute('aria-invalid')).toBe('true')
  await page.locator('.plan').getByText('What stands in the way').waitFor()
  await page
    .locator('.plan')
    .getByText(/A namespace called monitoring exists already/)
    .waitFor()
  expect(await violationsOf(page)).toEqual([])
  const shots = process.env['TAKT_SHOTS']
  if (shots) await page.screenshot({ path: `${shots}/monitoring.png` })
})
