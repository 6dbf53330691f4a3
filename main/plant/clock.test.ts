import { expect, test } from 'vitest'
import { simulatedClock } from './clock'

/** A machine clock moved by hand. */
function handMoved(now = 0) {
  const waits = new Set<{ at: number; resolve: () => void }>()
  return {
    now: () => now,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const wait = { at: now + ms, resolve }
        waits.add(wait)
        signal?.addEventListener('abort', () => {
          waits.delete(wait)
          reject(signal.reason as Error)
        })
      }),
    async move(ms: number) {
      now += ms
      for (const wait of [...waits].filter(({ at }) => at <= now)) {
        waits.delete(wait)
        wait.resolve()
      }
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    },
  }
}
test('an hour passes in a minute at sixty times', async () => {
  const machine = handMoved()
  const clock = simulatedClock({ machine, start: 1_000, speed: 60 })
  let woken = false
  void clock.sleep(3_600_000).then(() => {
    woken = true
  })
  await machine.move(59_999)
  expect(woken).toBe(false)
  await machine.move(1)
  expect([woken, clock.now()]).toEqual([true, 3_601_000])
})
test('a change of speed reaches waits that have begun, and a pause holds them', async () => {
  const machine = handMoved()
  const clock = simulatedClock({ machine, start: 0, speed: 1 })
  let woken = false
  void clock.sleep(10_000).then(() => {
    woken = true
  })
  await machine.move(5_000)
  clock.setSpeed(0)
  await machine.move(1_000_000)
  expect([woken, clock.now()]).toEqual([false, 5_000])
  clock.setSpeed(5)
  await machine.move(1_000)
  expect([woken, clock.now()]).toEqual([true, 10_000])
})
test('sleepers wake in the order of their time, and an abort takes one out', async () => {
  const machine = handMoved()
  const clock = simulatedClock({ machine, start: 0, speed: 2 })
  const woken: string[] = []
  const abort = new AbortController()
  void clock.sleep(400).then(() => woken.push('late'))
  void clock.sleep(200).then(() => woken.push('early'))
  const given = clock.sleep(100, abort.signal).catch((reason: unknown) => reason)
  abort.abort(new Error('enough'))
  await machine.move(500)
  expect([woken, ((await given) as Error).message]).toEqual([['early', 'late'], 'enough'])
})
