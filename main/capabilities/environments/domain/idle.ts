import { PROTECTED_HOURS, type IdleReport } from '../../../../preload/contract/projects'
import type { Environment } from '../../../../preload/contract/records'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
interface Hours {
  from: number
  to: number
  startMinute: number
  endMinute: number
}
/** "Mon to Fri 08:00 to 18:00" or "Wed 09:00 to 11:00"; undefined where the text is neither. */
function readHours(text: string): Hours | undefined {
  const [whole, first, last, ...clock] = PROTECTED_HOURS.exec(text.trim()) ?? []
  if (whole === undefined || first === undefined) return undefined
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = clock.map(Number)
  return {
    from: DAYS.indexOf(first),
    to: DAYS.indexOf(last ?? first),
    startMinute: fromHour * 60 + fromMinute,
    endMinute: toHour * 60 + toMinute,
  }
}

/**
 * Whether protected hours such as "Mon to Fri 08:00 to 18:00" (UTC) hold at an instant in ms since 1970. Text that cannot be read always protects:
 * nothing is paused by a misunderstanding.
 */
export function isProtected(text: string | undefined, now: number): boolean {
  if (text === undefined || text.trim() === '') return false
  const hours = readHours(text)
  if (!hours) return true
  const { from, to, startMinute, endMinute } = hours
  const day = new Date(now).getUTCDay()
  const minute = Math.floor(now / 60_000) % 1440
  const named = (one: number) => (from <= to ? one >= from && one <= to : one >= from || one <= to)
  if (startMinute < endMinute) return named(day) && minute >= startMinute && minute < endMinute
  // Hours over midnight begin on a named day and end on the one after it.
  return (named(day) && minute >= startMinute) || (named((day + 6) % 7) && minute < endMinute)
}

/** Running environments that are to be paused when idle and may be now; whether they are idle only their tool can tell. */
export const mayPause = (environments: Environment[], now: number): Environment[] =>
  environments.filter(
    ({ spec, status, meta }) =>
      spec.state === 'running' &&
      meta.deleting !== true &&
      status.phase === 'Ready' &&
      spec.idle !== undefined &&
      !isProtected(spec.idle.protectedHours, now),
  )

/** What was read of an environment, or why it could not be. */
export type Reading<T> = { known: true; value: T } | { known: false; says: string }
export const known = <T>(value: T): Reading<T> => ({ known: true, value })
export const unknown = (says: string): { known: false; says: string } => ({ known: false, says })

export interface ServerActivity {
  /** When its server last saw somebody work, in ms since 1970. */
  lastActivity: number
  kernels: readonly { name: string; busy: boolean }[]
}
/** What tells whether an environment works: a busy cell that prints nothing leaves its last activity still, so that alone tells nothing. */
export interface WorkSigns {
  server: Reading<ServerActivity>
  /** Commands that run in a terminal, by name. */
  commands: Reading<readonly string[]>
  /** The highest share one of its GPUs was busy within the idle minutes; undefined where it holds none. */
  gpuShare: Reading<number> | undefined
  /** CPU cores it used on average within the idle minutes. */
  cpuCores: Reading<number>
}
export interface IdleVerdict {
  idle: boolean
  reason: IdleReport['reason']
  says: string
  /** Since when nobody has worked in it, in ms since 1970. */
  since?: number
}

/** A GPU busier than this works for somebody. */
const GPU_SHARE = 0.05
/** An idle Jupyter with its extensions needs a few hundredths of a core. One busy thread on a large machine is a small share, so there is a limit in cores too. */
const CPU_SHARE = 0.1
const CPU_CORES = 0.25
const percent = (share: number) => `${String(Math.round(share * 100))} %`
const not = (reason: IdleVerdict['reason'], says: string): IdleVerdict => ({
  idle: false,
  reason,
  says,
})

/** Whether nothing works in an environment and nobody has for as long as was asked for. What could not be read is not idle. */
export function idleVerdict(
  environment: Pick<Environment, 'spec' | 'status'>,
  signs: WorkSigns,
  now: number,
): IdleVerdict {
  return (
    workFound(environment, signs, now) ??
    notAlone(environment) ??
    notKnown(signs) ?? {
      idle: true,
      reason: 'idle',
      says: 'No kernel is busy, no command runs in a terminal, and GPU and CPU rest.',
      ...(signs.server.known && { since: idleSince(environment, signs.server.value) }),
    }
  )
}
/** What was resumed a moment ago has not been idle since yesterday. */
const idleSince = (
  { status: { readyAt } }: Pick<Environment, 'status'>,
  { lastActivity }: ServerActivity,
) => Math.max(lastActivity, Date.parse(readyAt ?? '') || 0)

/** The first sign that something works, the surest first; undefined where what could be read shows none. */
function workFound(
  environment: Pick<Environment, 'spec' | 'status'>,
  signs: WorkSigns,
  now: number,
): IdleVerdict | undefined {
  const { idle, size } = environment.spec
  if (!idle) return not('worked-in', 'It was not asked to be paused when idle.')
  return (
    serverWorks(environment, signs.server, now) ??
    (signs.commands.known && signs.commands.value.length > 0
      ? not('command-runs', `${signs.commands.value.slice(0, 3).join(', ')} runs in a terminal.`)
      : undefined) ??
    (signs.gpuShare?.known && signs.gpuShare.value > GPU_SHARE
      ? not(
          'gpu-used',
          `A GPU was ${percent(signs.gpuShare.value)} busy within ${String(idle.pauseAfterMinutes)} min.`,
        )
      : undefined) ??
    (signs.cpuCores.known && signs.cpuCores.value > Math.min(CPU_SHARE * size.cpuCores, CPU_CORES)
      ? not(
          'cpu-used',
          `It used ${signs.cpuCores.value.toFixed(2)} of ${String(size.cpuCores)} CPU cores on average within ${String(idle.pauseAfterMinutes)} min.`,
        )
      : undefined)
  )
}
function serverWorks(
  environment: Pick<Environment, 'spec' | 'status'>,
  server: WorkSigns['server'],
  now: number,
): IdleVerdict | undefined {
  if (!server.known) return undefined
  const busy = server.value.kernels.filter((kernel) => kernel.busy)
  if (busy.length > 0)
    return not(
      'kernel-busy',
      busy.length === 1
        ? `Its kernel ${busy[0]?.name ?? ''} is busy.`
        : `${String(busy.length)} of its kernels are busy.`,
    )
  const since = idleSince(environment, server.value)
  const minutes = environment.spec.idle?.pauseAfterMinutes ?? Infinity
  return now - since < minutes * 60_000
    ? { ...not('worked-in', `Somebody worked in it less than ${String(minutes)} min ago.`), since }
    : undefined
}
function notKnown(signs: WorkSigns): IdleVerdict | undefined {
  const missing = Object.values(signs).flatMap((sign: Reading<unknown> | undefined) =>
    sign === undefined || sign.known ? [] : [sign.says],
  )
  return missing.length === 0
    ? undefined
    : not(
        'not-known',
        `Not paused by itself, because not everything can be read: ${missing.join('; ')}.`,
      )
}
/** Only one of several servers is asked: that it rests tells nothing of the others. */
const notAlone = ({ spec }: Pick<Environment, 'spec'>): IdleVerdict | undefined =>
  spec.replicas > 1
    ? not(
        'not-known',
        `Not paused by itself: it has ${String(spec.replicas)} servers, and only one of them is asked.`,
      )
    : undefined
/** Whether the slower readings are still needed: not where the server alone shows that somebody works. */
export const needsMore = (
  environment: Pick<Environment, 'spec' | 'status'>,
  server: WorkSigns['server'],
  now: number,
): boolean => server.known && serverWorks(environment, server, now) === undefined
