import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { HandClock } from '../../../test/support/clock'
import { failure, type Failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { seeded } from '../../kernel/random'
import type { KubeClient } from '../../platform/kubernetes/types'
import { silentLog } from '../../platform/log'
import { openStore, type Store } from '../../platform/store'
import type { MadePlan, OperationKind, Step, StepContext } from './ports'
import { makeOperations, type OperationsPorts, type OperationsService } from './service'

type Run = (context: StepContext<unknown>) => Promise<Outcome<void>>
const done: Run = () => Promise.resolve(succeed(undefined))
const settle = () => new Promise((settled) => setImmediate(settled))

let folder: string
let store: Store
let clock: HandClock
let service: OperationsService
const log: string[] = []

function open(more: Partial<OperationsPorts> = {}) {
  service = makeOperations({
    journal: store.operations,
    clock,
    random: seeded(3),
    log: silentLog,
    clockOf: () => clock,
    client: () => succeed({} as KubeClient),
    onSites: () => () => undefined,
    ...more,
  })
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-operations-'))
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  clock = new HandClock()
  log.length = 0
  open()
})
afterEach(() => {
  service.close()
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const step = (id: string, run: Run = done): Step<unknown> => ({
  id,
  title: `Step ${id}`,
  run: (context) => {
    log.push(`run ${id}`)
    return run(context)
  },
  undo: () => {
    log.push(`undo ${id}`)
    return done({} as StepContext<unknown>)
  },
})
const kind = (steps: Step<unknown>[], undoable = true): OperationKind<unknown> => ({
  kind: 'try',
  premise: { says: 'On nothing: it is a trial of the runner alone.' },
  input: z.unknown(),
  steps: () => steps,
  cancelLeaves: () => 'nothing',
  undoable,
})
function planned(
  steps: Step<unknown>[],
  plan: Partial<Plan> = {},
  again?: () => Outcome<MadePlan<unknown>>,
): Plan {
  const made: MadePlan<unknown> = {
    kind: kind(steps),
    input: {},
    again: () => Promise.resolve(again?.() ?? succeed(made)),
    plan: {
      kind: 'try',
      title: 'Try',
      verb: 'Go',
      site: 'rack',
      subject: { kind: 'Thing', name: 'x' },
      as: 'mia',
      changes: [],
      dryRun: { result: 'passed', says: [] },
      permissions: [],
      quotas: [],
      risks: [],
      choices: [],
      steps: [],
      blockedBy: [],
      ...plan,
    },
  }
  service.register(made.kind)
  return service.offer(made)
}
async function started(plan: Plan, typedName?: string) {
  const outcome = await service.start({ planId: plan.id, typedName })
  if (!outcome.ok) throw new Error(outcome.failure.code)
  return outcome.value.operationId
}
const operation = (id: string) => {
  const found = service.get(id)
  if (!found.ok) throw new Error(found.failure.code)
  return found.value
}
const unreachable: Failure = failure('CLUSTER_UNREACHABLE', {
  site: 'rack',
  server: 'https://rack',
  cause: 'connection refused',
})
const conflict: Failure = failure('ALREADY_EXISTS', { kind: 'Thing', name: 'x' })

test('runs its steps in order, keeps what they kept, and says when', async () => {
  const id = await started(
    planned([
      step('a', ({ kept, note }) => {
        kept['address'] = 'http://x'
        note('Made it.')
        return done({} as StepContext<unknown>)
      }),
      step('b'),
    ]),
  )
  await service.settled()
  expect(log).toEqual(['run a', 'run b'])
  expect(operation(id)).toMatchObject({
    state: 'done',
    by: 'mia',
    canUndo: true,
    result: { address: 'http://x' },
    startedAt: '2026-11-18T14:32:00Z',
    steps: [{ state: 'done' }, { state: 'done' }],
  })
  expect(operation(id).journal.map(({ says }) => says)).toEqual([
    'Began as mia.',
    'Made it.',
    'Done.',
  ])
})

test('a plan is good for five minutes and for one start', async () => {
  const plan = planned([step('a')])
  await clock.advance(5 * 60_000 + 1)
  expect(await service.start({ planId: plan.id })).toMatchObject({
    ok: false,
    failure: { code: 'PLAN_UNKNOWN' },
  })
  const fresh = planned([step('a')])
  const presses = await Promise.all([
    service.start({ planId: fresh.id }),
    service.start({ planId: fresh.id }),
  ])
  expect(presses.map(({ ok }) => ok)).toEqual([true, false])
  expect(await service.start({ planId: fresh.id })).toMatchObject({
    ok: false,
    failure: { code: 'PLAN_UNKNOWN' },
  })
})

test('a blocked plan does not run, now or when it became blocked since', async () => {
  const blockedBy = [{ says: 'No quota is left.', remedy: 'Ask.' }]
  expect(await service.start({ planId: planned([step('a')], { blockedBy }).id })).toMatchObject({
    ok: false,
    failure: { code: 'PLAN_IS_BLOCKED', data: { reasons: ['No quota is left.'] } },
  })
  const plan = planned([step('a')], {}, () => {
    const made = {
      kind: kind([]),
      input: {},
      plan: { ...plan, blockedBy },
      again: () => Promise.reject(new Error()),
    }
    return succeed(made)
  })
  expect(await service.start({ planId: plan.id })).toMatchObject({
    ok: false,
    failure: { code: 'PLAN_IS_BLOCKED' },
  })
  expect(log).toEqual([])
})

test('what deletes data wants its name typed', async () => {
  const plan = planned([step('a')], { losses: { lost: ['a volume'], kept: [], typeName: 'churn' } })
  expect(await service.start({ planId: plan.id, typedName: 'chrun' })).toEqual({
    ok: false,
    failure: { code: 'NAME_NOT_TYPED', data: { name: 'churn' } },
  })
  await started(plan, 'churn')
})

test('a plan that would now do something else is stale, and says what differs', async () => {
  const change = (name: string, lines: string[]) => ({
    op: 'change' as const,
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    lines: lines.map((text) => ({ op: '+' as const, text })),
  })
  const plan = planned(
    [step('a')],
    {
      changes: [change('one', ['a']), change('two', ['b'])],
      price: { usdPerHour: 1, basis: 'b', book: 'v1' },
    },
    () =>
      succeed({
        kind: kind([]),
        input: {},
        again: () => Promise.reject(new Error()),
        plan: {
          ...plan,
          changes: [
            change('one', ['a']),
            { ...change('two', []), op: 'create' as const },
            change('three', ['c']),
          ],
          price: { usdPerHour: 2, basis: 'b', book: 'v1' },
          quotas: [{ name: 'gpu', used: 3, adds: 1, limit: 8, unit: '' }],
        },
      }),
  )
  expect(await service.start({ planId: plan.id })).toEqual({
    ok: false,
    failure: {
      code: 'PLAN_IS_STALE',
      data: {
        title: 'Try',
        differs: [
          'ConfigMap two would now be created, not changed',
          'ConfigMap three would now be changed too',
          'the price',
        ],
      },
    },
  })
})

test('cancel stops the step that runs and takes back what was made, last first', async () => {
  const id = await started(
    planned([
      step('a'),
      step(
        'b',
        ({ signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          }),
      ),
      step('c'),
    ]),
  )
  await settle()
  expect(service.cancel(id).ok).toBe(true)
  expect(service.cancel(id).ok).toBe(true)
  await service.settled()
  expect(log).toEqual(['run a', 'run b', 'undo b', 'undo a'])
  expect(operation(id)).toMatchObject({
    state: 'cancelled',
    canUndo: false,
    steps: [{ state: 'undone' }, { state: 'undone' }, { state: 'skipped' }],
  })
  expect(service.cancel(id)).toMatchObject({
    ok: false,
    failure: { code: 'OPERATION_NOT_POSSIBLE' },
  })
})

test('a finished operation is taken back once', async () => {
  const id = await started(planned([step('a'), step('b')]))
  await service.settled()
  expect(service.undo(id).ok).toBe(true)
  await service.settled()
  expect(log).toEqual(['run a', 'run b', 'undo b', 'undo a'])
  expect(operation(id).state).toBe('undone')
  expect(service.undo(id)).toMatchObject({ ok: false, failure: { code: 'OPERATION_NOT_POSSIBLE' } })
})

test('a failed step stops the operation and says why; retry goes on there', async () => {
  let broken = true
  const id = await started(
    planned([
      step('a'),
      step('b', () => Promise.resolve(broken ? fail(conflict) : succeed(undefined))),
      step('c'),
    ]),
  )
  await service.settled()
  expect(operation(id)).toMatchObject({
    state: 'failed',
    failure: conflict,
    steps: [{ state: 'done' }, { state: 'failed', failure: conflict }, { state: 'waiting' }],
  })
  broken = false
  expect(service.retry(id).ok).toBe(true)
  await service.settled()
  expect(log).toEqual(['run a', 'run b', 'run b', 'run c'])
  expect(operation(id)).toMatchObject({ state: 'done' })
  expect(operation(id).failure).toBeUndefined()
})

test('a site that does not answer is asked again, longer and longer, and then the step fails', async () => {
  const id = await started(planned([step('a', () => Promise.resolve(fail(unreachable)))]))
  for (const seconds of [1, 2, 4, 8]) {
    await expect.poll(() => clock.sleepers).toBe(1)
    expect(operation(id).steps[0]?.detail).toContain(`Tried again in ${seconds} s.`)
    await clock.advance(seconds * 1000)
  }
  await service.settled()
  expect(log).toHaveLength(5)
  expect(operation(id)).toMatchObject({ state: 'failed', failure: unreachable })
})

test('a step that throws is a defect, told without its words', async () => {
  const id = await started(planned([step('a', () => Promise.reject(new Error('token=abcdef')))]))
  await service.settled()
  expect(operation(id)).toMatchObject({
    state: 'failed',
    failure: { code: 'OPERATION_NOT_POSSIBLE' },
  })
  expect(JSON.stringify(operation(id))).not.toContain('abcdef')
})

test('with a full disk no step is run that the journal does not know of', async () => {
  let full = false
  let disk = 0
  const journal: Store['operations'] = {
    ...store.operations,
    save: (facts) =>
      full ? fail(failure('STORE_FULL', { file: store.file })) : store.operations.save(facts),
  }
  open({ journal })
  const id = await started(
    planned([
      step('a', () => {
        full = disk++ === 0
        return done({} as StepContext<unknown>)
      }),
      step('b'),
    ]),
  )
  await service.settled()
  expect(log).toEqual(['run a'])
  expect(operation(id)).toMatchObject({ state: 'failed', failure: { code: 'STORE_FULL' } })
  expect(store.operations.load()[0]?.value).toMatchObject({ state: 'running' })
  full = false
  expect(service.retry(id).ok).toBe(true)
  await service.settled()
  expect(operation(id).state).toBe('done')
})

test('after a restart it waits for all its sites, then goes on where it was and says so', async () => {
  let release = () => {}
  const steps = [
    step('a'),
    step(
      'b',
      ({ signal }) =>
        new Promise((resolve, reject) => {
          release = () => resolve(succeed(undefined))
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    ),
  ]
  const id = await started(planned(steps))
  await settle()
  service.close()
  await service.settled()
  const reachable = new Set<string>()
  let tell = () => {}
  open({
    client: (site) =>
      reachable.has(site)
        ? succeed({} as KubeClient)
        : fail(failure('SITE_NOT_CONNECTED', { site })),
    onSites: (listener) => {
      tell = listener
      return () => {
        tell = () => {}
      }
    },
  })
  service.register({ ...kind(steps), sites: () => ['cloud'] })
  service.resume()
  for (const site of ['rack', 'cloud']) {
    await settle()
    expect(operation(id)).toMatchObject({
      state: 'running',
      steps: [
        { state: 'done' },
        { state: 'running', detail: `Waits for ${site} to be connected.` },
      ],
    })
    expect(log).toEqual(['run a', 'run b'])
    reachable.add(site)
    tell()
  }
  await settle()
  release()
  await service.settled()
  expect(log).toEqual(['run a', 'run b', 'run b'])
  expect(operation(id)).toMatchObject({ state: 'done', resumedAtStep: 2 })
  expect(operation(id).journal.map(({ says }) => says)).toContain('Resumed at step 2 of 2')
})

test('running ones stand first, then the newest', async () => {
  const first = await started(planned([step('a', () => new Promise(() => undefined))]))
  const about = (name: string): Partial<Plan> => ({ subject: { kind: 'Thing', name } })
  const second = await started(planned([step('a')], about('y')))
  const third = await started(planned([step('a')], about('z')))
  await settle()
  expect(service.list().map(({ id }) => id)).toEqual([first, third, second])
})

test('a plan that names the same thing on two sites compares each with itself', async () => {
  const changes: Plan['changes'] = [
    { op: 'same', apiVersion: 'v1', kind: 'Queue', name: 'q', note: 'on cloud' },
    { op: 'create', apiVersion: 'v1', kind: 'Queue', name: 'q', note: 'on rack' },
  ]
  const id = await started(planned([step('a')], { changes }))
  await service.settled()
  expect(operation(id).state).toBe('done')
})

test('a step that others do not depend on fails alone: the rest is done, the failure is named, and retry does only that again', async () => {
  let broken = true
  const alone = (one: Step<unknown>): Step<unknown> => ({
    ...one,
    passes: ({ code }) => code === conflict.code,
  })
  const id = await started(
    planned([
      alone(step('a', () => Promise.resolve(broken ? fail(conflict) : succeed(undefined)))),
      alone(step('b')),
      step('c'),
    ]),
  )
  await service.settled()
  expect(log).toEqual(['run a', 'run b', 'run c'])
  expect(operation(id)).toMatchObject({
    state: 'failed',
    canUndo: false,
    failure: {
      code: 'SOME_STEPS_FAILED',
      data: { steps: 3, failed: [{ step: 'Step a', says: 'A Thing called x exists already.' }] },
    },
    steps: [{ state: 'failed', failure: conflict }, { state: 'done' }, { state: 'done' }],
  })
  expect(operation(id).journal.map(({ says }) => says)).toContain(
    'Step a failed: A Thing called x exists already.',
  )
  broken = false
  log.length = 0
  expect(service.retry(id).ok).toBe(true)
  await service.settled()
  expect(log).toEqual(['run a'])
  expect(operation(id)).toMatchObject({
    state: 'done',
    steps: [{ state: 'done' }, { state: 'done' }, { state: 'done' }],
  })
  expect(operation(id).failure).toBeUndefined()
})

test('what failed alone is taken back with the rest, each by itself', async () => {
  let broken = true
  const alone = (one: Step<unknown>): Step<unknown> => ({
    ...one,
    passes: ({ code }) => code === conflict.code,
  })
  const stuck: Step<unknown> = {
    ...step('b'),
    undo: () => {
      log.push('undo b')
      return Promise.resolve(broken ? fail(conflict) : succeed(undefined))
    },
  }
  const id = await started(
    planned([
      alone(step('a', () => Promise.resolve(fail(conflict)))),
      alone(stuck),
      alone(step('c')),
    ]),
  )
  await service.settled()
  log.length = 0
  expect(service.cancel(id).ok).toBe(true)
  await service.settled()
  expect(log).toEqual(['undo c', 'undo b', 'undo a'])
  expect(operation(id)).toMatchObject({
    state: 'failed',
    failure: { code: 'SOME_STEPS_FAILED', data: { failed: [{ step: 'Step b' }] } },
    steps: [{ state: 'undone' }, { state: 'failed' }, { state: 'undone' }],
  })
  broken = false
  expect(service.retry(id).ok).toBe(true)
  await service.settled()
  expect(log).toEqual(['undo c', 'undo b', 'undo a', 'undo b'])
  expect(operation(id).state).toBe('cancelled')
})

test('a core that ends while the others go on finds again what failed', async () => {
  const alone: Step<unknown> = {
    ...step('a', () => Promise.resolve(fail(conflict))),
    passes: () => true,
  }
  let release = () => {}
  const steps = [
    alone,
    step(
      'b',
      ({ signal }) =>
        new Promise((resolve, reject) => {
          release = () => resolve(succeed(undefined))
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    ),
  ]
  const id = await started(planned(steps))
  await settle()
  service.close()
  await service.settled()
  open()
  service.register(kind(steps))
  service.resume()
  await settle()
  release()
  await service.settled()
  expect(log).toEqual(['run a', 'run b', 'run b'])
  expect(operation(id)).toMatchObject({
    state: 'failed',
    failure: { code: 'SOME_STEPS_FAILED' },
    steps: [{ state: 'failed' }, { state: 'done' }],
  })
})

test('what a step rests on is asked before it runs: no longer so, it is overtaken and takes back what it did', async () => {
  const gone = (says: string | undefined): Partial<Step<unknown>> => ({
    overtaken: () => Promise.resolve(succeed(says)),
  })
  const id = await started(
    planned([
      { ...step('a'), ...gone(undefined) },
      { ...step('b'), ...gone('x was extended.') },
      step('c'),
    ]),
  )
  await service.settled()
  expect(log, 'a step that never ran has nothing to take back').toEqual(['run a', 'undo a'])
  expect(operation(id)).toMatchObject({
    state: 'overtaken',
    overtakenBy: 'x was extended.',
    canUndo: false,
    steps: [{ state: 'undone' }, { state: 'skipped' }, { state: 'skipped' }],
  })
})
test('a premise that cannot be read is no premise that holds: the step fails and waits for a person', async () => {
  const id = await started(
    planned([{ ...step('a'), overtaken: () => Promise.resolve(fail(conflict)) }]),
  )
  await service.settled()
  expect(log).toEqual([])
  expect(operation(id)).toMatchObject({ state: 'failed', failure: { code: 'ALREADY_EXISTS' } })
})
test('one operation works on an object at a time; the next may begin when it has ended', async () => {
  let release: () => void = () => undefined
  const waits: Run = () =>
    new Promise((resolve) => {
      release = () => resolve(succeed(undefined))
    })
  const first = planned([step('slow', waits)], { title: 'First' })
  const id = await started(first)
  await settle()
  const second = planned([step('a')], { title: 'Second' })
  expect(await service.start({ planId: second.id })).toMatchObject({
    ok: false,
    failure: { code: 'OBJECT_BUSY', data: { title: 'Second', other: 'First', operation: id } },
  })
  const other = planned([step('b')], { subject: { kind: 'Thing', name: 'y' } })
  expect((await service.start({ planId: other.id })).ok, 'another object is free').toBe(true)
  service.register(kind([step('slow', waits)]))
  release()
  await service.settled()
  const third = planned([step('a')])
  expect((await service.start({ planId: third.id })).ok).toBe(true)
  await service.settled()
})
test('what begins by itself asks at the last moment, and nothing began where it may not', async () => {
  const plan = planned([step('a')])
  const refused = await service.start({
    planId: plan.id,
    unattended: { on: 'lease', mayAct: () => false },
  })
  expect(refused).toMatchObject({ ok: false, failure: { code: 'MAY_NOT_ACT' } })
  expect([log, service.list()]).toEqual([[], []])
})
test.each([
  ['may still act', undefined, 'done', ['run a', 'run a', 'run b']],
  ['may act no longer', 'Another core acts.', 'overtaken', ['run a', 'undo a']],
] as const)(
  'what began by itself asks after a restart whether it may: it %s',
  async (_what, why, state, did) => {
    const steps = [step('a', () => new Promise(() => undefined)), step('b')]
    const plan = planned(steps)
    const ready = await service.start({
      planId: plan.id,
      unattended: { on: 'lease', mayAct: () => true },
    })
    expect(ready.ok).toBe(true)
    await settle()
    service.close()
    const asked: string[] = []
    open({
      mayGoOn: (on) => {
        asked.push(on)
        return Promise.resolve(why)
      },
    })
    service.register(kind([step('a'), step('b')]))
    service.resume()
    await service.settled()
    expect(asked).toEqual(['lease'])
    expect(operation('op-1')).toMatchObject({ state, ...(why && { overtakenBy: why }) })
    expect(log).toEqual(did)
  },
)
test('what a person began goes on without that question, also after a failure they took over', async () => {
  const plan = planned([step('a', () => Promise.resolve(fail(conflict)))])
  await service.start({ planId: plan.id, unattended: { on: 'owner', mayAct: () => true } })
  await service.settled()
  service.register(kind([step('a', () => new Promise(() => undefined))]))
  expect(service.retry('op-1').ok).toBe(true)
  await settle()
  service.close()
  open({ mayGoOn: () => Promise.resolve('nobody may') })
  service.register(kind([step('a')]))
  service.resume()
  await service.settled()
  expect(operation('op-1').state).toBe('done')
})

test('settles what ends with it once all is done, and not before', async () => {
  const settled: unknown[] = []
  let fails = true
  const steps = [
    step('a', () =>
      Promise.resolve(
        fails ? fail(failure('NOT_FOUND', { kind: 'thing', name: 'x' })) : succeed(undefined),
      ),
    ),
  ]
  const plan = planned(steps)
  service.register({ ...kind(steps), settle: (input) => settled.push(input) })
  const id = await started(plan)
  await service.settled()
  expect(settled).toEqual([])
  fails = false
  service.retry(id)
  await service.settled()
  expect(operation(id).state).toBe('done')
  expect(settled).toEqual([{}])
})
