import { expect, test } from 'vitest'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed } from '../../kernel/outcome'
import { unlessForbidden } from './refused'
import type { KubeClient } from './types'

test('what a connection is forbidden is asked once on it, everything else each time', async () => {
  const [first, second] = [{}, {}] as [KubeClient, KubeClient]
  const asked: string[] = []
  const ask = unlessForbidden()
  const forbidden = fail(
    failure('FORBIDDEN', {
      site: 'rack',
      verb: 'get',
      resource: 'leases',
      says: 'no',
      grantedBy: [],
    }),
  )
  const lease = (on: KubeClient) =>
    ask(on, 'lease', () => {
      asked.push('lease')
      return Promise.resolve(forbidden)
    })
  expect([await lease(first), await lease(first)]).toEqual([forbidden, forbidden])
  await lease(second)
  expect(asked).toEqual(['lease', 'lease'])
  for (const answer of [
    fail(failure('CLUSTER_BUSY', { site: 'rack', retryAfterSeconds: 1 })),
    succeed(1),
  ])
    for (let n = 0; n < 2; n++)
      await ask(first, 'pods', () => {
        asked.push('pods')
        return Promise.resolve(answer)
      })
  expect(asked.filter((what) => what === 'pods')).toHaveLength(4)
})
