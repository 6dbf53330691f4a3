import { expect, test } from 'vitest'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed } from '../../../kernel/outcome'
import type { Store } from '../../../platform/store'
import { owing } from './owed'

const kept = new Map<string, unknown>()
const settings = {
  get: (key: string) => kept.get(key),
  set: (key: string, value: unknown) => {
    kept.set(key, value)
    return succeed(undefined)
  },
} as unknown as Store['settings']
const telling = () => ({ signal: new AbortController().signal, progress: () => undefined })

test('machines that could not be given back are given back later, also by the next core, and not while they are wanted again', async () => {
  let answers = false
  const asked: string[] = []
  const cloud = {
    ensureNodes: ({ pool }: { pool: string }) => Promise.resolve(succeed({ pool })),
    releaseNodes: ({ claim }: { claim: string }) => {
      asked.push(claim)
      return Promise.resolve(
        answers
          ? succeed(undefined)
          : fail(
              failure('AWS_FAILED', {
                profile: 'p',
                region: 'r',
                service: 'EKS',
                error: 'a page instead of data',
                says: '',
              }),
            ),
      )
    },
  }
  const first = owing(cloud, settings)
  expect((await first.releaseNodes({ site: 'aws', claim: 'move-a' }, telling())).ok).toBe(false)
  expect((await first.releaseNodes({ site: 'aws', claim: 'move-b' }, telling())).ok).toBe(false)
  await first.ensureNodes({ site: 'aws', pool: 'p4d', nodes: 1, claim: 'move-b' }, telling())
  const next = owing(cloud, settings)
  await next.payBack(telling().signal)
  expect(asked).toEqual(['move-a', 'move-b', 'move-a'])
  answers = true
  await next.payBack(telling().signal)
  await next.payBack(telling().signal)
  expect(asked).toEqual(['move-a', 'move-b', 'move-a', 'move-a'])
})
