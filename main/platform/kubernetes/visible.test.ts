import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { HandClock } from '../../../test/support/clock'
import type { KubeClient, ListQuery, WatchItem } from './types'
import { listVisible, watchVisible } from './visible'

const PODS = { group: '', version: 'v1', plural: 'pods' }
const Pod = z.object({ metadata: z.object({ name: z.string(), namespace: z.string() }) })
type Pod = z.infer<typeof Pod>
const pod = (namespace: string, name: string): Pod => ({ metadata: { name, namespace } })
const forbidden = () =>
  fail(
    failure('FORBIDDEN', {
      site: 'oslo',
      verb: 'list',
      resource: 'pods',
      group: '',
      user: 'eve',
    } as never),
  )
/** A cluster that shows pods of some namespaces to a person who belongs to others too. */
function shown(
  open: Record<string, Pod[]>,
  own: string[],
  everywhere: () => Outcome<Pod[]> = forbidden,
) {
  const asked: (string | undefined)[] = []
  const clock = new HandClock()
  const client = {
    clock,
    own: { namespaces: () => own, clock },
    list: (_resource: unknown, { namespace }: ListQuery) => {
      asked.push(namespace)
      if (namespace === undefined) return Promise.resolve(everywhere())
      const here = open[namespace]
      return Promise.resolve(here ? succeed(here) : forbidden())
    },
    async *watch(
      _resource: unknown,
      _query: unknown,
      { onFailure }: { onFailure?: (failed: unknown) => void },
    ): AsyncGenerator<WatchItem<Pod>> {
      await Promise.resolve()
      const all = everywhere()
      if (all.ok) yield { type: 'reset', items: all.value, at: 0 }
      else onFailure?.(all.failure)
    },
  }
  return { asked, clock, client: client as typeof client & Pick<KubeClient, 'list' | 'watch'> }
}
const read = (client: Pick<KubeClient, 'list'>) =>
  listVisible(client, { resource: PODS, parse: Pod })

test('whoever may list everywhere is asked nothing more', async () => {
  const { client, asked } = shown({}, ['voice'], () => succeed([pod('a', 'one')]))
  expect(await read(client)).toEqual(succeed({ items: [pod('a', 'one')] }))
  expect(asked).toEqual([undefined])
})
test('whoever may not sees the namespaces they belong to, and is told which', async () => {
  const { client } = shown({ voice: [pod('voice', 'one')] }, ['voice', 'closed'])
  expect(await read(client)).toEqual(succeed({ items: [pod('voice', 'one')], only: ['voice'] }))
})
test('whoever belongs nowhere, or may see nothing there, hears the refusal itself', async () => {
  expect(await read(shown({}, []).client)).toMatchObject({ failure: { code: 'FORBIDDEN' } })
  expect(await read(shown({}, ['closed']).client)).toMatchObject({ failure: { code: 'FORBIDDEN' } })
})
test('a namespace that does not answer is a failure, not an empty one', async () => {
  const { client } = shown({ voice: [] }, ['voice', 'slow'])
  const list = client.list.bind(client)
  client.list = ((resource: never, query: ListQuery, ...rest: never[]) =>
    query.namespace === 'slow'
      ? Promise.resolve(fail(failure('CLUSTER_TIMED_OUT', { site: 'oslo' } as never)))
      : list(resource, query, ...(rest as [never]))) as never
  expect(await read(client)).toMatchObject({ failure: { code: 'CLUSTER_TIMED_OUT' } })
})
test('a watch reads the own namespaces again as time goes by, until everything may be seen', async () => {
  const open: Record<string, Pod[]> = { voice: [pod('voice', 'one')] }
  let all: () => Outcome<Pod[]> = forbidden
  const { client, clock } = shown(open, ['voice'], () => all())
  const stop = new AbortController()
  const only: (string[] | undefined)[] = []
  const seen = watchVisible(
    client,
    { resource: PODS },
    { parse: Pod, signal: stop.signal, onlySeen: (names) => only.push(names) },
  )
  expect((await seen.next()).value).toMatchObject({ items: [pod('voice', 'one')] })
  open['voice'] = [pod('voice', 'two')]
  const second = seen.next()
  await clock.advance(15_000)
  expect((await second).value).toMatchObject({ items: [pod('voice', 'two')] })
  all = () => succeed([pod('voice', 'two'), pod('other', 'three')])
  // A refusal is believed for five minutes; then the server is asked for everything again.
  const rounds: number[] = []
  while (rounds.at(-1) !== 2 && rounds.length < 30) {
    const next = seen.next()
    await setImmediate()
    await clock.advance(15_000)
    const item = (await next).value
    rounds.push(item?.type === 'reset' ? item.items.length : 0)
  }
  expect(rounds.slice(0, -1)).toEqual(Array(rounds.length - 1).fill(1))
  expect([rounds.length, only.at(-1)]).toEqual([19, undefined])
  stop.abort()
})
