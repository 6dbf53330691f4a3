import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { startPlant, type Plant } from '../../main/plant'
import { launchBrowser } from '../support/browser'
import { violationsOf } from '../support/looking'
import { startHost, type RunningHost } from '../support/host'

const shots = process.env['TAKT_SHOTS']
const TOKEN = 'a-token-that-stays-in-the-core'
const scratch = mkdtempSync(join(tmpdir(), 'takt-connect-'))
const kubeconfig = join(scratch, 'config')
let cluster: Plant, browser: Browser, page: Page, host: RunningHost
const heard: string[] = []
const shot = async (name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}
const go = (hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)

beforeAll(async () => {
  // An API server that nobody prepared for Takt, reached as any cluster is: through a kubeconfig, by address and token.
  cluster = await startPlant({
    clock: systemClock,
    random: seeded(3),
    people: [{ user: 'ada', groups: ['system:masters'], token: TOKEN }],
    seeded: false,
    speed: 1,
  })
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'rack', cluster: { server: cluster.sites[0]?.server } },
        { name: 'gone', cluster: { server: 'http://127.0.0.1:1' } },
      ],
      users: [{ name: 'ada', user: { token: TOKEN } }],
      contexts: [
        { name: 'rack', context: { cluster: 'rack', user: 'ada' } },
        { name: 'gone', context: { cluster: 'gone', user: 'ada' } },
      ],
    }),
  )
  browser = await launchBrowser()
  host = await startHost({ kubeconfig })
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => heard.push(payload.toString())),
  )
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  await cluster?.close()
  rmSync(scratch, { recursive: true, force: true })
})

describe('a cluster from a kubeconfig', () => {
  test('is found without being opened, and one that does not answer says so with a remedy', async () => {
    await page.goto(host.address)
    await page
      .getByRole('button', { name: /Connect a cluster/ })
      .or(page.getByRole('link', { name: /Connect a cluster/ }))
      .first()
      .click()
    await page.getByRole('row', { name: /gone/ }).click()
    await shot('connect')
    await page
      .getByRole('complementary')
      .getByRole('button', { name: 'Connect', exact: true })
      .click()
    await page.getByText('CLUSTER_UNREACHABLE').first().waitFor()
    await page
      .getByText(/Check the network or VPN, then retry/)
      .first()
      .waitFor()
    await shot('connect-unreachable')
    expect(await violationsOf(page)).toEqual([])
  })
  test('becomes home, and is not prepared yet', async () => {
    await page.getByRole('row', { name: /rack/ }).click()
    await page.getByRole('button', { name: 'Connect and make it home' }).click()
    await page.waitForURL(/#\/map/)
    await shot('map-not-prepared')
    await go('#/settings')
    await page.getByText('not prepared', { exact: true }).waitFor()
  })
  test('shows as a diff what preparing it installs, and installs just that', async () => {
    await page.getByRole('button', { name: 'Prepare this cluster' }).first().click()
    await page.locator('.plan').getByText('CustomResourceDefinition').first().waitFor()
    expect(
      await page
        .locator('.plan')
        .getByText(/ClusterRole /)
        .count(),
    ).toBeGreaterThanOrEqual(1)
    await shot('prepare')
    expect(await violationsOf(page)).toEqual([])
    await page.locator('.plan .panel-foot button').first().click()
    await page.getByText('prepared', { exact: true }).first().waitFor()
    const answer = await fetch(`${cluster.sites[0]?.server ?? ''}/apis/takt.dev/v1alpha1`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    const { resources } = (await answer.json()) as { resources: { name: string }[] }
    expect(resources.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['projects', 'environments', 'workitems', 'revisions', 'budgets']),
    )
  })
  test('carries the map; when it stops answering the figures stay, with their age, also after a reload', async () => {
    await go('#/map')
    await page.locator('.map-body[data-live="true"]').waitFor()
    expect(await page.locator('.simulated-strip, .sim').count()).toBe(0)
    await cluster.close()
    await page.locator('.map-body[data-live="false"]').waitFor()
    await page.reload()
    await page.locator('.map-body[data-live="false"]').waitFor()
    await page.getByText(/as of/).first().waitFor()
    await shot('map-from-store')
    expect(await violationsOf(page)).toEqual([])
  })
  test('its token never came to the page', () => {
    expect(heard.join('\n')).toContain('rack')
    expect(heard.join('\n')).not.toContain(TOKEN)
  })
})
