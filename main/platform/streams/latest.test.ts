import { expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { coalesced, latest, listeners } from './latest'

const settle = () => new Promise((settled) => setImmediate(settled))

function source() {
  const heard = listeners()
  const state = { value: 0 }
  return {
    heard,
    state,
    set: (value: number) => {
      state.value = value
      heard.tell()
    },
  }
}

test('says what is true at once, then the latest of many changes, at most four times a second', async () => {
  const clock = new HandClock()
  const { heard, state, set } = source()
  const over = new AbortController()
  const seen: number[] = []
  const reading = (async () => {
    for await (const value of latest({
      subscribe: heard.add,
      read: () => state.value,
      clock,
      signal: over.signal,
    }))
      seen.push(value)
  })()
  await settle()
  for (let value = 1; value <= 1000; value++) set(value)
  await settle()
  expect(seen).toEqual([0])
  await clock.advance(250)
  expect(seen).toEqual([0, 1000])
  await clock.advance(10_000)
  expect(seen).toEqual([0, 1000])
  set(1001)
  await settle()
  expect(seen).toEqual([0, 1000, 1001])
  over.abort()
  await reading
  expect(heard.count()).toBe(0)
})

test('lets go of its source when the reader stops', async () => {
  const { heard, state } = source()
  for await (const value of latest({
    subscribe: heard.add,
    read: () => state.value,
    clock: new HandClock(),
    signal: undefined,
  })) {
    expect([value, heard.count()]).toEqual([0, 1])
    break
  }
  expect(heard.count()).toBe(0)
})

test('a burst of calls is one call after the pause, and none after stop', async () => {
  const clock = new HandClock()
  let calls = 0
  const beat = coalesced(clock, () => calls++)
  for (let n = 0; n < 50; n++) beat.poke()
  await clock.advance(249)
  expect(calls).toBe(0)
  await clock.advance(1)
  expect(calls).toBe(1)
  beat.poke()
  beat.stop()
  await clock.advance(1000)
  expect(calls).toBe(1)
})
