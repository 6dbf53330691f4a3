import { describe, expect, test } from 'vitest'
import type { Operation, Plan } from '../../../preload/contract/operations'
import {
  activeOldestFirst,
  confirmSays,
  countChanges,
  currentStep,
  diffLines,
  elapsedSays,
  isExpired,
  operationSign,
  quotaSays,
  shareOf,
  whatDiffers,
} from './view-model'

const plan = (more: Partial<Plan> = {}): Plan => ({
  id: 'p1',
  kind: 'provision',
  title: 'Provision voice-spoof',
  verb: 'Provision',
  site: 'oslo',
  subject: { kind: 'Environment', name: 'nb' },
  as: 'mara.lind',
  madeAt: '2026-11-18T14:32:00Z',
  expiresAt: '2026-11-18T14:37:00Z',
  changes: [],
  dryRun: { result: 'passed', says: [] },
  permissions: [],
  quotas: [],
  risks: [],
  choices: [],
  steps: [],
  blockedBy: [],
  ...more,
})
const operation = (more: Partial<Operation> = {}): Operation => ({
  id: 'o1',
  kind: 'provision',
  title: 'Provision voice-spoof',
  site: 'oslo',
  subject: { kind: 'Environment', name: 'nb' },
  by: 'mara.lind',
  state: 'running',
  startedAt: '2026-11-18T14:32:00Z',
  elapsedSeconds: 21,
  cancelLeaves: 'nothing',
  canUndo: false,
  steps: [],
  journal: [],
  ...more,
})
const price = (usdPerHour: number, usdInAll?: number) => ({
  usdPerHour,
  basis: 'own price book',
  book: 'v7',
  ...(usdInAll !== undefined && { usdInAll }),
})

describe('the confirm button', () => {
  test.each([
    [undefined, 'Provision'],
    [price(0), 'Provision'],
    [price(0.98), 'Provision, $0.98 per hour'],
    [price(0.98, 57.42), 'Provision, $57.42'],
  ] as const)('repeats verb and price', (cost, says) =>
    expect(confirmSays(plan(cost && { price: cost }))).toBe(says),
  )
})
test('a plan is drawn one line an object, its fields below', () => {
  const changes: Plan['changes'] = [
    { op: 'create', apiVersion: 'v1', kind: 'Secret', name: 's', namespace: 'ns' },
    {
      op: 'change',
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      name: 'q',
      lines: [
        { op: '-', text: 'gpu: 0' },
        { op: '+', text: 'gpu: 1' },
      ],
    },
  ]
  expect(diffLines(changes)).toEqual([
    { op: '+', text: 'Secret         ns/s' },
    { op: '~', text: 'ResourceQuota  q' },
    { op: '-', text: '    gpu: 0' },
    { op: '+', text: '    gpu: 1' },
  ])
  expect(countChanges(changes)).toEqual({ created: 1, changed: 1, deleted: 0 })
})
test('a plan is over at its end, not before', () =>
  expect([
    isExpired(plan(), Date.parse('2026-11-18T14:36:59Z')),
    isExpired(plan(), Date.parse('2026-11-18T14:37:00Z')),
  ]).toEqual([false, true]))
test('what moved between two plans is named, what stayed is not', () => {
  const before = plan({
    price: price(0.98),
    changes: [{ op: 'create', apiVersion: 'v1', kind: 'Secret', name: 's' }],
  })
  expect(whatDiffers(before, { ...before, id: 'p2' })).toEqual([])
  expect(
    whatDiffers(
      before,
      plan({
        id: 'p2',
        price: price(1.2),
        changes: [...before.changes, { op: 'create', apiVersion: 'v1', kind: 'Secret', name: 't' }],
        blockedBy: [{ says: 'No GPU is free.', remedy: 'Wait.' }],
      }),
    ),
  ).toEqual(['$0.98 per hour → $1.20 per hour', '+ Secret t', 'No GPU is free.'])
})
test('quotas keep their unit', () =>
  expect([
    quotaSays({ name: 'L40S', used: 2, adds: 1, limit: 4, unit: '' }),
    quotaSays({ name: 'Budget', used: 588, adds: 58, limit: 1200, unit: 'USD' }),
  ]).toEqual(['2 + 1 of 4', '$588.00 + $58.00 of $1,200']))

describe('an operation', () => {
  const steps: Operation['steps'] = [
    { id: 'a', title: 'quota', state: 'done' },
    { id: 'b', title: 'volumes', state: 'running' },
  ]
  test('shows the step it stands at', () =>
    expect(currentStep(operation({ steps }))).toEqual({
      at: 2,
      of: 2,
      title: 'volumes',
      share: undefined,
    }))
  test('has a bar from its promise, none where nothing was promised, never beyond full', () =>
    expect([
      shareOf(operation({ promiseSeconds: 42 })),
      shareOf(operation()),
      shareOf(operation({ promiseSeconds: 10 })),
    ]).toEqual([0.5, undefined, 1]))
  test('says elapsed against its promise', () =>
    expect([elapsedSays(operation({ promiseSeconds: 40 })), elapsedSays(operation())]).toEqual([
      '21 s of 40 s',
      '21 s',
    ]))
  test('a cancelled one is neither done nor failed', () =>
    expect([
      operationSign(operation({ state: 'cancelled' })),
      operationSign(operation({ state: 'failed' })),
      operationSign(operation()),
    ]).toEqual(['skipped', 'failed', 'running']))
  test('the bar shows the oldest that still runs', () =>
    expect(
      activeOldestFirst([
        operation({ id: 'new', startedAt: '2026-11-18T14:33:00Z' }),
        operation({ id: 'done', state: 'done' }),
        operation({ id: 'old' }),
      ]).map(({ id }) => id),
    ).toEqual(['old', 'new']))
})
