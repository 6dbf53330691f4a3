import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation, Plan } from '../../preload/contract/operations'
import type { Draft } from '../../preload/contract/projects'
import type { CoreClient } from '../../main/compose'
import { coreOnPlant, type CoreOnPlant } from '../support/core-on-plant'
import { forPrograms } from '../support/forwarded'
import { when } from '../support/stream'

const SPEED = 240
let there: CoreOnPlant
let takt: CoreClient

beforeAll(async () => {
  there = await coreOnPlant({ speed: SPEED })
  takt = there.takt
})
afterAll(() => there.end())

async function run(plan: Plan, typedName?: string): Promise<Operation> {
  expect(plan.blockedBy).toEqual([])
  const { operationId } = await takt.operations.start({
    planId: plan.id,
    ...(typedName !== undefined && { typedName }),
  })
  const ended = await when(await takt.operations.watch(), (all) =>
    all.some(({ id, state }) => id === operationId && state !== 'running'),
  )
  const operation = ended.find(({ id }) => id === operationId)
  if (operation?.state !== 'done') throw new Error(JSON.stringify(operation, undefined, 1))
  return operation
}
/** The status a new connection gets: browsers keep connections of different sites apart. */
const statusOf = (url: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((resolve, reject) => {
    get(url, { headers, agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    }).once('error', reject)
  })
const inAWeek = async () => {
  const [site] = await when(await takt.sites.watch(), (sites) =>
    sites.some(({ home, state, asOf }) => home && state === 'live' && asOf !== undefined),
  )
  return new Date(Date.parse(site?.asOf ?? '') + 14 * 86_400_000).toISOString()
}
const live = (kind: 'Budget' | 'Tool' | 'DataSource') =>
  takt.records
    .watch({ kinds: [kind] })
    .then((stream) => when(stream, (update) => update.live && update.upserts.length > 0))

describe('the discovery line on the plant', () => {
  let draft: Draft
  const project = 'voice-doubles'
  const ref = { namespace: project, name: `${project}-nb` }

  const stationOf = async () => {
    const [item] = await takt.records.list({ kind: 'WorkItem', namespace: project })
    return item?.kind === 'WorkItem' ? item.status.station : undefined
  }

  it('offers what the site really has', async () => {
    await Promise.all([live('Budget'), live('Tool'), live('DataSource')])
    const { offers } = await takt.environments.offers({})
    const here = offers.filter(({ site }) => site === 'oslo')
    expect(here.map(({ size }) => size.name)).toEqual(
      expect.arrayContaining(['CPU small', '1 × L40S', '1 × A100', '8 × A100']),
    )
    expect(here.find(({ size }) => size.name === '8 × A100')?.refused).toMatch(/training job/)
    const small = here.find(({ size }) => size.name === 'CPU small')
    expect(small?.fitsNow).toBe(true)
    expect(small?.usdPerHour).toBeGreaterThan(0)
    expect(here.find(({ size }) => size.name === '1 × L40S')?.cells.length).toBeGreaterThanOrEqual(
      8,
    )
  })

  it('says what is missing while a draft grows, and keeps it', async () => {
    const tools = (await takt.records.list({ kind: 'Tool' })).flatMap((record) =>
      record.kind === 'Tool' && record.spec.kind === 'jupyter' && record.spec.stage === 'approved'
        ? [record]
        : [],
    )
    const budgets = (await takt.records.list({ kind: 'Budget' })).flatMap((record) =>
      record.kind === 'Budget' ? [record] : [],
    )
    const sources = (await takt.records.list({ kind: 'DataSource' })).flatMap((record) =>
      record.kind === 'DataSource' && record.spec.kind === 'volume' ? [record] : [],
    )
    const roomy = budgets.toSorted(
      (a, b) =>
        b.spec.capUsd - (b.status.spentUsd ?? 0) - (a.spec.capUsd - (a.status.spentUsd ?? 0)),
    )[0]
    draft = {
      id: 'first',
      step: 'define',
      name: project,
      project: { question: 'Which calls use a doubled voice?' },
      availability: 'single',
      replicas: 1,
      hoursToLive: 48,
      pauseAfterMinutes: 10_000,
      workspaceGi: 50,
      data: [],
    }
    const early = await takt.environments.planProvision({ draft })
    expect(early.blockedBy.map(({ says }) => says)).toEqual(
      expect.arrayContaining(['No size is picked yet.', 'No tool is picked yet.']),
    )
    draft = {
      ...draft,
      step: 'button',
      tool: tools[0]?.meta.name ?? 'missing',
      size: { name: 'CPU small', cpuCores: 4, memoryGi: 16 },
      data: [{ source: sources[0]?.meta.name ?? 'missing' }],
      project: {
        ...draft.project,
        costCentre: roomy?.meta.name ?? 'missing',
        budgetUsd: 60,
        team: roomy?.spec.team ?? '',
        timeBox: {
          start: new Date(Date.parse(await inAWeek()) - 14 * 86_400_000).toISOString(),
          due: await inAWeek(),
        },
      },
    }
    await takt.projects.saveDraft({ draft })
    expect((await takt.projects.drafts()).map(({ id }) => id)).toEqual(['first'])
  })

  it('plans the push of the button without changing anything', async () => {
    const plan = await takt.environments.planProvision({ draft })
    expect(plan.blockedBy).toEqual([])
    expect(plan.price?.usdPerHour).toBeGreaterThan(0)
    expect([40, 180]).toContain(plan.time?.seconds)
    expect(plan.dryRun.result).toBe('passed')
    expect(plan.changes.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'Project',
        'Namespace',
        'ResourceQuota',
        'NetworkPolicy',
        'WorkItem',
        'Environment',
        'PersistentVolumeClaim',
        'Notebook',
        'DataSnapshot',
      ]),
    )
    expect(plan.choices.join(' ')).toMatch(/Kubeflow Notebook/)
    expect(plan.permissions.every(({ allowed }) => allowed === 'yes')).toBe(true)
    await expect(takt.records.get({ kind: 'Project', name: project })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('keeps the draft of a provisioning that was cancelled', async () => {
    const other: Draft = { ...draft, id: 'cancelled', name: 'voice-cancelled' }
    await takt.projects.saveDraft({ draft: other })
    const plan = await takt.environments.planProvision({ draft: other })
    expect(plan.blockedBy).toEqual([])
    const { operationId } = await takt.operations.start({ planId: plan.id })
    await takt.operations.cancel({ operationId })
    await when(await takt.operations.watch(), (all) =>
      all.some(({ id, state }) => id === operationId && state === 'cancelled'),
    )
    expect((await takt.projects.drafts()).map(({ id }) => id)).toContain('cancelled')
    await takt.projects.discardDraft({ id: 'cancelled' })
  })

  it('provisions, becomes ready and opens on loopback', async () => {
    const operation = await run(await takt.environments.planProvision({ draft }))
    expect(operation.steps.map(({ state }) => state)).not.toContain('failed')
    const started = await when(await takt.environments.watch(ref), ({ canOpen }) => canOpen)
    expect(started.phases.map(({ state }) => state)).toEqual([
      'done',
      'done',
      'done',
      'done',
      'done',
    ])
    const { url } = await takt.environments.open(ref)
    expect(url).toMatch(/^http:\/\/[-a-z0-9]+-[0-9a-f]{10}\.localhost:\d+\//)
    const page = await fetch(forPrograms(url))
    expect(page.status).toBe(200)
    expect(await page.text()).toMatch(/simulated/i)
    // The draft was fulfilled, so it is closed, and no other client saves it back.
    expect(await takt.projects.drafts()).toEqual([])
    const [forward] = await when(await takt.environments.forwards(), (all) => all.length > 0)
    expect(forward?.state).toBe('open')
    const { host, origin } = new URL(url)
    const status = (headers: Record<string, string>) => statusOf(forPrograms(url), headers)
    expect(await status({ host, origin })).toBe(200)
    expect(await status({ host, origin: 'https://elsewhere.example' })).toBe(421)
    expect(await status({ host, origin: 'null' })).toBe(421)
    expect(await status({ host: 'rebound.example' })).toBe(421)
    expect(await status({ 'sec-fetch-site': 'none' })).toBe(421)
    expect(await status({})).toBe(200)
  }, 120_000)

  it('saves a revision that says what is missing', async () => {
    const item = await takt.records.list({ kind: 'WorkItem', namespace: project })
    const [only] = item
    expect(only?.kind === 'WorkItem' && only.status.station).toBe('work')
    const preview = await takt.revisions.preview(ref)
    expect(preview.bindings.map(({ part }) => part).sort()).toEqual([
      'code',
      'data',
      'images',
      'machine',
      'metrics',
      'packages',
      'parameters',
    ])
    const plan = await takt.revisions.planSave({
      ...ref,
      workItem: only?.meta.name ?? '',
      note: 'first',
      parameters: { seed: '1' },
      metrics: { auc: 0.91 },
    })
    await run(plan)
    const [revision] = await takt.records.list({ kind: 'Revision', namespace: project })
    expect(revision?.kind === 'Revision' && revision.spec.packages.length).toBeGreaterThan(3)
    expect(
      revision?.kind === 'Revision' && revision.status.reproducibility?.score,
    ).toBeGreaterThanOrEqual(0.8)
  })

  it('hands over once the gates are passed or waived', async () => {
    const [item] = await takt.records.list({ kind: 'WorkItem', namespace: project })
    const [revision] = await takt.records.list({ kind: 'Revision', namespace: project })
    const work = { namespace: project, name: item?.meta.name ?? '' }
    const blocked = await takt.backlog.planHandOver(work)
    expect(blocked.blockedBy.map(({ says }) => says).join(' ')).toMatch(/drift was not checked/i)
    await expect(takt.operations.start({ planId: blocked.id })).rejects.toMatchObject({
      code: 'PLAN_IS_BLOCKED',
    })
    await takt.backlog.recordDrift({
      namespace: project,
      name: revision?.meta.name ?? '',
      result: 'none',
    })
    await takt.backlog.describe({
      ...work,
      resourceVersion: item?.meta.resourceVersion ?? '',
      description: 'Scores a call for a doubled voice within a second.',
    })
    await when(await takt.records.watch({ kinds: ['Revision', 'WorkItem'] }), () => true)
    const gates = await takt.backlog.gates(work)
    expect(gates.gates.filter(({ state }) => state === 'open')).toEqual([])
    await run(await takt.backlog.planHandOver(work))
    expect(await stationOf()).toBe('backlog')
  })

  it('makes the same again, pauses it and deletes it with what it names', async () => {
    const [revision] = await takt.records.list({ kind: 'Revision', namespace: project })
    const again = await takt.revisions.planReproduce({
      namespace: project,
      name: revision?.meta.name ?? '',
      as: 'again',
    })
    await run(again)
    // Doing it again for an item that is handed over must not pull it back onto the discovery line.
    expect(await stationOf()).toBe('backlog')
    const made = { namespace: project, name: 'again' }
    await run(await takt.environments.planChange({ ...made, change: { to: 'stop' } }))
    await run(await takt.environments.planChange({ ...made, change: { to: 'resume' } }))
    const plan = await takt.environments.planChange({
      ...made,
      change: { to: 'delete', keepWorkspace: false },
    })
    expect(plan.losses?.lost.join(' ')).toMatch(/again-work/)
    await expect(takt.operations.start({ planId: plan.id })).rejects.toMatchObject({
      code: 'NAME_NOT_TYPED',
    })
    await run(plan, 'again')
    await expect(takt.records.get({ kind: 'Environment', ...made })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  }, 120_000)
})
