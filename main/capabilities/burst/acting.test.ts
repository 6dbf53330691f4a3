import { afterEach, describe, expect, test } from 'vitest'
import { aDesk, HOUR, type Desk } from '../../../test/support/burst/desk'
import { moveTask, recoverStranded } from './acting'

let desk: Desk
const open = (outline?: Parameters<typeof aDesk>[0]) => {
  desk = aDesk(outline)
  return desk
}
afterEach(() => desk.close())
const acting = () => ({ mayAct: () => true, signal: new AbortController().signal })
const moves = () => desk.operations.list().filter(({ kind }) => kind === 'burst-move')
const quoted = async (name: string, to?: { site?: string; pool?: string }) => {
  const quote = await desk.service.quote({ ref: desk.ref(name), to })
  if (!quote.ok) throw new Error(JSON.stringify(quote.failure))
  return quote.value
}
const decisionOf = async (name: string) => {
  const queue = await desk.service.queue(undefined)
  return queue.ok ? queue.value.workloads.find(({ ref }) => ref.name === name)?.decision : undefined
}

describe('another site, by price', () => {
  test('what the first site has no machines for goes to the cheapest other one, and says why', async () => {
    const { queue, cloud } = open({ clouds: ['aws', 'frankfurt', 'ohio'], policy: { to: 'aws' } })
    queue('train')
    cloud.sells('frankfurt', { usdPerNodeHour: 30 })
    cloud.sells('ohio', { usdPerNodeHour: 24 })
    expect(await decisionOf('train')).toMatchObject({ kind: 'go', pool: 'p4d' })
    expect(
      (await decisionOf('train'))?.site,
      'the first site comes first, whatever others cost',
    ).toBeUndefined()
    cloud.sells('aws', { nodesLeft: 0, limitSays: 'AWS had none of p4d.24xlarge a moment ago.' })
    expect(await decisionOf('train')).toMatchObject({
      kind: 'go',
      pool: 'p4d',
      site: 'ohio',
      says: expect.stringContaining('aws has no machines for it now, ohio has.') as string,
    })
    expect(await quoted('train')).toMatchObject({ go: { site: 'ohio', usd: 50.4 }, cannotMove: [] })
    cloud.sells('ohio', { usdPerNodeHour: 24, nodesLeft: 0 })
    expect((await quoted('train')).go).toMatchObject({ site: 'frankfurt', usd: 63 })
  })
  test('where its data may not go, it does not', async () => {
    const source = (mayGoTo: string[]) => ({
      apiVersion: 'takt.dev/v1alpha1',
      kind: 'DataSource',
      metadata: { name: 'faces' },
      spec: {
        title: 'faces',
        description: '',
        kind: 's3',
        location: { uri: 's3://faces' },
        site: 'oslo',
        owner: 'mara',
        team: 'Vision',
        classification: 'internal',
        mayGoTo,
      },
    })
    const { queue, cloud, home } = open({
      clouds: ['aws', 'ohio'],
      records: [source(['oslo', 'aws'])],
    })
    const run = queue('train')
    const container = {
      name: 'train',
      image: 'x',
      env: [{ name: 'DATA_URI', value: 's3://faces/main' }],
      resources: { limits: { 'nvidia.com/gpu': '8' } },
    }
    home.put({ ...run, spec: { suspend: true, template: { spec: { containers: [container] } } } })
    cloud.sells('aws', { nodesLeft: 0 })
    expect((await decisionOf('train'))?.kind).toBe('refuse')
    home.put(source(['oslo', 'aws', 'ohio']))
    expect(await decisionOf('train')).toMatchObject({ kind: 'go', site: 'ohio' })
  })
  test('a hard cap holds over both sites together, and machines of both count', async () => {
    const { queue, cloud } = open({
      clouds: ['aws', 'ohio'],
      policy: {
        caps: [{ scope: 'team', name: 'training', period: 'month', capUsd: 100, hard: true }],
      },
    })
    for (const name of ['one', 'two', 'three']) queue(name)
    // One machine here, many there: 46 USD for each run, so the cap holds two of them.
    cloud.sells('aws', { nodesLeft: 1, usdPerNodeHour: 22 })
    cloud.sells('ohio', { nodesLeft: 4, usdPerNodeHour: 22 })
    const planned = await desk.service.plan(undefined)
    const going = planned.ok ? planned.value.plan.decisions.filter(({ kind }) => kind === 'go') : []
    expect(going.map(({ site }) => site)).toEqual([undefined, 'ohio'])
    expect(going.reduce((usd, { go }) => usd + (go?.usd ?? 0), 0)).toBeLessThanOrEqual(100)
  })
  test('a move that nobody has machines for comes back, and the steward tries the other site by itself, once each', async () => {
    const { queue, cloud, service, settled, home, kubeOf } = open({
      clouds: ['aws', 'ohio'],
      policy: { mode: 'automatic' },
    })
    queue('train')
    cloud.refuses('aws/p4d')
    await moveTask(service).run(acting())
    const [first] = moves()
    expect(await settled(first?.id ?? '')).toMatchObject({
      state: 'failed',
      failure: { code: 'CLOUD_CAPACITY_SHORT', data: { nodeGroup: 'p4d' } },
    })
    recoverStranded(service)
    expect((await settled(first?.id ?? '')).state).toBe('cancelled')
    expect(
      home.one('Job', 'train')?.metadata.annotations?.['takt.dev/held'],
      'it is back in its place',
    ).toBeUndefined()
    await moveTask(service).run(acting())
    const again = moves().find(({ id }) => id !== first?.id)
    expect(again?.title).toBe('Move train to ohio')
    expect((await settled(again?.id ?? '')).state).toBe('done')
    expect(kubeOf('ohio').one('Job', 'train')).toBeDefined()
    expect(kubeOf('aws').one('Job', 'train')).toBeUndefined()
    expect([cloud.asked, [...cloud.claims.values()]]).toEqual([
      ['aws/p4d', 'ohio/p4d'],
      ['ohio/p4d'],
    ])
    await moveTask(service).run(acting())
    expect(moves()).toHaveLength(2)
  })
  test('within a site the next zone and then the next type are asked by price, before it comes back', async () => {
    const { queue, cloud, service, settled, ref } = open()
    queue('train')
    cloud.sells(
      'aws',
      { name: 'p4d-b', usdPerNodeHour: 23 },
      { name: 'p4de', instanceType: 'p4de.24xlarge', usdPerNodeHour: 27 },
      { name: 'p4d-a', usdPerNodeHour: 22 },
      {
        name: 'p5',
        instanceType: 'p5.48xlarge',
        usdPerNodeHour: 55,
        gpuProduct: 'NVIDIA-H100-80GB-HBM3',
      },
    )
    cloud.refuses('aws/p4d-a', 'aws/p4d-b')
    const plan = await service.planMove({ ref: ref('train'), to: undefined, note: undefined })
    if (!plan.ok) throw new Error(JSON.stringify(plan.failure))
    expect(plan.value.choices).toContain('Where p4d-a has no capacity: p4d-b, p4de.')
    const started = await desk.operations.start({ planId: plan.value.id })
    const ended = await settled(started.ok ? started.value.operationId : '')
    expect([ended.state, cloud.asked]).toEqual(['done', ['aws/p4d-a', 'aws/p4d-b', 'aws/p4de']])
    expect(
      ended.journal.map(({ says }) => says).filter((says) => says.includes('no capacity')),
    ).toEqual([
      'p4d-a has no capacity: InsufficientInstanceCapacity',
      'p4d-b has no capacity: InsufficientInstanceCapacity',
    ])
  })
})

test('a lead who approves what the planner proposes does not pin it to one pool', async () => {
  const { queue, cloud, service, ref } = open({ policy: { mode: 'approve' } })
  queue('train')
  cloud.sells('aws', { name: 'p4d-a', usdPerNodeHour: 22 }, { name: 'p4d-b', usdPerNodeHour: 23 })
  const plan = await service.planApprove({ ref: ref('train'), to: undefined })
  expect(plan.ok && plan.value.choices).toContain('Where p4d-a has no capacity: p4d-b.')
  queue('named', {
    annotations: {
      'takt.dev/burst-asked': JSON.stringify({
        by: 'mia',
        at: '2026-11-18T14:00:00Z',
        usd: 46,
        pool: 'p4d-b',
      }),
    },
  })
  const named = await service.planApprove({ ref: ref('named'), to: undefined })
  expect(
    named.ok && [
      named.value.price?.basis,
      named.value.choices.some((choice) => choice.includes('no capacity')),
    ],
  ).toEqual(['until it ends, in p4d-b', false])
})

describe('the age of prices', () => {
  test('nothing goes by itself on a price older than the policy allows, a person still may and is told', async () => {
    const { queue, clock, service, ref } = open({
      policy: { mode: 'automatic', oldestPriceHours: 72 },
    })
    queue('train')
    expect((await decisionOf('train'))?.kind).toBe('go')
    await clock.advance(73 * HOUR * 1000)
    expect(await decisionOf('train')).toMatchObject({ kind: 'refuse', reason: 'PriceTooOld' })
    await moveTask(service).run(acting())
    expect(moves()).toEqual([])
    const quote = await quoted('train')
    expect(quote).toMatchObject({ price: { stale: true }, cannotMove: [], go: { usd: 46.2 } })
    const plan = await service.planMove({ ref: ref('train'), to: undefined, note: undefined })
    expect(
      plan.ok && [
        plan.value.blockedBy,
        plan.value.risks.some((risk) => risk.startsWith('Its price is older')),
      ],
    ).toEqual([[], true])
  })
  test('a price that ages between deciding and acting is refused by name', async () => {
    const { queue, clock, service, ref } = open({ policy: { mode: 'automatic' } })
    queue('train')
    await clock.advance(80 * HOUR * 1000)
    const { planMove } = await import('./move/plan')
    expect(
      await planMove(service.ports, service.kinds.move, {
        wanted: { ref: ref('train'), approvedBy: 'steward', mode: 'automatic' },
      }),
    ).toMatchObject({
      ok: false,
      failure: {
        code: 'PRICE_TOO_OLD',
        data: { pool: 'p4d', limitDays: 3, source: 'aws-pricing' },
      },
    })
  })
  test('a fresh price is taken although an old one is lower, and the old pool is no second choice by itself', async () => {
    const { queue, clock, cloud, service, settled } = open({ policy: { mode: 'automatic' } })
    queue('train')
    const old = clock.now() - 100 * HOUR * 1000
    cloud.sells(
      'aws',
      { name: 'old', usdPerNodeHour: 20, priceAsOf: old },
      { name: 'fresh', usdPerNodeHour: 22 },
    )
    cloud.refuses('aws/fresh')
    await moveTask(service).run(acting())
    await settled(moves()[0]?.id ?? '')
    expect(cloud.asked).toEqual(['aws/fresh'])
    expect((await quoted('train')).go).toMatchObject({ where: 'old' })
  })
  test('a spot price counts for a day', async () => {
    const { queue, clock, cloud } = open({ policy: { spot: true } })
    queue('train')
    cloud.sells(
      'aws',
      { name: 'spot', spot: true, usdPerNodeHour: 8 },
      { name: 'list', usdPerNodeHour: 22 },
    )
    expect(await decisionOf('train')).toMatchObject({ pool: 'spot' })
    await clock.advance(25 * HOUR * 1000)
    expect(await decisionOf('train')).toMatchObject({ pool: 'list' })
  })
})

describe('both ways', () => {
  test('are shown over a hard cap too, and nobody is offered to go', async () => {
    const { queue } = open({
      policy: {
        caps: [{ scope: 'team', name: 'training', period: 'month', capUsd: 10, hard: true }],
      },
    })
    queue('train')
    const quote = await quoted('train')
    expect(quote).toMatchObject({
      go: { usd: 46.2 },
      act: { verb: 'none' },
      decision: { kind: 'refuse', reason: 'OverBudget' },
    })
    expect(quote.cannotMove.map(({ says }) => says)).toEqual([
      'Budget Cloud cap of training has $10.00 of $10.00 left, and $46.20 is needed.',
    ])
  })
  test('are quoted while the building has room, for the machines that were named', async () => {
    const { queue, cloud, home } = open()
    queue('train')
    home.put({
      ...home.one('Node', 'a100-1'),
      metadata: { name: 'a100-2', labels: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' } },
    } as never)
    cloud.sells('aws', { name: 'p4d-a', usdPerNodeHour: 22 }, { name: 'p4d-b', usdPerNodeHour: 30 })
    const quote = await quoted('train', { pool: 'p4d-b' })
    expect(quote.decision.kind).toBe('start')
    expect(quote).toMatchObject({
      stay: { usd: 0, says: 'There is room now.' },
      go: { where: 'p4d-b', usd: 63, bootSeconds: 360, site: 'aws' },
    })
    expect(quote.go?.finishes?.at).toBe('2026-11-18T16:38:00Z')
    expect((await quoted('train')).go).toMatchObject({ where: 'p4d-a', usd: 46.2 })
  })
  test('are priced also where none of the named machines can be had, which is said', async () => {
    const { queue, cloud } = open()
    queue('train')
    cloud.sells(
      'aws',
      { name: 'p4d-a', usdPerNodeHour: 22 },
      { name: 'p4d-b', usdPerNodeHour: 30, nodesLeft: 0, limitSays: 'The quota is used up.' },
    )
    const quote = await quoted('train', { pool: 'p4d-b' })
    expect(quote.go).toMatchObject({
      where: 'p4d-b',
      usd: 63,
      says: 'p4d-b has no machines now. The quota is used up.',
    })
    expect([quote.go?.startsAt, quote.act.verb, quote.cannotMove.length]).toEqual([
      undefined,
      'none',
      1,
    ])
  })
})

test('what comes of a move closes the move, also where a plan wrote once more meanwhile that it should go', () => {
  const { service, clock } = open()
  const entry = {
    at: '2026-11-18T14:32:00Z',
    ref: desk.ref('train'),
    by: 'mara',
    mode: 'approve' as const,
    kind: 'go' as const,
    says: 'Moved.',
    predicted: { usd: 46 },
  }
  service.journal.note({
    uid: 'u',
    entry: { ...entry, actual: { place: 'cloud', outcome: 'running' } },
  })
  service.journal.note({ uid: 'u', entry })
  service.journal.moved('u', {
    place: 'cloud',
    outcome: 'returned',
    endedAt: '2026-11-18T15:00:00Z',
  })
  const { entries } = service.journal.read({ limit: 10, now: clock.now() })
  expect(entries.map(({ actual }) => actual?.outcome)).toEqual([undefined, 'returned'])
  expect(service.journal.hasAway(clock.now())).toBe(false)
})
