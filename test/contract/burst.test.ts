import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BurstQueue, WorkloadRef } from '../../preload/contract/burst'
import type { Operation, Plan } from '../../preload/contract/operations'
import type { CoreClient } from '../../main/compose'
import { coreOnPlant, type CoreOnPlant } from '../support/core-on-plant'
import { when } from '../support/stream'

/** Slow while it is asked what to do, fast while machines come: in two hours the run starts in the building, which is half a minute else. */
const [SLOW, FAST] = [20, 240]
let there: CoreOnPlant
let takt: CoreClient

beforeAll(async () => {
  there = await coreOnPlant({ speed: SLOW })
  takt = there.takt
})
afterAll(() => there.end())

const queueWhen = async (is: (queue: BurstQueue) => boolean, site?: string) =>
  when(await takt.burst.watch(site === undefined ? {} : { site }), is)
const find = (queue: BurstQueue, ref: WorkloadRef) =>
  queue.workloads.find((one) => one.ref.namespace === ref.namespace && one.ref.name === ref.name)
async function run(plan: Plan): Promise<Operation> {
  expect(plan.blockedBy).toEqual([])
  const { operationId } = await takt.operations.start({ planId: plan.id })
  return ended(operationId)
}
async function ended(id: string): Promise<Operation> {
  const all = await when(await takt.operations.watch(), (each) =>
    each.some((one) => one.id === id && !['running', 'undoing', 'cancelling'].includes(one.state)),
  )
  const operation = all.find((one) => one.id === id)
  if (!operation) throw new Error('The operation is gone')
  return operation
}
const done = (operation: Operation) => {
  if (operation.state !== 'done') throw new Error(JSON.stringify(operation, undefined, 1))
  return operation
}

describe('burst on the plant', () => {
  const ref: WorkloadRef = {
    site: 'oslo',
    kind: 'Job',
    namespace: 'parcel-ocr',
    name: 'train-0412',
  }
  it('shows every waiting job with a decision, a reason and what binds it', async () => {
    const queue = await queueWhen(
      ({ workloads, price, to, policy }) =>
        to !== undefined &&
        policy === 'leads-2' &&
        !price.stale &&
        workloads.filter(({ state }) => state === 'waiting').length >= 3,
    )
    expect(queue).toMatchObject({
      site: 'oslo',
      to: 'aws-burst',
      mode: 'approve',
      policy: 'leads-2',
      queueing: 'kueue',
    })
    const waiting = queue.workloads.filter(({ state }) => state === 'waiting')
    for (const { decision } of waiting) expect(decision?.says).toMatch(/\w/)
    // One that came a moment ago was not looked at by its queue yet.
    expect(
      waiting.filter(({ whyWaiting }) => whyWaiting?.includes('insufficient')).length,
    ).toBeGreaterThanOrEqual(2)
    expect(
      find(queue, { ...ref, namespace: 'price-elastic', name: 'sweep-77' })?.decision,
    ).toMatchObject({ kind: 'refuse', reason: 'DataMayNotLeave' })
  })
  it('quotes both ways with the two lines', async () => {
    const quote = await takt.burst.quote(ref)
    expect(quote.cannotMove).toEqual([])
    expect(quote.twoLines?.changed.map(({ what }) => what).sort()).toEqual(['data', 'gpu', 'queue'])
    expect(quote.go?.finishes?.at.localeCompare(quote.stay.finishes?.at ?? '')).toBe(-1)
    expect(quote).toMatchObject({
      act: { verb: 'approve' },
      price: { stale: false },
      budgets: [{ scope: '4420', hard: true }],
      limitUsdPerHour: expect.any(Number),
    })
    expect(quote.go?.usd).toBeGreaterThan(1)
  })
  it('moves it, so that it runs there once and its original stays suspended with a pointer', async () => {
    const plan = await takt.burst.planMove(ref)
    await takt.sites.setPlantSpeed({ speed: FAST })
    done(await run(plan))
    await takt.sites.setPlantSpeed({ speed: SLOW })
    const home = await queueWhen((queue) => find(queue, ref)?.state === 'away')
    expect(find(home, ref)?.away).toMatchObject({ site: 'aws-burst', name: 'train-0412' })
    const there = await queueWhen((queue) => find(queue, ref)?.state === 'running', 'aws-burst')
    expect(find(there, ref)).toMatchObject({ queue: 'training-burst' })
    const journal = await takt.burst.journal({ job: 'train-0412' })
    expect(journal.entries[0]).toMatchObject({
      kind: 'go',
      actual: { place: 'cloud', outcome: 'running' },
    })
  }, 120_000)
  it('brings it back to its place', async () => {
    const back = await takt.burst.planReturn(ref)
    await takt.sites.setPlantSpeed({ speed: FAST })
    done(await run(back))
    const home = await queueWhen((queue) =>
      ['waiting', 'running'].includes(find(queue, ref)?.state ?? ''),
    )
    expect(find(home, ref)?.away).toBeUndefined()
    await queueWhen((queue) => find(queue, ref) === undefined, 'aws-burst')
  }, 120_000)
  it('writes down what was predicted', async () => {
    const journal = await takt.burst.journal({})
    expect(journal.entries.length).toBeGreaterThan(3)
    expect(
      journal.entries.find(({ ref: of, kind }) => of.name === 'train-0412' && kind === 'go'),
    ).toMatchObject({ actual: { outcome: 'returned' } })
  })
  it('refuses what a hard cap no longer allows, and says whose it is', async () => {
    const { spec, resourceVersion, mayChange } = await takt.burst.policy()
    expect(mayChange).toBe('yes')
    const plan = await takt.burst.planPolicy({
      spec: {
        ...spec,
        caps: [{ scope: 'team', name: 'Vision', period: 'month', capUsd: 1, hard: true }],
      },
      ...(resourceVersion !== undefined && { resourceVersion }),
    })
    expect(plan.changes[0]?.lines?.some(({ text }) => text.includes('Vision'))).toBe(true)
    done(await run(plan))
    await queueWhen(({ budgets }) =>
      budgets.some(({ scope, capUsd }) => scope === 'team/Vision' && capUsd === 1),
    )
    const queue = await queueWhen((all) =>
      all.workloads.some(({ team, state }) => team === 'Vision' && state === 'waiting'),
    )
    const waiting = queue.workloads.find(
      ({ team, state }) => team === 'Vision' && state === 'waiting',
    )
    if (!waiting) throw new Error('Nobody of Vision waits')
    const move = await takt.burst.planMove(waiting.ref)
    expect(move.blockedBy.map(({ says }) => says).join(' ')).toMatch(
      /Cloud cap of Vision has \$1\.00 of \$1\.00 left/,
    )
  })
  it('lets nobody act while the kill switch is pulled', async () => {
    await takt.burst.stop({ stopped: true, reason: 'an audit' })
    const queue = await queueWhen(({ stopped }) => stopped)
    expect(queue.steward).toEqual({ state: 'stopped', says: 'Stopped: an audit' })
    await takt.burst.stop({ stopped: false, reason: '' })
    expect((await queueWhen(({ stopped }) => !stopped)).steward.state).not.toBe('stopped')
  })
})

describe('burst on a plant of its own, where nothing was tried yet', () => {
  // What waits here from the beginning may go; what colleagues of the plant send later may not always.
  beforeAll(async () => {
    await there.end()
    there = await coreOnPlant({ speed: 60 })
    takt = there.takt
    await queueWhen(({ policy, price }) => policy === 'leads-2' && !price.stale)
  })
  it('acts by itself under its Lease where the policy is automatic', async () => {
    const { spec, resourceVersion } = await takt.burst.policy()
    // Waiting is so dear that whatever may go goes.
    done(
      await run(
        await takt.burst.planPolicy({
          spec: {
            ...spec,
            mode: 'automatic',
            caps: [],
            waiting: [{ team: '', usdPerHour: 100_000 }],
          },
          ...(resourceVersion !== undefined && { resourceVersion }),
        }),
      ),
    )
    expect((await queueWhen(({ steward }) => steward.state === 'here')).mode).toBe('automatic')
    const all = await when(await takt.operations.watch(), (each) =>
      each.some(({ kind }) => kind === 'burst-move'),
    )
    expect(all.find(({ kind }) => kind === 'burst-move')?.title).toMatch(/^Move .* to aws-burst$/)
  })
})
