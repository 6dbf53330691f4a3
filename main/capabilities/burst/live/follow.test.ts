import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeKube } from '../../../../test/support/fakes/kube'
import { succeed } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { Workloads } from './follow'

const unhandled: unknown[] = []
const note = (error: unknown) => {
  unhandled.push(error)
}
// What is thrown past everybody ends the whole core, so it is looked for here as the process would.
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
})

test('who stops following while a site is still asked what it serves leaves nothing behind', async () => {
  const client = new FakeKube()
  const asked: AbortSignal[] = []
  const neverAnswers: KubeClient['offers'] = (_resource, signal) =>
    new Promise((_answered, aborted) => {
      if (!signal) return
      asked.push(signal)
      signal.addEventListener('abort', () => {
        aborted(signal.reason as Error)
      })
    })
  Object.assign(client, { offers: neverAnswers })
  const workloads = new Workloads({
    sites: {
      states: () => [{ id: 'oslo' }] as never,
      client: () => succeed(client),
      onChange: () => () => undefined,
    },
  })
  const stop = workloads.follow(() => undefined)
  expect(asked.length).toBeGreaterThan(0)
  stop()
  expect(asked.every(({ aborted }) => aborted)).toBe(true)
  await new Promise((turn) => setImmediate(turn))
  expect(unhandled).toEqual([])
})
