import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { burstStackLacks, type BurstStack } from './burst-stack'
import { POOL, twoClusters, type Desk, type TwoClusters } from './burst/desk'
import { isThere, job, jobAt, marksOf, podsOf, runs, watchRuns } from './burst/jobs'
import { awaited } from './discovery/person'
import { soon } from './discovery/watching'

const lacks = burstStackLacks()

describe.skipIf(lacks !== undefined)(
  `moving jobs between two real clusters${lacks ? ` (${lacks})` : ''}`,
  () => {
    let stack: BurstStack
    let desk: Desk
    let end: TwoClusters['end'] | undefined
    beforeAll(async () => {
      ;({ stack, desk, end } = await twoClusters())
    })
    afterAll(() => end?.())

    test('a suspended job is quoted, moves, runs there once, and comes back', async () => {
      const { core, refOf, to } = desk
      const seen = await watchRuns(stack, 'first')
      await stack.onPrem.applyManifests([job('first')])
      const quote = await core().burst.quote({ ...refOf('first'), to: to() })
      expect([quote.cannotMove, quote.act.verb]).toEqual([[], 'go'])
      const plan = await core().burst.planMove({ ...refOf('first'), to: to() })
      expect(plan.price?.usdInAll).toBeGreaterThan(1)
      await desk.run(plan)
      await soon(() => runs(stack.cloud, 'first'), 'the copy does not run')
      const [pod] = await podsOf(stack.cloud, 'first')
      expect(desk.machines().map(({ node }) => node)).toEqual([pod?.node])
      const original = await jobAt(stack.onPrem, 'first')
      expect(original.spec.suspend).toBe(true)
      expect(
        JSON.parse(original.metadata.annotations?.['takt.dev/moved-to'] ?? '{}'),
      ).toMatchObject({ site: desk.away(), name: 'first', pool: POOL })
      const queue = await awaited(await core().burst.watch({}), ({ workloads }) =>
        workloads.some(({ ref, state }) => ref.name === 'first' && state === 'away'),
      )
      expect(queue).toMatchObject({ queueing: 'none' })

      await desk.run(await core().burst.planReturn(refOf('first')))
      const back = await jobAt(stack.onPrem, 'first')
      expect([back.spec.suspend, back.metadata.uid, marksOf(back)]).toEqual([
        true,
        original.metadata.uid,
        [],
      ])
      expect(await isThere(stack.cloud, 'first')).toBe(false)
      await desk.nothingRented()
      expect(await seen.end()).toEqual({ most: 1, there: 1, here: 0 })
    })

    test('a move is taken back by its undo', async () => {
      const { core, refOf, to } = desk
      const seen = await watchRuns(stack, 'second')
      await stack.onPrem.applyManifests([job('second')])
      const { id } = await desk.run(await core().burst.planMove({ ...refOf('second'), to: to() }))
      await core().operations.undo({ operationId: id })
      expect((await desk.ended(id)).state).toBe('undone')
      expect(await isThere(stack.cloud, 'second')).toBe(false)
      expect(marksOf(await jobAt(stack.onPrem, 'second'))).toEqual([])
      await desk.nothingRented()
      expect(await seen.end()).toEqual({ most: 1, there: 1, here: 0 })
    })
  },
)
