import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { burstStackLacks, type BurstStack } from './burst-stack'
import { impatient, openDesk, twoClusters, type Desk, type TwoClusters } from './burst/desk'
import { isThere, job, jobAt, marksOf, podsOf, runs, watchRuns } from './burst/jobs'
import { awaited } from './discovery/person'
import { soon } from './discovery/watching'

const lacks = burstStackLacks()

describe.skipIf(lacks !== undefined)(
  `jobs that run, end and start without Kueue${lacks ? ` (${lacks})` : ''}`,
  () => {
    let stack: BurstStack
    let desk: Desk
    let end: TwoClusters['end'] | undefined
    beforeAll(async () => {
      ;({ stack, desk, end } = await twoClusters())
    })
    afterAll(() => end?.())
    const remove = async (name: string) => {
      await stack.onPrem.admin.call(
        `/apis/batch/v1/namespaces/default/jobs/${name}?propagationPolicy=Foreground`,
        { method: 'DELETE' },
      )
      await soon(
        async () =>
          !(await isThere(stack.onPrem, name)) && (await podsOf(stack.onPrem, name)).length === 0,
        `${name} does not go`,
      )
    }

    test('a job that runs and names no checkpoints stays, with what to do about it', async () => {
      await stack.onPrem.applyManifests([job('bare', { suspend: false })])
      await soon(() => runs(stack.onPrem, 'bare'), 'it does not run')
      await awaited(await desk.core().burst.watch({}), ({ workloads }) =>
        workloads.some(({ ref, state }) => ref.name === 'bare' && state === 'running'),
      )
      const { blockedBy } = await desk
        .core()
        .burst.planMove({ ...desk.refOf('bare'), to: desk.to() })
      expect(blockedBy).toContainEqual({
        says: 'It runs and names no place for checkpoints: moving would lose all it has done.',
        remedy: 'Give it the annotation takt.dev/checkpoint-path, or let it end.',
      })
      await remove('bare')
    })

    test('a job that runs is stopped at its checkpoint, runs there without what manages it here, its loss is priced, and undo starts it again', async () => {
      const seen = await watchRuns(stack, 'running')
      await stack.onPrem.applyManifests([
        job('running', {
          suspend: false,
          annotations: { 'takt.dev/checkpoint-path': 's3://checkpoints/running' },
          spec: { managedBy: 'kubernetes.io/job-controller' },
        }),
      ])
      await soon(() => runs(stack.onPrem, 'running'), 'it does not run')
      await awaited(await desk.core().burst.watch({}), ({ workloads }) =>
        workloads.some(({ ref, state }) => ref.name === 'running' && state === 'running'),
      )
      const quote = await desk.core().burst.quote({ ...desk.refOf('running'), to: desk.to() })
      expect(quote.loses.join(' ')).toMatch(
        /starts again from its checkpoint in s3:\/\/checkpoints\/running/,
      )
      expect(quote.lossUsd).toBeGreaterThan(0)
      const plan = await desk.core().burst.planMove({ ...desk.refOf('running'), to: desk.to() })
      expect(plan.steps[0]?.title).toBe('Stop it at its checkpoint')
      expect(plan.choices).toContain(
        'What manages it elsewhere cannot be changed on an object that is there: the copy is made without it.',
      )
      const { id } = await desk.run(plan)
      await soon(() => runs(stack.cloud, 'running'), 'the copy does not run')
      const [original, copy] = [
        await jobAt(stack.onPrem, 'running'),
        await jobAt(stack.cloud, 'running'),
      ]
      // The server gives a copy that names no manager the usual one.
      expect([
        original.spec.suspend,
        await podsOf(stack.onPrem, 'running'),
        copy.spec.managedBy ?? 'kubernetes.io/job-controller',
      ]).toEqual([true, [], 'kubernetes.io/job-controller'])
      await desk.core().operations.undo({ operationId: id })
      expect((await desk.ended(id)).state).toBe('undone')
      await soon(() => runs(stack.onPrem, 'running'), 'it does not run at home again')
      expect(marksOf(await jobAt(stack.onPrem, 'running'))).toEqual([])
      await desk.nothingRented()
      expect(await seen.end()).toEqual({ most: 1, there: 1, here: 2 })
      await remove('running')
    })

    test('a copy that ends is settled: the original says how, the journal holds what was predicted against what came, and the machine goes', async () => {
      await stack.onPrem.applyManifests([job('short', { seconds: 6, expected: 6 })])
      const plan = await desk.core().burst.planMove({ ...desk.refOf('short'), to: desk.to() })
      await desk.run(plan)
      await soon(
        async () =>
          (await jobAt(stack.onPrem, 'short')).metadata.annotations?.['takt.dev/ended'] !==
          undefined,
        'nobody wrote how it ended',
      )
      const ended = JSON.parse(
        (await jobAt(stack.onPrem, 'short')).metadata.annotations?.['takt.dev/ended'] ?? '{}',
      ) as { outcome: string; usd: number }
      expect(ended.outcome).toBe('complete')
      const { entries, usd, forecasts } = await desk.core().burst.journal({ job: 'short' })
      const went = entries.find(({ kind }) => kind === 'go')
      expect(went).toMatchObject({
        predicted: { usd: plan.price?.usdInAll },
        actual: { place: 'cloud', outcome: 'complete', usd: ended.usd },
      })
      expect(went?.errorShare).toEqual(expect.any(Number))
      expect([usd.of, usd.actual, forecasts.of]).toEqual([1, ended.usd, 1])
      expect(ended.usd).toBeGreaterThan(0)
      // Its place at home is kept by the original, which never runs.
      expect((await jobAt(stack.onPrem, 'short')).spec.suspend).toBe(true)
      await desk.nothingRented()
    })

    test('where no Kueue is, the steward lets go what the planner would start now, and holds the rest', async () => {
      // Two machines of eight: the third of these waits.
      await desk.close()
      desk = await openDesk(stack, { clock: impatient, steward: true })
      await stack.onPrem.applyManifests(['one', 'two', 'three'].map((name) => job(name)))
      await soon(
        async () =>
          (
            await Promise.all(['one', 'two', 'three'].map((name) => runs(stack.onPrem, name)))
          ).filter(Boolean).length === 2,
        'two do not run',
        90,
      )
      const jobs = await Promise.all(
        ['one', 'two', 'three'].map(async (name) => ({
          name,
          job: await jobAt(stack.onPrem, name),
        })),
      )
      const waiting = jobs.filter(({ job: { spec } }) => spec.suspend === true)
      expect(waiting).toHaveLength(1)
      expect(
        jobs.filter(
          ({ job: { metadata } }) => metadata.annotations?.['takt.dev/released'] !== undefined,
        ),
      ).toHaveLength(2)
      const done = jobs.find(({ job: { spec } }) => spec.suspend !== true)?.name ?? ''
      await remove(done)
      await soon(
        () => runs(stack.onPrem, waiting[0]?.name ?? ''),
        'the third does not start when there is room',
        90,
      )
      expect(
        await Promise.all(['one', 'two', 'three'].map((name) => podsOf(stack.cloud, name))),
      ).toEqual([[], [], []])
    })
  },
)
