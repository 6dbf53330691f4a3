import { describe, expect, test } from 'vitest'
import { asksForApproval, sharedLimit, spendGate, type Approval, type Limit } from './gate'

const approval = (more: Partial<Approval> = {}): Approval => ({
  mode: 'approve',
  mayApprove: 'no',
  approvers: ['kari.holm'],
  ...more,
})
const limit = (more: Partial<Limit> = {}): Limit => ({
  scope: '4420',
  title: 'Vision 4420',
  capUsd: 100,
  leftUsd: 60,
  hard: true,
  owner: 'kari.holm',
  ...more,
})

describe('one gate before all that costs', () => {
  test.each([
    ['advise', 'no', 5, false, 'allowed'],
    ['advise', 'no', undefined, false, 'needs-approval'],
    ['approve', 'yes', 5, false, 'allowed'],
    ['approve', 'yes', undefined, false, 'allowed'],
    ['approve', 'no', 5, false, 'needs-approval'],
    ['approve', 'no', 0, false, 'needs-approval'],
    ['approve', 'unknown', 5, false, 'needs-approval'],
    ['automatic', 'no', 5, false, 'needs-approval'],
    ['automatic', 'no', 5, true, 'allowed'],
    ['automatic', 'no', undefined, true, 'allowed'],
    ['approve', 'no', 5, true, 'needs-approval'],
  ] as const)(
    'mode %s, a lead: %s, $%s, by itself: %s: %s',
    (mode, mayApprove, usd, automatic, decision) => {
      const made = spendGate({
        approval: approval({ mode, mayApprove, automatic }),
        spend: { usd },
        limits: [limit()],
      })
      expect(made.decision).toBe(decision)
      expect(made.blockedBy.length > 0).toBe(decision !== 'allowed')
    },
  )
  test('who answers for the money is named', () => {
    const { blockedBy } = spendGate({ approval: approval(), spend: { usd: 5 }, limits: [] })
    expect(blockedBy).toEqual([
      {
        says: 'A lead approves what is rented.',
        remedy: 'Ask a lead; kari.holm answers for the budget.',
      },
    ])
    expect(blockedBy.every(asksForApproval)).toBe(true)
  })
  test('a hard limit holds for a lead too, a soft one does not', () => {
    const of = (hard: boolean) =>
      spendGate({
        approval: approval({ mayApprove: 'yes' }),
        spend: { usd: 60.01, hours: 24 },
        limits: [limit({ hard })],
      })
    expect(of(true)).toEqual({
      decision: 'over-limit',
      blockedBy: [
        {
          says: 'Budget Vision 4420 has $60.00 of $100.00 left, and $60.01 is needed for 24 h.',
          remedy: 'kari.holm can raise it.',
        },
      ],
    })
    expect(of(false).decision).toBe('allowed')
  })
  test('no budget is no leave to spend, for nobody', () => {
    const made = spendGate({
      approval: approval({ mode: 'advise', mayApprove: 'yes' }),
      spend: { usd: 1 },
      limits: [],
      unbudgeted: { costCentre: '4499' },
    })
    expect(made).toMatchObject({
      decision: 'no-budget',
      blockedBy: [{ remedy: 'Ask a lead to write a Budget called 4499.' }],
    })
  })
  test('shared machines are borne by all budgets, where an overdrawn one adds nothing and takes nothing', () => {
    expect(sharedLimit([])).toEqual([])
    expect(sharedLimit([limit(), limit({ leftUsd: -20, owner: 'ada' })])).toMatchObject([
      { leftUsd: 60, capUsd: 200, hard: true, owner: 'kari.holm or ada' },
    ])
  })
})
