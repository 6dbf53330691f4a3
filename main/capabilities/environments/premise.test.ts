import { expect, test } from 'vitest'
import { anEnvironment, at } from '../../../test/support/builders/records'
import { aLine } from '../../../test/support/fakes/line'
import type { Environment } from '../../../preload/contract/records'
import { ChangeInput } from './change-input'
import type { IdleLook } from './idleness'
import { premiseOf } from './premise'

const ready = (spec: object, readyAt = at(60)) => {
  const made = anEnvironment('nb', { idle: { pauseAfterMinutes: 10 }, ...spec })
  return { ...made, status: { phase: 'Ready' as const, pod: 'nb-0', readyAt } }
}
async function asked(environment: Environment | undefined, input: object, idle?: boolean) {
  const made = aLine(environment ? [environment] : [])
  const verdict: IdleLook['verdict'] =
    idle === true
      ? { idle, reason: 'idle', says: 'It rests.', since: 0 }
      : { idle: false, reason: 'kernel-busy', says: 'Its kernel python3 is busy.' }
  const premise = premiseOf({
    ...made.ports,
    idleness: {
      look: () =>
        Promise.resolve(
          idle === undefined ? undefined : { signs: {} as IdleLook['signs'], verdict },
        ),
    },
  })
  const why = await premise({
    input: ChangeInput.parse({
      site: 'oslo',
      namespace: environment?.meta.namespace ?? 'voice',
      name: 'nb',
      by: 'ada',
      workload: 'Notebook',
      replicas: 1,
      state: { before: 'running', after: 'paused' },
      ...input,
    }),
    kept: {},
    client: () => made.ports.sites.home(),
    progress: () => undefined,
    note: () => undefined,
    signal: new AbortController().signal,
  })
  return why.ok ? why.value : why.failure.code
}
const timeBox = { basis: { kind: 'time-box', expiresAt: at(5) } }
const idled = { basis: { kind: 'idle', since: at(60) } }

test('a pause at the end of a time box holds only while the end is past', async () => {
  expect(await asked(ready({ expiresAt: at(5) }), timeBox)).toBeUndefined()
  expect(await asked(ready({ expiresAt: at(-60) }), timeBox)).toBe(`nb was extended to ${at(-60)}.`)
})
test('an idle pause holds only while it is idle; what cannot be looked at is not', async () => {
  expect(await asked(ready({}), idled, true)).toBeUndefined()
  expect(await asked(ready({}), idled, false)).toMatch(/not idle any more\. Its kernel/)
  expect(await asked(ready({}), idled)).toMatch(/not idle any more/)
  expect(
    await asked(
      ready({ idle: { pauseAfterMinutes: 10, protectedHours: 'whenever I am in' } }),
      idled,
      true,
    ),
    'its protected hours have begun',
  ).toMatch(/may not be paused now/)
})
test('what it wrote itself before it was cut short counts as still so', async () =>
  expect(await asked(ready({ state: 'paused' }), idled)).toBeUndefined())
test('a record that is gone or another one is overtaken, whoever began it', async () => {
  expect(await asked(undefined, {})).toBe('nb is gone.')
  expect(await asked(ready({}), { uid: 'another' })).toBe('nb was deleted and made anew.')
})
test('a third value that somebody wrote meanwhile is never overwritten', async () => {
  const extend = { state: undefined, expiresAt: { before: at(5), after: at(-60) } }
  expect(await asked(ready({ expiresAt: at(5) }), extend)).toBeUndefined()
  expect(await asked(ready({ expiresAt: at(-60) }), extend)).toBeUndefined()
  expect(await asked(ready({ expiresAt: at(-90) }), extend)).toMatch(/was changed meanwhile/)
})
