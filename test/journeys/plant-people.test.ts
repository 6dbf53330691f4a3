import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser'
import { startHost, type RunningHost } from '../support/host'
import { runTakt } from '../support/takt'

const shots = process.env['TAKT_SHOTS']
let browser: Browser, page: Page, host: RunningHost
const shot = async (name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}
const go = (hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)
const takt = (...args: string[]) => runTakt(host.store, args)
const tag = () => page.getByRole('button', { name: /^Signed in as / })
const sitDownAs = async (name: string) => {
  await tag().click()
  await page.getByRole('menuitem', { name: new RegExp(name) }).click()
  await page.getByRole('button', { name: new RegExp(`^Signed in as ${name}`) }).waitFor()
}

beforeAll(async () => {
  browser = await launchBrowser()
  host = await startHost()
  expect((await takt('plant', 'open')).code).toBe(0)
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(60_000)
  await page.goto(host.address)
  await tag().waitFor()
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
})

test('whoever sits down is one of the people, and changes to another by one click', async () => {
  await sitDownAs('Emil Novak')
  await shot('as-engineer')
  const { out } = await takt('--json', 'site', 'list')
  const sites = JSON.parse(out) as { id: string; user?: string; state: string }[]
  expect(sites.map(({ id, user }) => [id, user])).toEqual([
    ['oslo', 'emil.novak'],
    ['aws-burst', 'emil.novak'],
  ])
})

test('an engineer is shown the pods of their own projects, and that there are others', async () => {
  await go('#/cluster')
  await page.getByText(/these are the namespaces of your projects/).waitFor()
  await shot('engineer-pods')
})

test('an engineer is told what may be had, though they may list nobody else’s pods', async () => {
  const { code, out } = await takt('--json', 'env', 'sizes')
  expect(code).toBe(0)
  const offers = JSON.parse(out) as { size: { name: string } }[]
  expect(offers.length).toBeGreaterThan(2)
})

test('an analyst is refused in words, with whom to ask', async () => {
  await sitDownAs('Lena Ofori')
  const words = ['--size', 'CPU small', '--tool', 'jupyter', '--yes']
  const { code, err, out } = await takt('env', 'create', 'credit-default', ...words)
  expect(code).not.toBe(0)
  expect(`${out}${err}`).toMatch(/You may not create .* in credit-default/)
  expect(`${out}${err}`).toMatch(/group leads/)
  await go('#/map')
  await shot('as-analyst')
})

test('the person is kept for the next start, and the command line changes it too', async () => {
  const { out } = await takt('--json', 'plant', 'as', 'kai.storm')
  expect(JSON.parse(out)).toEqual({ as: 'kai.storm' })
  await page.getByRole('button', { name: /^Signed in as Kai Storm/ }).waitFor()
  const unknown = await takt('--json', 'plant', 'as', 'nobody.here')
  expect(unknown.code).toBe(2)
  const people = JSON.parse((await takt('--json', 'plant', 'people')).out) as {
    user: string
    current: boolean
  }[]
  expect(people.filter(({ current }) => current).map(({ user }) => user)).toEqual(['kai.storm'])
})
