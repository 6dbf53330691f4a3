import { describe, expect, test } from 'vitest'
import { anEnvironment } from '../../../../test/support/builders/records'
import { isIdle, isProtected, mayPause } from './idle'

// A Wednesday.
const at = (clock: string) => Date.parse(`2026-11-18T${clock}:00Z`)

describe('protected hours', () => {
  test.each<[hours: string | undefined, now: number, held: boolean]>([
    [undefined, at('10:00'), false],
    ['', at('10:00'), false],
    ['Mon to Fri 08:00 to 18:00', at('07:59'), false],
    ['Mon to Fri 08:00 to 18:00', at('08:00'), true],
    ['Mon to Fri 08:00 to 18:00', at('17:59'), true],
    ['Mon to Fri 08:00 to 18:00', at('18:00'), false],
    ['Sat to Mon 00:00 to 24:00', at('10:00'), false],
    ['Fri to Wed 00:00 to 24:00', at('10:00'), true],
    ['Wed 09:00 to 11:00', at('10:00'), true],
    ['Thu 09:00 to 11:00', at('10:00'), false],
    ['whenever I am in', at('03:00'), true],
    ['Mon to Fri 8 to 18', at('03:00'), true],
  ])('%s', (hours, now, held) => expect(isProtected(hours, now)).toBe(held))
})
describe('idle', () => {
  const idle = { pauseAfterMinutes: 45 }
  const ready = (name: string, spec: object, readyAt = '2026-11-18T08:00:00Z') => {
    const made = anEnvironment(name, { idle, ...spec })
    return { ...made, status: { ...made.status, phase: 'Ready' as const, readyAt } }
  }
  test('begins only after the minutes asked for, counted from the last activity or from being ready', () => {
    const one = ready('nb', {})
    expect(isIdle(one, { lastActivity: at('09:00'), now: at('09:44') })).toBe(false)
    expect(isIdle(one, { lastActivity: at('09:00'), now: at('09:45') })).toBe(true)
    expect(
      isIdle(ready('nb', {}, '2026-11-18T09:30:00Z'), {
        lastActivity: at('06:00'),
        now: at('09:45'),
      }),
    ).toBe(false)
  })
  test('a tool that does not tell is never idle', () =>
    expect(isIdle(ready('nb', {}), { lastActivity: undefined, now: at('23:00') })).toBe(false))
  test('what is paused, starting, not asked for or protected is left alone', () => {
    const all = [
      ready('runs', {}),
      ready('paused', { state: 'paused' }),
      ready('kept', { idle: { ...idle, protectedHours: 'Mon to Fri 08:00 to 18:00' } }),
      { ...ready('starts', {}), status: {} },
    ]
    expect(mayPause(all, at('10:00')).map(({ meta }) => meta.name)).toEqual(['runs'])
  })
})
