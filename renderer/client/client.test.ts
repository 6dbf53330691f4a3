import { ORPCError } from '@orpc/client'
import { describe, expect, test } from 'vitest'
import type { TaktRecord } from '../../preload/contract/records'
import { hrefOf, parseAddress } from './address'
import { ConnectionLost, makeClient, Reconnecting } from './link'
import { applyUpdate, recordKey, type RecordsState } from './records'
import { failed, lastKnown, ready, watchInto, type Remote } from './remote'
import { toTrouble } from './trouble'

test('an address keeps its parts and filters', () => {
  const { path, query } = parseAddress(
    hrefOf(['line', 'voice', 'a/b'], { team: 'R & D', empty: '' }),
  )
  expect(path).toEqual(['line', 'voice', 'a/b'])
  expect([...query]).toEqual([['team', 'R & D']])
  expect(parseAddress('').path).toEqual([])
  expect(parseAddress('#/%E0%A4%A').path).toEqual(['%E0%A4%A'])
})
describe('a watch', () => {
  const watching = { signal: new AbortController().signal, now: () => 7 }
  const place = <T>() => {
    let remote: Remote<T> = { at: 'idle' }
    return {
      read: () => remote,
      put: (change: (before: Remote<T>) => Remote<T>) => {
        remote = change(remote)
      },
    }
  }
  test('keeps the newest item with the time it came', async () => {
    const { read, put } = place<number>()
    await watchInto(
      put,
      async () =>
        (async function* () {
          yield 1
          yield 2
        })(),
      watching,
    )
    expect(read()).toEqual({ at: 'ready', value: 2, asOf: 7 })
  })
  test('keeps what was last known when it fails, with words', async () => {
    const { read, put } = place<number>()
    await watchInto(
      put,
      async () =>
        (async function* () {
          yield 1
          throw new Error('broken')
        })(),
      watching,
    )
    const remote = read()
    expect(remote.at === 'failed' && remote.trouble.says).toBe('broken')
    expect(lastKnown(remote)).toEqual({ value: 1, asOf: 7 })
  })
  test('says nothing after its end was asked for', async () => {
    const { read, put } = place<number>()
    const stop = new AbortController()
    await watchInto(
      put,
      async () => {
        stop.abort()
        throw new Error('aborted')
      },
      { ...watching, signal: stop.signal },
    )
    expect(read().at).toBe('loading')
  })
})
test('an answer that is none ends its connection, and whoever waited is told that it was lost', async () => {
  let tell: (message: never) => void = () => undefined
  let closed = 0
  const connection = new Reconnecting()
  connection.attach({
    send: () => tell('{"i": "1", ' as never),
    listen: (onMessage) => {
      tell = onMessage
    },
    close: () => {
      closed += 1
    },
  })
  await expect(makeClient(connection).system.hello()).rejects.toThrow(ConnectionLost)
  expect(closed).toBe(1)
})

test('a lost connection is not blamed on the person', () =>
  expect(toTrouble(new ConnectionLost('x')).code).toBe('CONNECTION_LOST'))
test('an input that the contract refuses names the field', () => {
  const refused = toTrouble(
    new ORPCError('BAD_REQUEST', {
      data: { issues: [{ path: ['spec', 'owner'], message: 'a name is needed' }] },
    }),
  )
  expect([refused.code, refused.says]).toEqual(['INVALID', 'spec.owner: a name is needed'])
  expect(toTrouble(new ORPCError('BAD_REQUEST', { data: null })).says).toBe(
    'something in it is not allowed',
  )
  expect(toTrouble(new ORPCError('NOT_FOUND', { data: { kind: 'Project', name: 'x' } })).says).toBe(
    'There is no Project called x.',
  )
  expect(toTrouble(new ORPCError('INTERNAL_SERVER_ERROR', { message: 'oops' })).code).toBe(
    'INTERNAL_SERVER_ERROR',
  )
})
test('a failure after success keeps the success', () =>
  expect(lastKnown(failed(ready('x', 1), toTrouble(new Error('y'))))).toEqual({
    value: 'x',
    asOf: 1,
  }))
test('records follow resets and differences', () => {
  const record = (name: string) => ({ kind: 'Tool', meta: { name } }) as TaktRecord
  const empty: RecordsState = { byKey: new Map(), live: false }
  const first = applyUpdate(
    { ...empty, trouble: toTrouble(new Error('before')) },
    { reset: true, upserts: [record('a'), record('b')], removed: [], asOf: '1', live: false },
  )
  const second = applyUpdate(first, {
    reset: false,
    upserts: [record('c')],
    removed: [{ kind: 'Tool', name: 'a' }],
    asOf: '2',
    live: true,
  })
  expect([...second.byKey.keys()]).toEqual([
    recordKey({ kind: 'Tool', name: 'b' }),
    recordKey({ kind: 'Tool', name: 'c' }),
  ])
  expect([
    first.trouble,
    second.live,
    [
      ...applyUpdate(second, { reset: true, upserts: [], removed: [], asOf: '3', live: true })
        .byKey,
    ],
  ]).toEqual([undefined, true, []])
})
