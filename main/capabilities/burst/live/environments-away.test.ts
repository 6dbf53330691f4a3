import { describe, expect, test } from 'vitest'
import type { Environment } from '../../../../preload/contract/records'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { AWAY } from '../../environments'
import { linesOf } from './budgets'
import { committedBy, spendOfEnvironments } from './environments-away'

const now = Date.parse('2026-11-23T12:00:00Z')
const known = (state: 'running' | 'paused') => [{ spec: { state } }] as unknown as Environment[]
const whoseOf = (namespace: string) => ({
  project: namespace,
  team: 'Vision',
  costCentre: '4420',
  sites: undefined,
})
function aHome(marks: (string | undefined)[]) {
  let lists = 0
  const client = {
    list: (_resource: unknown, _query: unknown, schema: { parse(value: unknown): unknown }) => {
      lists += 1
      return Promise.resolve(
        succeed(
          marks.map((mark, nth) =>
            schema.parse({
              metadata: {
                namespace: `p${String(nth)}`,
                annotations: mark === undefined ? {} : { [AWAY]: mark },
              },
            }),
          ),
        ),
      )
    },
  } as unknown as KubeClient
  return { client, lists: () => lists }
}

describe('money of environments that are away', () => {
  test('one counts what it has cost and a day more', () => {
    expect(committedBy({ usdPerHour: 2, at: '2026-11-23T02:00:00Z' }, now)).toBe(2 * (10 + 24))
    expect(committedBy({ at: '2026-11-23T02:00:00Z' }, now)).toBe(0)
  })
  test('it is committed on every cap that counts its project, and on no other', async () => {
    const { client } = aHome([
      JSON.stringify({ at: '2026-11-23T02:00:00Z', usdPerHour: 2, site: 'aws-burst' }),
      undefined,
      'not JSON',
    ])
    const spends = await spendOfEnvironments(client, known('paused'), {
      whoseOf,
      now,
      signal: undefined,
    })
    const caps = ['p0', 'p1'].map((name) => ({
      scope: 'project' as const,
      name,
      period: 'month' as const,
      capUsd: 100,
      hard: true,
    }))
    expect(
      spends.ok &&
        linesOf({ budgets: [], spentUsd: new Map(), caps, spends: spends.value, now }).map(
          ({ committedUsd, spentUsd }) => [committedUsd, spentUsd],
        ),
    ).toEqual([
      [68, 0],
      [0, 0],
    ])
  })
  test('nothing is asked while none is paused, and what cannot be read is said', async () => {
    const { client, lists } = aHome([])
    expect(
      await spendOfEnvironments(client, known('running'), { whoseOf, now, signal: undefined }),
    ).toEqual(succeed([]))
    expect(lists()).toBe(0)
    const away = {
      list: () => Promise.resolve(fail(failure('NO_HOME_SITE', {}))),
    } as unknown as KubeClient
    expect(
      (await spendOfEnvironments(away, known('paused'), { whoseOf, now, signal: undefined })).ok,
    ).toBe(false)
  })
})
