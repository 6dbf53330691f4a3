import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BurstQueue, WorkloadRef } from '../../preload/contract/burst'
import type { Operation } from '../../preload/contract/operations'
import type { BurstPolicySpec } from '../../preload/contract/records/burst'
import type { CoreClient } from '../../main/compose'
import { startWebHost, type WebHost } from '../../main/hosts/web/host'
import type { Plant } from '../../main/plant'
import { JOB, NODE, POD } from '../../main/plant/controllers/kinds'
import type { KubeObject } from '../../main/plant/types'
import { launchBrowser } from '../support/browser'
import { coreOnPlant, type CoreOnPlant } from '../support/core-on-plant'
import { confirmPlan, hearFaults, inBothThemes, press } from '../support/looking'
import { when } from '../support/stream'

const pageRoot =
  process.env['TAKT_PAGE_ROOT'] ?? fileURLToPath(new URL('../../out/renderer', import.meta.url))
/** Fast while machines come, slow while somebody looks: within two hours the run starts in the building, and it ends within three, which are seconds else. */
const [FAST, SLOW] = [240, 20]
const REF: WorkloadRef = { site: 'oslo', kind: 'Job', namespace: 'parcel-ocr', name: 'train-0412' }
// Not a name of the numbered ones that simulated colleagues give to runs of theirs.
const SPOT = { ...REF, name: 'on-spot-0412' }
let there: CoreOnPlant, takt: CoreClient, plant: Plant, browser: Browser, page: Page, host: WebHost
const faults: string[] = []

beforeAll(async () => {
  // A lead's core that stands for the Lease; the troubles are played on the simulated sites themselves.
  there = await coreOnPlant({
    speed: SLOW,
    steward: true,
    plant: {
      opened: (opened) => {
        plant = opened
      },
    },
  })
  takt = there.takt
  host = await startWebHost(there.core.router, { pageRoot })
  browser = await launchBrowser()
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  })
  page = await context.newPage()
  hearFaults(page, faults)
  await page.goto(host.address())
})
afterAll(async () => {
  await browser.close()
  await host.close()
  await there.end()
}, 30_000)

const go = (hash: string) =>
  page.evaluate((to) => {
    location.hash = to
  }, hash)
const queueWhen = async (is: (queue: BurstQueue) => boolean, site?: string) =>
  when(await takt.burst.watch(site === undefined ? {} : { site }), is)
const found = (queue: BurstQueue, name = REF.name) =>
  queue.workloads.find(({ ref }) => ref.name === name && ref.namespace === REF.namespace)
const runsThere = (name?: string) =>
  queueWhen((queue) => found(queue, name)?.state === 'running', 'aws-burst')
const siteOf = (id: string) => {
  const site = plant.sites.find((one) => one.id === id)
  if (!site) throw new Error(id)
  return site.api
}
const cloud = () => siteOf('aws-burst')
const faultsOfAws = () => {
  if (!plant.aws) throw new Error('no account')
  return plant.aws.faults
}
const podsOf = (job: string) =>
  cloud()
    .list(POD, { namespace: REF.namespace })
    .filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ name }) => name === job),
    ) as unknown as {
    metadata: { uid: string }
    spec: { nodeName?: string }
    status?: { phase?: string }
  }[]
async function operationOf(
  kind: string,
  before: ReadonlySet<string>,
  is: (operation: Operation) => boolean,
): Promise<Operation> {
  const all = await when(await takt.operations.watch(), (each) =>
    each.some((one) => one.kind === kind && !before.has(one.id) && is(one)),
  )
  const one = all.find((each) => each.kind === kind && !before.has(each.id))
  if (!one) throw new Error('no operation')
  return one
}
const known = async () =>
  new Set((await when(await takt.operations.watch(), () => true)).map(({ id }) => id))
const ended = ({ state }: Operation) => !['running', 'undoing', 'cancelling'].includes(state)
async function rule(change: (spec: BurstPolicySpec) => BurstPolicySpec) {
  const { spec, resourceVersion } = await takt.burst.policy()
  const before = await known()
  const plan = await takt.burst.planPolicy({
    spec: change(spec),
    ...(resourceVersion !== undefined && { resourceVersion }),
  })
  await takt.operations.start({ planId: plan.id })
  await operationOf('burst-policy', before, ended)
}
async function bringBack(name: string) {
  const before = await known()
  await go('#/burst?show=away')
  await page.getByRole('row', { name: new RegExp(name) }).click()
  await press(page, 'Return…')
  await confirmPlan(page)
  expect((await operationOf('burst-return', before, ended)).state).toBe('done')
  await queueWhen((queue) => ['waiting', 'running'].includes(found(queue, name)?.state ?? ''))
}

const withoutIds = (labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !/uid|job-name/.test(key)))
/** The spec as its owner wrote it: what the server chose for the first one is left out. */
function fresh(spec: unknown): object {
  const {
    selector: _selector,
    template,
    ...own
  } = spec as { selector?: object; template: { metadata?: { labels?: Record<string, string> } } }
  return {
    ...own,
    suspend: true,
    template: {
      ...template,
      metadata: { ...template.metadata, labels: withoutIds(template.metadata?.labels ?? {}) },
    },
  }
}
/** The same run without a due time: one that has to be done in time is not trusted to machines that may be taken back. */
function queueAnother() {
  const { apiVersion, kind, metadata, spec } = siteOf('oslo').get(
    JOB,
    REF.name,
    REF.namespace,
  ) as KubeObject & { spec: unknown }
  const { 'takt.dev/due': _due, ...annotations } = metadata.annotations ?? {}
  siteOf('oslo').create(
    {
      apiVersion,
      kind,
      metadata: {
        name: SPOT.name,
        namespace: SPOT.namespace,
        labels: withoutIds(metadata.labels ?? {}),
        annotations,
      },
      spec: fresh(spec),
    },
    'jonas.weber',
  )
}

describe('a run that meets trouble on its way', { timeout: 180_000 }, () => {
  test('finds no machines in the first zone, is given those of the next one by price, and says so', async () => {
    await queueWhen(
      (queue) => queue.to !== undefined && !queue.price.stale && found(queue)?.state === 'waiting',
    )
    faultsOfAws().refuseCapacity('eu-north-1a', 'p4d.24xlarge')
    const before = await known()
    await go('#/burst/move/oslo/Job/parcel-ocr/train-0412')
    await page.locator('.timelines').waitFor()
    await press(page, /^Approve and go, \$/)
    await page.getByText(/^Where p4d has no capacity: /).waitFor()
    await confirmPlan(page)
    plant.setSpeed(FAST)
    const move = await operationOf('burst-move', before, ended)
    expect([move.state, move.result?.['pool']]).toEqual(['done', 'p4d-24xlarge-b'])
    expect(move.journal.map(({ says }) => says).join(' ')).toMatch(
      /p4d has no capacity: .*InsufficientInstanceCapacity/,
    )
    expect(found(await runsThere())).toMatchObject({ queue: 'training-burst' })
    plant.setSpeed(SLOW)
    // What was asked for in vain is not asked for any longer, so that nothing comes later that nobody waits for.
    expect(plant.aws?.account.groups.machines('p4d').desired()).toBe(
      plant.aws?.account.groups.nodesOf('p4d').length,
    )
    await page.locator('[data-away=away]').waitFor()
    await inBothThemes(page, 'trouble-next-zone')
    await go('#/burst/machines')
    await page.locator('.groups > li').filter({ hasText: 'p4d-24xlarge-b' }).waitFor()
    await inBothThemes(page, 'trouble-machines')
    await bringBack(REF.name)
    faultsOfAws().restoreCapacity()
    plant.setSpeed(FAST)
  })
  test('loses its spot machine, gets another one and runs again there, once', async () => {
    await rule((spec) => ({ ...spec, spot: true }))
    queueAnother()
    await queueWhen((queue) => found(queue, SPOT.name) !== undefined)
    const offered = async () => {
      const { go: way, others } = await takt.burst.quote(SPOT)
      return (
        [way?.where ?? '', ...others.map(({ pool }) => pool)].find((pool) =>
          pool.endsWith('-spot'),
        ) ?? ''
      )
    }
    await expect.poll(offered).toMatch(/^p4d-24xlarge-[ab]-spot$/)
    const spot = await offered()
    const plan = await takt.burst.planApprove({ ...SPOT, to: { pool: spot } })
    expect(plan.risks.join(' ')).toMatch(/Spot machines can be taken back/)
    const before = await known()
    await takt.operations.start({ planId: plan.id })
    expect((await operationOf('burst-move', before, ended)).result?.['pool']).toBe(spot)
    await runsThere(SPOT.name)
    plant.setSpeed(SLOW)
    const [pod] = podsOf(SPOT.name)
    const machine = cloud().get(NODE, pod?.spec.nodeName ?? '')?.metadata.uid
    await go('#/burst/machines')
    faultsOfAws().interrupt(pod?.spec.nodeName ?? '')
    await page.locator('.groups > li').filter({ hasText: spot }).getByText('1 leaving').waitFor()
    await inBothThemes(page, 'trouble-interrupted')
    await expect
      .poll(
        () =>
          podsOf(SPOT.name).filter(
            ({ metadata, status }) =>
              metadata.uid !== pod?.metadata.uid && status?.phase === 'Running',
          ).length,
      )
      .toBe(1)
    const after = podsOf(SPOT.name).find(({ status }) => status?.phase === 'Running')
    expect(cloud().get(NODE, after?.spec.nodeName ?? '')?.metadata.uid).not.toBe(machine)
    // The original was held all the time: it runs once.
    expect(found(await queueWhen(() => true), SPOT.name)?.state).toBe('away')
  })
  test('stops its queue over there once the hard cap is used up, and lets it go when money is there again', async () => {
    await rule((spec) => ({
      ...spec,
      caps: [{ scope: 'team', name: 'Vision', period: 'month', capUsd: 1, hard: true }],
    }))
    const stops = () =>
      cloud()
        .list({ group: 'kueue.x-k8s.io', kind: 'LocalQueue' }, { namespace: REF.namespace })
        .filter(({ metadata }) => metadata.name.endsWith('-burst'))
        .map((queue) => (queue['spec'] as { stopPolicy?: string }).stopPolicy)
    await expect.poll(stops).toEqual(['Hold'])
    const next = (
      await queueWhen(({ workloads }) =>
        workloads.some(({ team, state }) => team === 'Vision' && state === 'waiting'),
      )
    ).workloads.find(({ team, state }) => team === 'Vision' && state === 'waiting')
    await go(
      `#/burst/move/oslo/${next?.ref.kind ?? ''}/${next?.ref.namespace ?? ''}/${next?.ref.name ?? ''}`,
    )
    await page.locator('.timelines').waitFor()
    await page
      .getByText(/Cloud cap of Vision/)
      .first()
      .waitFor()
    await inBothThemes(page, 'trouble-budget')
    await bringBack(SPOT.name)
    await rule((spec) => ({ ...spec, caps: [] }))
    await expect.poll(stops).toEqual(['None'])
  })
  test('is back in the building with its own uid, and the journal tells all of it', async () => {
    await go('#/burst/journal')
    await expect
      .poll(() => page.getByRole('row', { name: /train-0412/ }).count())
      .toBeGreaterThanOrEqual(2)
    await inBothThemes(page, 'trouble-journal')
    for (const { name } of [REF, SPOT]) {
      const { entries } = await takt.burst.journal({ job: name })
      expect(
        entries.flatMap(({ kind, actual }) => (kind === 'go' && actual ? [actual.outcome] : [])),
      ).toEqual(['returned'])
      expect(podsOf(name)).toEqual([])
    }
  })
})
test('no error and no violation of the page policy was seen', () => expect(faults).toEqual([]))
