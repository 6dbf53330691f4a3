import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { loadSpecialFunctions } from '../../platform/numerics'
import { profileReference } from './profile'
import { Tables } from './testing/tables'
import { watchWindows } from './watch'

let tables: Tables
beforeAll(async () => {
  tables = await Tables.open()
})
afterAll(() => tables.close())

const day = (date: string, shift: number) =>
  `SELECT TIMESTAMP '${date} 08:00:00' AS t, (hash(i, 3) % 10007) / 100.0 + ${shift} AS x FROM range(3000) t(i)`

test('each window is scored once, when it is over, and alerts by the rule', async () => {
  const clock = new HandClock(),
    stop = new AbortController(),
    folder = tables.path('days')
  const profile = await profileReference({
    path: await tables.write('reference.parquet', day('2026-01-01', 0)),
    columns: ['x'],
  })
  mkdirSync(folder)
  const watched = watchWindows(
    profile,
    { path: folder, timeColumn: 't', period: 'day', everyMs: 60_000, alertAfter: { k: 2, n: 2 } },
    { clock, special: await loadSpecialFunctions(), signal: stop.signal },
  )
  const add = (date: string, shift: number) =>
    tables.write(join('days', `${date}.parquet`), day(date, shift))
  const next = async () => {
    let found: Awaited<ReturnType<typeof watched.next>> | undefined
    const waiting = watched.next().then((result) => {
      found = result
    })
    // Moves the clock each time the watch has nothing to do but wait.
    while (!found) {
      if (clock.sleepers > 0) await clock.advance(60_000)
      await new Promise((settled) => setImmediate(settled))
    }
    await waiting
    return found.value
      ? [found.value.window.name, found.value.scores.drifted, found.value.alert]
      : undefined
  }

  await add('2026-02-01', 0)
  await add('2026-02-02', 40)
  expect(await next()).toEqual(['2026-02-01', false, false])
  await add('2026-02-03', 40)
  expect(await next()).toEqual(['2026-02-02', true, false])
  await add('2026-02-04', 0)
  expect(await next()).toEqual(['2026-02-03', true, true])

  const ended = watched.next()
  const refused = expect(ended).rejects.toThrow('enough')
  while (clock.sleepers === 0) await new Promise((settled) => setImmediate(settled))
  stop.abort(new Error('enough'))
  await refused
})
