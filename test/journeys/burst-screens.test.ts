import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failure } from '../../preload/contract/failures'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import { os } from '../../main/platform/contract'
import {
  aNotebookAsk,
  aBurstWorld,
  aJournal,
  aPolicy,
  aQueue,
  aQuote,
  aWorkload,
  burstParts,
  noHome,
  type BurstWorld,
} from '../support/burst-for-page'
import { launchBrowser } from '../support/browser'
import { confirmPlan, hearFaults, inBothThemes, press } from '../support/looking'
import { aWorld, coreForPage } from '../support/core-for-page'

const pageRoot =
  process.env['TAKT_PAGE_ROOT'] ?? fileURLToPath(new URL('../../out/renderer', import.meta.url))
const MOVE = '#/burst/move/oslo/TrainJob/parcel-ocr/train-0412'
let browser: Browser,
  context: BrowserContext,
  page: Page,
  host: WebHost,
  world: BurstWorld,
  changed: () => void
let faults: string[]
const started: string[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  world = aBurstWorld()
  started.length = 0
  const core = coreForPage(aWorld(), (follow, { operations }) => ({
    burst: burstParts(world, follow),
    operations: {
      watch: os.operations.watch.handler(({ signal }) => follow(() => operations, signal)),
      start: os.operations.start.handler(({ input }) => {
        started.push(input.planId)
        return { operationId: 'op-1' }
      }),
    },
  }))
  changed = core.changed
  host = await startWebHost(core.router, { pageRoot })
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  })
  page = await context.newPage()
  faults = []
  hearFaults(page, faults)
})
afterEach(async () => {
  await context.close()
  await host.close()
  expect(faults, 'errors and policy violations in the page').toEqual([])
})
const open = async (hash: string) => {
  await page.goto(host.address())
  await page.goto(`${host.origin}/${hash}`)
}

describe('stay or go', () => {
  test('says in figures whether it is worth leaving, and goes with two more clicks', async () => {
    await open('#/burst')
    await page.getByRole('row', { name: /train-0412/ }).click()
    await page.getByText('$57.42').first().waitFor()
    const figures = await page.locator('.move-figure').allTextContents()
    expect(figures[0]).toContain('2 h 01')
    expect(figures[1]).toContain('80 %: $50.00 to $67.00')
    expect(figures[2]).toContain('$28.47')
    expect(await page.getByText('98 %').first().isVisible()).toBe(true)
    await expect.poll(() => page.locator('.diff .added').count()).toBe(2)
    await inBothThemes(page, 'move')
    await press(page, 'Approve and go, $57.42')
    await page.getByRole('button', { name: /^Approve and go, \$57\.42/ }).waitFor()
    await inBothThemes(page, 'move-plan')
    await confirmPlan(page)
    await expect.poll(() => started).toEqual(['plan-1'])
  })
  test('the screen does not scroll, and nothing of the timelines leaves its panel', async () => {
    await open(MOVE)
    await page.locator('.timelines').waitFor()
    expect(
      await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight),
    ).toBe(true)
    const outside = await page.evaluate(() => {
      const panel = document.querySelector('.timelines')?.getBoundingClientRect()
      return [...document.querySelectorAll('.timelines text')]
        .filter((text) => {
          const box = text.getBoundingClientRect()
          return (
            panel &&
            (box.left < panel.left || box.right > panel.right + 1 || box.bottom > panel.bottom + 1)
          )
        })
        .map((text) => text.textContent)
    })
    expect(outside).toEqual([])
  })
  test('moved facts ask again and say what changed', async () => {
    await open(MOVE)
    await page.getByText('$57.42').first().waitFor()
    world.quote = aQuote({ go: { ...aQuote().go, usd: 61.9 } as never })
    world.queue = aQueue({ workloads: [aWorkload({ state: 'running' })] })
    changed()
    await page.getByText('$57.42 is now $61.90').waitFor()
  })
  test.each([
    [
      'no-price',
      {
        go: undefined,
        usdPerSavedHour: undefined,
        savedSeconds: undefined,
        cannotMove: [
          {
            says: 'No price is known for p4d.24xlarge in eu-north-1.',
            remedy: 'Ask AWS again in Machines, or write the price down.',
          },
        ],
        act: { verb: 'none' as const, says: 'Nothing can be moved without a price.' },
      },
      'No price is known',
    ],
    [
      'stale-price',
      {
        price: {
          asOf: '2026-11-10T06:00:00Z',
          source: 'price list',
          stale: true,
          says: 'prices of Tue 10 Nov, too old to act by themselves',
        },
      },
      'stale prices',
    ],
    [
      'data-stays',
      {
        go: undefined,
        cannotMove: [
          {
            says: 'The data source parcels may not leave oslo.',
            remedy: 'Its owner Priya Nair can allow eu-north-1.',
          },
        ],
        decision: {
          ...aQuote().decision,
          kind: 'refuse' as const,
          reason: 'DataMayNotLeave' as const,
          says: 'Cannot go: the data may not leave.',
        },
        act: { verb: 'none' as const, says: 'It stays: its data may not leave.' },
      },
      'may not leave oslo',
    ],
    [
      'budget-stop',
      {
        decision: {
          ...aQuote().decision,
          kind: 'refuse' as const,
          reason: 'OverBudget' as const,
          says: 'Budget 4420 is used up.',
        },
        budgets: [
          {
            ...(aQuote().budgets[0] as never as object),
            spentUsd: 2360,
            thisUsd: 57.42,
            committedUsd: 0,
          } as never,
        ],
        reasons: [
          { good: false, title: 'Budget 4420 is used up', says: 'Mara Lind can raise it.' },
        ],
        act: {
          verb: 'none' as const,
          says: 'Staying. Budget 4420 is used up. Mara Lind can raise it.',
        },
      },
      'over by $17.42',
    ],
    [
      'may-ask',
      { act: { verb: 'ask' as const, says: 'You may ask; Mara Lind decides.' } },
      'Ask a lead, $57.42',
    ],
  ])('has words for %s', async (name, more, says) => {
    const { go, ...quote } = { ...aQuote(), ...more }
    world.quote = { ...quote, ...(go && { go }) } as never
    await open(MOVE)
    await page.getByText(says).first().waitFor()
    await inBothThemes(page, `move-${name}`)
  })
  test('says what a refused question needs', async () => {
    world.quote = failure('FORBIDDEN', {
      site: 'oslo',
      verb: 'get',
      resource: 'trainjobs',
      namespace: 'parcel-ocr',
      says: 'no',
      grantedBy: ['Mara Lind'],
    })
    await open(MOVE)
    await page.getByText('Mara Lind can grant it').waitFor()
    await inBothThemes(page, 'move-forbidden')
  })
  test('shows a moved job over both sites, with the way back', async () => {
    await open('#/burst/move/oslo/Job/parcel-ocr/catalog-dedupe')
    await page.getByRole('heading', { name: 'On its way' }).waitFor()
    await inBothThemes(page, 'move-away')
    await press(page, 'Return…')
    await page.getByRole('button', { name: /^Approve and go/ }).waitFor()
  })
})

describe('the queue', () => {
  test('lists what waits with each decision, filters by words and by state', async () => {
    await open('#/burst')
    await page.getByRole('row', { name: /voice-spoof/ }).waitFor()
    expect(await page.getByRole('row', { name: /voice-spoof/ }).textContent()).toContain(
      'may not leave',
    )
    await inBothThemes(page, 'queue')
    await page.getByRole('radio', { name: /away/ }).click()
    await expect.poll(() => page.locator('tbody tr[data-row]').count()).toBe(1)
    await page.getByRole('radio', { name: /^all/ }).click()
    await page.getByPlaceholder('job, person, team or project').fill('tove')
    await expect.poll(() => page.locator('tbody tr[data-row]').allTextContents()).toHaveLength(1)
  })
  test('without a cloud site says that everything stays', async () => {
    const { to: _to, ...queue } = aQueue()
    world.queue = queue
    await open('#/burst')
    await page.getByText('No cloud site is connected').waitFor()
    await inBothThemes(page, 'queue-no-cloud')
  })
  test('without a home site says how to get one', async () => {
    world.queue = noHome()
    await open('#/burst')
    await page.getByRole('link', { name: 'Connect a cluster' }).waitFor()
    await inBothThemes(page, 'queue-no-home')
  })
})

describe('a lead', () => {
  test('approves in two clicks', async () => {
    await open('#/burst/approvals')
    await press(page, /^Approve… train-0412/)
    await page.getByRole('button', { name: /^Approve and go, \$57\.42/ }).waitFor()
    await inBothThemes(page, 'approvals')
    await press(page, /^Approve and go, \$57\.42/)
    await expect.poll(() => started).toEqual(['plan-1'])
  })
  test('says no with a reason', async () => {
    await open('#/burst/approvals')
    await press(page, /^Deny… train-0412/)
    await page.getByLabel('Reason its owner reads').fill('Not this week')
    await page.keyboard.press('Enter')
    await expect.poll(() => world.refused).toEqual(['Not this week'])
    changed()
    await page.getByText('Nothing waits for a lead').waitFor()
  })
  test('answers who asks to move a notebook, beside the jobs', async () => {
    world.asks = [aNotebookAsk()]
    await open('#/burst/approvals')
    await page.getByRole('link', { name: 'Approvals 2' }).waitFor()
    await press(page, /^Approve… route-eta-nb/)
    await page.getByRole('button', { name: /^Approve and go, \$57\.42/ }).waitFor()
    await inBothThemes(page, 'approvals-notebook')
    await press(page, /^Deny… route-eta-nb/)
    await page.getByLabel('Reason its owner reads').fill('Work on the small one')
    await page.keyboard.press('Enter')
    await expect.poll(() => world.refused).toEqual(['route-eta-nb: Work on the small one'])
    changed()
    await page.getByRole('link', { name: 'Approvals 1' }).waitFor()
    expect(await page.getByText('route-eta-nb').count()).toBe(0)
  })
  test('changes the policy through a plan, and stops everything with a reason', async () => {
    await open('#/burst/policy')
    await page.getByLabel('USD an hour').first().fill('55')
    await page.getByRole('button', { name: /^Approve and go/ }).waitFor()
    await inBothThemes(page, 'policy')
    await press(page, 'Stop everything…')
    await page.getByRole('textbox', { name: 'Reason' }).fill('AWS is down')
    await page.keyboard.press('Enter')
    await expect.poll(() => world.stopped).toEqual([true])
  })
  test('who may not change it reads it, and is told who may', async () => {
    world.policy = {
      spec: aPolicy({
        stopped: { by: 'mara.lind', at: '2026-11-18T09:00:00Z', reason: 'AWS is down' },
      }),
      mayChange: 'no',
    }
    await open('#/burst/policy')
    await page.getByText('a lead can grant it').first().waitFor()
    expect(await page.getByText('Stopped by mara.lind').isVisible()).toBe(true)
    await inBothThemes(page, 'policy-fixed')
  })
})

describe('the journal', () => {
  test('shows what was said and what came of it', async () => {
    await open('#/burst/journal')
    await page.getByRole('heading', { name: 'Said and done' }).waitFor()
    await page.locator('.recharts-surface').first().waitFor()
    await inBothThemes(page, 'journal')
  })
  test('is empty before anything was decided', async () => {
    world.journal = aJournal({
      entries: [],
      calibration: [],
      forecasts: { records: [], held: 0, of: 0, says: 'none' },
      usd: { predicted: 0, actual: 0, of: 0 },
    })
    await open('#/burst/journal')
    await page.getByText('No decision was written down yet').waitFor()
    await inBothThemes(page, 'journal-empty')
  })
})
