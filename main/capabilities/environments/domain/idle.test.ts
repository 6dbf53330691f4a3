import { describe, expect, test } from 'vitest'
import { anEnvironment } from '../../../../test/support/builders/records'
import { idleVerdict, isProtected, known, mayPause, unknown, type WorkSigns } from './idle'

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
    // Over midnight: Wednesday's night begins on Wednesday, Tuesday's ends on it.
    ['Wed 22:00 to 06:00', at('23:00'), true],
    ['Wed 22:00 to 06:00', at('05:00'), false],
    ['Tue 22:00 to 06:00', at('05:00'), true],
    ['Mon to Fri 22:00 to 06:00', at('12:00'), false],
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
  const quiet = (lastActivity: number, more: Partial<WorkSigns> = {}): WorkSigns => ({
    server: known({ lastActivity, kernels: [{ name: 'python3', busy: false }] }),
    commands: known([]),
    gpuShare: undefined,
    cpuCores: known(0.03),
    ...more,
  })
  const verdict = (signs: WorkSigns, now = at('09:45'), made = ready('nb', {})) =>
    idleVerdict(made, signs, now)
  test('begins only after the minutes asked for, counted from the last activity or from being ready', () => {
    expect(verdict(quiet(at('09:00')), at('09:44'))).toMatchObject({
      idle: false,
      reason: 'worked-in',
    })
    expect(verdict(quiet(at('09:00')))).toMatchObject({ idle: true, since: at('09:00') })
    const resumed = ready('nb', {}, '2026-11-18T09:30:00Z')
    expect(verdict(quiet(at('06:00')), at('09:45'), resumed).idle).toBe(false)
  })
  test.each<[what: string, more: Partial<WorkSigns>, reason: string]>([
    [
      'a silent busy cell, which leaves the last activity still',
      {
        server: known({ lastActivity: at('06:00'), kernels: [{ name: 'python3', busy: true }] }),
      },
      'kernel-busy',
    ],
    ['a command in a terminal', { commands: known(['python train.py']) }, 'command-runs'],
    ['a GPU at work', { gpuShare: known(0.84) }, 'gpu-used'],
    ['a CPU at work', { cpuCores: known(0.9) }, 'cpu-used'],
    [
      'a server that does not answer',
      { server: unknown('its server does not answer') },
      'not-known',
    ],
    ['terminals that cannot be seen', { commands: unknown('forbidden') }, 'not-known'],
    ['a GPU that nobody measures', { gpuShare: unknown('no Prometheus') }, 'not-known'],
    ['a CPU that nobody measures', { cpuCores: unknown('no Prometheus') }, 'not-known'],
  ])('%s is not idle', (_what, more, reason) =>
    expect(verdict(quiet(at('06:00'), more), at('23:00'))).toMatchObject({ idle: false, reason }),
  )
  test('a GPU that rests beside a known quiet CPU is idle', () =>
    expect(verdict(quiet(at('06:00'), { gpuShare: known(0.01) })).idle).toBe(true))
  test('one busy thread keeps a large machine from being idle, though it is a small share', () => {
    const large = ready('nb', { size: { ...ready('nb', {}).spec.size, cpuCores: 64 } })
    const signs = quiet(at('06:00'), { cpuCores: known(1) })
    expect(verdict(signs, at('23:00'), large).reason).toBe('cpu-used')
  })
  test('everything that cannot be read is named at once', () =>
    expect(
      verdict(
        quiet(at('06:00'), { gpuShare: unknown('no GPU series'), cpuCores: unknown('no CPU') }),
      ).says,
    ).toMatch(/no GPU series; no CPU/))
  test('what is paused, starting, not asked for or protected is left alone', () => {
    const all = [
      ready('runs', {}),
      ready('paused', { state: 'paused' }),
      ready('kept', { idle: { ...idle, protectedHours: 'Mon to Fri 08:00 to 18:00' } }),
      { ...ready('starts', {}), status: {} },
    ]
    expect(mayPause(all, at('10:00')).map(({ meta }) => meta.name)).toEqual(['runs'])
  })
  test('of several servers one that rests tells nothing of the others', () => {
    const signs = quiet(at('08:00'))
    expect(idleVerdict(ready('one', { replicas: 1 }), signs, at('10:00')).idle).toBe(true)
    expect(idleVerdict(ready('three', { replicas: 3 }), signs, at('10:00'))).toMatchObject({
      idle: false,
      reason: 'not-known',
      says: 'Not paused by itself: it has 3 servers, and only one of them is asked.',
    })
  })
})
