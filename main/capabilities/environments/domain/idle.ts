import type { Environment } from '../../../../preload/contract/records'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const HOURS =
  /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat)(?: to (Sun|Mon|Tue|Wed|Thu|Fri|Sat))? ([01]\d|2[0-3]):([0-5]\d) to ([01]\d|2[0-4]):([0-5]\d)$/

interface Hours {
  from: number
  to: number
  startMinute: number
  endMinute: number
}
/** "Mon to Fri 08:00 to 18:00" or "Wed 09:00 to 11:00"; undefined where the text is neither. */
function readHours(text: string): Hours | undefined {
  const [whole, first, last, ...clock] = HOURS.exec(text.trim()) ?? []
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
  return (
    (from <= to ? day >= from && day <= to : day >= from || day <= to) &&
    minute >= startMinute &&
    minute < endMinute
  )
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

/** Whether the last activity (ms since 1970) is too long ago; a tool that does not tell is never idle. */
export const isIdle = (
  { spec: { idle }, status: { readyAt } }: Environment,
  { lastActivity, now }: { lastActivity: number | undefined; now: number },
): boolean => {
  if (!idle || lastActivity === undefined) return false
  // What was resumed a moment ago has not been idle since yesterday.
  const since = Math.max(lastActivity, Date.parse(readyAt ?? '') || 0)
  return now - since >= idle.pauseAfterMinutes * 60_000
}
