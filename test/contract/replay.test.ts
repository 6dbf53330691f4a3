import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseFailure } from '../../preload/contract/failures'
import type { ReplayEvent, ReplayQuestion, ReplayRun } from '../../preload/contract/replay'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { seededTrace } from '../support/burst/traces'
import { buildReplayWorker } from '../support/replay-worker'
import { when } from '../support/stream'
import { upload } from '../support/uploading'

const storeDir = mkdtempSync(join(tmpdir(), 'takt-replay-'))
let worker: Awaited<ReturnType<typeof buildReplayWorker>>
let core: Core
let takt: CoreClient
async function open() {
  core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { HOME: storeDir },
    clock: systemClock,
    random: seeded(5),
    plant: { speed: 600 },
    replayWorker: worker.script,
  })
  takt = createRouterClient(core.router) as CoreClient
}
beforeAll(async () => {
  worker = await buildReplayWorker()
  await open()
})
afterAll(async () => {
  await core.close()
  worker.remove()
  rmSync(storeDir, { recursive: true, force: true })
})

const csv = (jobs: number) =>
  [
    'job_id,submission_time,num_gpu,duration,user,team',
    ...seededTrace(5, jobs).map(
      ({ id, submitS, gpus, durationS }, index) =>
        `${id},${submitS},${gpus},${durationS},u${index % 9},${index % 3 === 0 ? 'Vision' : 'Voice'}`,
    ),
  ].join('\n')
const send = async (
  name: string,
  content: string | Uint8Array,
  more: { packedByUs?: boolean; skipBadLines?: boolean } = {},
) => takt.replay.import({ name, ...(await upload(takt, name, content)), ...more })
const issuesOf = async (sent: Promise<unknown>) => {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown as { code: string; data: unknown },
  )
  const failure = parseFailure(error?.code, error?.data)
  return failure?.code === 'INVALID' ? failure.data.issues : failure
}
const question = (source: string, more: Partial<ReplayQuestion> = {}): ReplayQuestion => ({
  source,
  nodes: 6,
  gpusPerNode: 8,
  policies: ['takt', 'starburst', 'no-wait', 'bound-slack'],
  usdPerWaitHour: 40,
  deadlines: 'weigh',
  usdPerNodeHour: 21.957642,
  gbPerJob: 0,
  spotShare: 0,
  estimateSigma: 0.25,
  seed: 7,
  ...more,
})
async function all(
  stream: AsyncIterable<ReplayEvent>,
): Promise<{ run: ReplayRun; shares: number[] }> {
  const shares: number[] = []
  for await (const event of stream) {
    if (event.at === 'result') return { run: event.run, shares }
    if (event.at === 'progress') shares.push(event.share)
  }
  throw new Error('the stream ended without a result')
}

function playedBy({ played }: ReplayRun, policy: string) {
  const found = played.find(({ figures }) => figures.policy === policy)
  if (!found) throw new Error(`${policy} was not played`)
  return found
}

describe('importing jobs of the past', () => {
  it('takes a trace plain, packed by its owner or packed for the way, as one and the same source', async () => {
    const text = csv(300)
    const [plain, packed, onTheWay] = [
      await send('month.csv', text),
      await send('month.csv.gz', gzipSync(text)),
      await send('month.csv', gzipSync(text), { packedByUs: true }),
    ]
    expect(plain).toMatchObject({
      kind: 'trace',
      jobs: 300,
      users: 9,
      teams: ['Vision', 'Voice'],
      skippedCount: 0,
      simulated: false,
    })
    expect(packed.id).toBe(plain.id)
    expect(onTheWay.id).toBe(plain.id)
    const { sources } = await takt.replay.sources()
    expect(sources.map(({ id }) => id)).toEqual([plain.id])
  })
  it.each([
    [
      'missing columns',
      'job_id,num_gpu\na,1',
      [{ path: 'bad.csv line 1', says: 'lacks the columns submission_time, duration' }],
    ],
    [
      'negative and absurd values',
      'job_id,submission_time,num_gpu,duration\na,0,8,60\nb,-5,8,60\nc,10,1e9,60\nd,10,8,9e99',
      [
        { path: 'bad.csv line 3', says: 'submission_time is negative ("-5")' },
        { path: 'bad.csv line 4', says: 'num_gpu is absurdly large ("1e9")' },
        { path: 'bad.csv line 5', says: 'duration is longer than ten years ("9e99")' },
      ],
    ],
    [
      'no job',
      'job_id,submission_time,num_gpu,duration',
      [{ path: 'bad.csv', says: 'holds no job' }],
    ],
  ])('names %s with the line', async (_what, content, issues) =>
    expect(await issuesOf(send('bad.csv', content))).toEqual(issues),
  )
  it('leaves bad lines out when told to, and counts them', async () => {
    const source = await send(
      'some.csv',
      'job_id,submission_time,num_gpu,duration\na,0,8,60\nb,-5,8,60',
      { skipBadLines: true },
    )
    expect(source).toMatchObject({
      jobs: 1,
      skippedCount: 1,
      skipped: [{ path: 'some.csv line 3' }],
    })
    await takt.replay.forgetSource({ id: source.id })
    expect(await issuesOf(takt.replay.run(question(source.id)))).toMatchObject({
      code: 'NOT_FOUND',
    })
  })
  it('says that packed data was cut short', async () => {
    const packed = gzipSync(csv(300))
    const [issue] = (await issuesOf(send('cut.csv.gz', packed.subarray(0, packed.length / 2)))) as {
      path: string
      says: string
    }[]
    expect(issue).toMatchObject({ path: 'cut.csv.gz' })
    expect(issue?.says).toMatch(/cut short/)
  })
  it('takes 82,000 unsorted rows within what one message may hold', async () => {
    const rows = Array.from(
      { length: 82_000 },
      (_, index) =>
        `j${index},${(index * 7919) % 5_000_000},${1 + (index % 8)},${600 + (index % 3600)}`,
    )
    const packed = gzipSync(['job_id,submission_time,num_gpu,duration', ...rows].join('\n'))
    expect(packed.length).toBeLessThan(2_900_000)
    expect(await send('large.csv', packed, { packedByUs: true })).toMatchObject({
      jobs: 82_000,
      skippedCount: 0,
    })
  })
  it('reads what kubectl printed, with how long jobs really waited only where a site told', async () => {
    const job = {
      kind: 'Job',
      metadata: { name: 'a', namespace: 'faces', creationTimestamp: '2026-11-18T10:00:00Z' },
      spec: {
        template: { spec: { containers: [{ resources: { limits: { 'nvidia.com/gpu': '8' } } }] } },
      },
      status: { startTime: '2026-11-18T10:30:00Z', completionTime: '2026-11-18T12:30:00Z' },
    }
    expect(await send('jobs.json', JSON.stringify({ items: [job] }))).toMatchObject({
      jobs: 1,
      teams: ['faces'],
      meanRuntimeHours: 2,
    })
  })
})

describe('playing them again', () => {
  it('streams progress, then figures, what ran where and what each team got; twice the same', async () => {
    const { id } = await send('month.csv', csv(2500))
    const first = await all(
      await takt.replay.run(
        question(id, { policies: ['takt', 'starburst', 'star-wait', 'last-safe', 'bound-slack'] }),
      ),
    )
    const second = await all(
      await takt.replay.run(
        question(id, { policies: ['takt', 'starburst', 'star-wait', 'last-safe', 'bound-slack'] }),
      ),
    )
    expect(first.shares).toEqual(first.shares.toSorted((a, b) => a - b))
    expect(second.run.played).toEqual(first.run.played)
    expect(second.run.id).toBe(first.run.id)
    const [own, bound] = [playedBy(first.run, 'takt'), playedBy(first.run, 'bound-slack')]
    expect(own.teams.map(({ team, jobs }) => [team, jobs])).toEqual([
      ['Voice', 1666],
      ['Vision', 834],
    ])
    expect(own.teams.reduce((sum, { cloudUsd }) => sum + cloudUsd, 0)).toBeCloseTo(
      own.figures.cloudUsd,
      3,
    )
    expect(own.usage?.onPrem.length).toBe(own.usage?.waiting.length)
    expect(bound.figures.meanWaitHours).toBeUndefined()
    expect(bound.figures.cloudUsd).toBeLessThanOrEqual(own.figures.cloudUsd)
    expect((await all(await takt.replay.run(question(id, { seed: 8 })))).run.id).not.toBe(
      first.run.id,
    )
  })
  it('plays every position of every knob, recommends one that keeps the budget, and remembers the answer over a restart', async () => {
    const { id } = await send('month.csv', csv(1200))
    const asked = question(id, { policies: ['takt', 'starburst', 'constant', 'no-wait'] })
    const { run } = await all(await takt.replay.frontier(asked))
    const knobs = run.played
      .filter(({ figures }) => figures.policy === 'takt')
      .map(({ figures }) => figures)
    expect(knobs.length).toBeGreaterThan(15)
    const bill = (row: (typeof knobs)[number]) =>
      row.cloudUsd + (row.meanWaitHours ?? 0) * run.source.jobs * 40
    expect(run.recommended?.billUsd).toBeCloseTo(Math.min(...knobs.map(bill)), 6)
    const capped = await all(
      await takt.replay.frontier({
        ...asked,
        budgetUsd: Math.min(...knobs.map(({ cloudUsd }) => cloudUsd)) * 0.9,
      }),
    )
    const broke = capped.run.played
      .filter(({ figures }) => figures.policy === 'takt')
      .map(({ figures }) => figures.budgetBreaches)
    expect(broke.every((count) => count === 0)).toBe(true)
    await core.close()
    await open()
    const again = await all(await takt.replay.frontier({ ...asked, usdPerWaitHour: 90 }))
    expect(again.shares).toEqual([])
    expect(again.run.played).toEqual(run.played)
    expect(again.run.question.usdPerWaitHour).toBe(90)
    expect(again.run.recommended?.perJobHourUsd).toBe(90)
  })
  it('tells each mark as soon as it is played, so that who stops early keeps what came', async () => {
    const { id } = await send('marks.csv', csv(2500))
    const asked = question(id, { policies: ['no-wait', 'starburst', 'takt', 'bound-slack'] })
    const early: ReplayRun['played'] = []
    for await (const event of await takt.replay.frontier(asked)) {
      if (event.at === 'played') early.push(...event.run.played)
      if (
        event.at === 'played' &&
        event.run.played.some(({ figures }) => figures.policy === 'starburst')
      )
        break
    }
    expect(early.map(({ figures }) => figures.policy).slice(0, 2)).toEqual([
      'bound-slack',
      'no-wait',
    ])
    const { run } = await all(await takt.replay.frontier(asked))
    expect(early.length).toBeLessThan(run.played.length)
    for (const mark of early) expect(run.played).toContainEqual(mark)
  })
  it('counts the way of data and what spot nodes cost', async () => {
    const { id } = await send('supposed.csv', csv(600))
    const only = async (more: Partial<ReplayQuestion>) =>
      playedBy(
        (
          await all(
            await takt.replay.run(
              question(id, { policies: ['no-wait', 'takt'], estimateSigma: 0, ...more }),
            ),
          )
        ).run,
        'no-wait',
      ).figures
    const [atOnce, slow] = [
      await only({ gbPerJob: 50 }),
      await only({ gbPerJob: 50, linkGbps: 0.5 }),
    ]
    expect(slow.meanWaitHours).toBeGreaterThan(atOnce.meanWaitHours ?? Infinity)
    const spot = async (spotShare: number) =>
      playedBy(
        (await all(await takt.replay.run(question(id, { policies: ['takt'], spotShare })))).run,
        'takt',
      ).figures
    const [none, some, every] = [await spot(0), await spot(0.5), await spot(1)]
    expect(none.spotInterruptions).toBe(0)
    expect(some.cloudUsd).toBeLessThan(none.cloudUsd)
    expect(every.cloudUsd).toBeLessThan(some.cloudUsd)
    expect(every.spotInterruptions).toBeGreaterThan(0)
  })
  it('ends its thread when the reader goes away, and plays the next question', async () => {
    const { id } = await send('long.csv', csv(9000))
    const stop = new AbortController()
    const stream = await takt.replay.frontier(question(id), { signal: stop.signal })
    const first = await stream.next()
    expect(first.value).toMatchObject({ at: expect.stringMatching(/progress|played/) as string })
    stop.abort()
    await stream.return?.(undefined).catch(() => undefined)
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length)
      .toBe(0)
    expect(
      (await all(await takt.replay.run(question(id, { policies: ['no-wait'] })))).run.played,
    ).toHaveLength(1)
  })
  it('keeps runs under numbers, renames and deletes them', async () => {
    const { id } = await send('month.csv', csv(300))
    const one = await all(await takt.replay.run(question(id)))
    const two = await all(await takt.replay.run(question(id, { usdPerWaitHour: 5 })))
    expect(
      [
        await takt.replay.keep({ id: one.run.id }),
        await takt.replay.keep({ id: two.run.id, title: 'patient' }),
      ].map(({ number }) => number),
    ).toEqual([1, 2])
    await takt.replay.rename({ id: one.run.id, title: 'as it is' })
    expect(
      (await takt.replay.saved()).map(({ number, title, figures }) => [
        number,
        title,
        figures.length,
      ]),
    ).toEqual([
      [2, 'patient', 4],
      [1, 'as it is', 4],
    ])
    expect(
      (await takt.replay.savedRun({ id: two.run.id })).played[0]?.usage?.onPrem.length,
    ).toBeGreaterThan(100)
    await takt.replay.remove({ id: one.run.id })
    expect((await takt.replay.saved()).map(({ number }) => number)).toEqual([2])
    expect(await issuesOf(takt.replay.keep({ id: 'run-nobody-played' }))).toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

describe('the history of a site', () => {
  it('reads what ended there, says how long it waited, and adds to what it read before', async () => {
    await takt.sites.openPlant()
    await when(await takt.records.watch({ kinds: ['Project'] }), ({ live }) => live)
    const home = (await takt.replay.sources()).sites[0]
    expect(home).toMatchObject({ simulated: true, known: false })
    const read = await takt.replay.importHistory({ site: home?.site ?? '' })
    expect(read.jobs).toBeGreaterThan(0)
    expect(read).toMatchObject({ kind: 'history', simulated: true, gpusPerNode: 8 })
    expect(read.waited?.jobs).toBe(read.jobs + read.dropped)
    expect(read.from).toBeDefined()
    const again = await takt.replay.importHistory({ site: home?.site ?? '' })
    expect(again.jobs).toBeGreaterThanOrEqual(read.jobs)
    expect((await takt.replay.sources()).sites[0]?.known).toBe(true)
    expect(
      (await all(await takt.replay.run(question(read.id, { nodes: read.nodes })))).run.source
        .simulated,
    ).toBe(true)
  })
})

describe('a knob that a replay found', () => {
  it('becomes a change of the shared policy for everybody else, with what the replay showed, and is written when confirmed', async () => {
    const { id } = await send('month.csv', csv(300))
    const { run } = await all(await takt.replay.run(question(id, { usdPerWaitHour: 97 })))
    const plan = await takt.replay.proposeKnob({ usdPerWaitHour: 97, run: run.id })
    expect(plan.choices[0]).toMatch(
      /^Replaying 300 jobs of month\.csv at \$97 an hour: \$\d+ in the cloud/,
    )
    expect(plan.yaml).toContain('usdPerHour: 97')
    const { operationId } = await takt.operations.start({ planId: plan.id })
    const done = await when(await takt.operations.watch(), (list) =>
      list.some((operation) => operation.id === operationId && operation.state !== 'running'),
    )
    expect(done.find((operation) => operation.id === operationId)?.state).toBe('done')
    const { spec } = await takt.burst.policy()
    expect(
      spec.waiting.find(({ team, priority }) => team === '' && priority === undefined)?.usdPerHour,
    ).toBe(97)
  })
})
