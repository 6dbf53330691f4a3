import { describe, expect, test } from 'vitest'
import { succeed } from '../../kernel/outcome'
import { makeSpending } from './gate'

const record = (name: string, spec: object) => ({ meta: { name, resourceVersion: '1' }, spec })
const policy = (more: object) =>
  record('default', {
    title: 'Policy',
    mode: 'approve',
    waiting: [],
    keepDeadlines: true,
    caps: [],
    weights: [],
    oldestPriceHours: 72,
    spot: false,
    ...more,
  })
const BUDGET = record('4420', {
  title: 'Vision',
  team: 'Vision',
  owner: 'kari.holm',
  period: 'month',
  capUsd: 3000,
})
const CENTRE = {
  costCentre: '4420',
  title: 'Vision',
  team: 'Vision',
  capUsd: 3000,
  spentUsd: 0,
  committedUsdPerHour: 0,
  leftUsd: 3000,
  asOf: '2026-11-23T12:00:00Z',
}
interface World {
  leads?: 'yes' | 'no' | 'unknown'
  budgets?: boolean
  live?: boolean
  policy?: object
}
const spending = ({ leads = 'no', budgets = true, live = true, policy: more = {} }: World) => {
  const ports = {
    sites: { home: () => succeed({ review: () => Promise.resolve(succeed([leads])) }) },
    records: {
      known: (kind: string) => ({ live, items: kind === 'Budget' && budgets ? [BUDGET] : [] }),
      find: () => policy(more),
      resource: () => ({ group: 'takt.dev', version: 'v1alpha1', plural: 'burstpolicies' }),
    },
    money: { budgets: () => Promise.resolve(succeed(budgets ? [CENTRE] : [])) },
  }
  return makeSpending(ports as unknown as Parameters<typeof makeSpending>[0])
}
const decided = async (world: World, asked = { usd: 1000, nodes: 4 }) => {
  const made = await spending(world).shared(asked)
  return made.ok ? made.value.decision : made.failure.code
}

describe('machines that are shared', () => {
  test('an engineer does not rent them where leads approve, and is told who answers for the money', async () => {
    expect(await spending({}).shared({ usd: 1000, nodes: 4 })).toEqual(
      succeed({
        decision: 'needs-approval',
        blockedBy: [
          {
            says: 'A lead approves what is rented.',
            remedy: 'Ask a lead; kari.holm answers for the budget.',
          },
        ],
      }),
    )
  })
  test.each<[string, World, string]>([
    ['a lead may', { leads: 'yes' }, 'allowed'],
    ['anybody may where people act', { policy: { mode: 'advise' } }, 'allowed'],
    [
      'a policy that cannot be read allows nobody',
      { live: false, policy: { mode: 'advise' } },
      'needs-approval',
    ],
    ['no budgets is no leave', { leads: 'yes', budgets: false }, 'no-budget'],
    [
      'more than the policy has machines for',
      { leads: 'yes', policy: { maxNodes: 3 } },
      'over-limit',
    ],
  ])('%s', async (_case, world, decision) => expect(await decided(world)).toBe(decision))
  test('a lead is held by what the budgets have left', async () =>
    expect(await decided({ leads: 'yes' }, { usd: 3001, nodes: 1 })).toBe('over-limit'))
})
