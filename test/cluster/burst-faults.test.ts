import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { burstStackLacks, type BurstStack } from './burst-stack'
import { twoClusters, type Desk, type TwoClusters } from './burst/desk'
import { isThere, job, jobAt, marksOf, runs, watchRuns } from './burst/jobs'
import { soon } from './discovery/watching'

const lacks = burstStackLacks()

describe.skipIf(lacks !== undefined)(
  `moves on an AWS that is in trouble${lacks ? ` (${lacks})` : ''}`,
  () => {
    let stack: BurstStack
    let desk: Desk
    let end: TwoClusters['end'] | undefined
    beforeAll(async () => {
      ;({ stack, desk, end } = await twoClusters())
    })
    afterAll(() => end?.())

    afterEach(() => {
      stack.aws.proxy.faults.clear()
      stack.aws.proxy.skewMs = 0
    })

    const planned = async (name: string) => {
      await stack.onPrem.applyManifests([job(name)])
      return {
        seen: await watchRuns(stack, name),
        plan: await desk.core().burst.planMove({ ...desk.refOf(name), to: desk.to() }),
      }
    }
    async function movesOnceAndReturns(
      name: string,
      { plan, seen }: Awaited<ReturnType<typeof planned>>,
    ): Promise<void> {
      await desk.run(plan)
      await soon(() => runs(stack.cloud, name), 'the copy does not run')
      expect(desk.machines()).toHaveLength(1)
      await desk.run(await desk.core().burst.planReturn(desk.refOf(name)))
      await desk.nothingRented()
      expect(await seen.end()).toEqual({ most: 1, there: 1, here: 0 })
    }

    test('every second call is throttled: a move and its return take longer and double nothing', async () => {
      const ready = await planned('throttled')
      const { faults, calls } = stack.aws.proxy
      const before = calls.length
      faults.add({ every: 2, fault: { kind: 'throttle' } })
      await movesOnceAndReturns('throttled', ready)
      faults.clear()
      expect(calls.length - before).toBeGreaterThan(10)
    })

    test('pages of HTML and lost answers where the size of a group is changed delay a move and double nothing', async () => {
      const ready = await planned('pages')
      const { faults } = stack.aws.proxy
      const before = stack.aws.proxy.calls.length
      faults.add({ service: 'eks', action: /update-config/, times: 2, fault: { kind: 'html' } })
      faults.add({
        service: 'eks',
        action: /update-config/,
        times: 1,
        fault: { kind: 'lose-answer' },
      })
      await movesOnceAndReturns('pages', ready)
      // Two pages, one answer that was lost, and whatever the move and its return needed beside them.
      expect(
        stack.aws.proxy.calls.slice(before).filter(({ action }) => action.includes('update-config'))
          .length,
      ).toBeGreaterThanOrEqual(4)
      faults.clear()
    })

    test('an EKS API that answers nothing but pages ends a move with words, and the job goes back to its place', async () => {
      const { seen, plan } = await planned('refused')
      stack.aws.proxy.faults.add({
        service: 'eks',
        action: /update-config|^POST/,
        fault: { kind: 'html' },
      })
      const id = await desk.start(plan)
      await soon(
        async () => (await desk.core().operations.get({ operationId: id })).state === 'cancelled',
        'the move was not taken back',
        60,
      )
      const { journal, failure } = await desk.core().operations.get({ operationId: id })
      expect([failure, journal.map(({ says }) => says)]).toEqual([
        undefined,
        expect.arrayContaining([
          expect.stringMatching(
            /AWS EKS in us-east-1 answered a page instead of data \(502\): UpdateNodegroupConfig is not answered there \(Bad Gateway\)/,
          ),
        ]),
      ])
      const original = await jobAt(stack.onPrem, 'refused')
      expect([
        original.spec.suspend,
        marksOf(original),
        await isThere(stack.cloud, 'refused'),
      ]).toEqual([true, [], false])
      stack.aws.proxy.faults.clear()
      await desk.nothingRented()
      expect(await seen.end()).toEqual({ most: 0, there: 0, here: 0 })
    })

    test('machines that cannot be given back while AWS is away go back once it answers', async () => {
      const { seen, plan } = await planned('owed')
      await desk.run(plan)
      stack.aws.proxy.faults.add({
        service: 'eks',
        action: /update-config/,
        fault: { kind: 'html' },
      })
      stack.aws.proxy.faults.add({ action: /TerminateInstance/, fault: { kind: 'html' } })
      const operation = await desk.run(await desk.core().burst.planReturn(desk.refOf('owed')))
      expect(operation.journal.map(({ says }) => says)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^The machines could not be given back yet: AWS/),
        ]),
      )
      expect(desk.machines()).toHaveLength(1)
      stack.aws.proxy.faults.clear()
      await desk.nothingRented()
      expect(await seen.end()).toEqual({ most: 1, there: 1, here: 0 })
    })

    test.each([
      ['an hour ahead', 'skewed-1', 3_600_000],
      ['two hours behind', 'skewed-2', -7_200_000],
    ])(
      'AWS whose clock is %s of this machine refuses a signature once, and the move goes on by its time',
      async (_what, name, ms) => {
        stack.aws.proxy.skewMs = ms
        await movesOnceAndReturns(name, await planned(name))
      },
    )
  },
)
