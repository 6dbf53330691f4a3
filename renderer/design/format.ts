// Figures, units and time in words. Everything passes through Intl with one locale, so that a page reads the same everywhere.
const LOCALE = 'en-GB'
const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const cents = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
const dollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 0,
})
const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hour12: false })
const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'short' })
const month = new Intl.DateTimeFormat('en-US', { month: 'short' })
const plurals = new Intl.PluralRules('en')

export const formatCount = (count: number) => integer.format(count)
export const formatNumber = (value: number) => plain.format(value)
/** `$57.42` under 1,000, `$1,284` above. */
export const formatUsd = (usd: number) =>
  Math.abs(usd) < 1000 ? cents.format(usd) : dollars.format(usd)
/** `$16.9k`, for axes. */
export const formatUsdAxis = (usd: number) =>
  Math.abs(usd) < 1000 ? dollars.format(usd) : `$${plain.format(usd / 1000)}k`
/** A share between 0 and 1 as `31 %`. */
export const formatShare = (share: number) => `${integer.format(share * 100)} %`
/** `1 item`, `3 items`. */
export const countOf = (count: number, one: string, other: string) =>
  `${integer.format(count)} ${plurals.select(count) === 'one' ? one : other}`

const MINUTE = 60,
  HOUR = 3600,
  DAY = 86_400
/** `2 h 01`, `38 min`, `21 s`, `9 d 1 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < MINUTE) return `${whole} s`
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`
  if (whole < DAY) {
    const minutes = Math.floor((whole % HOUR) / MINUTE)
    return minutes === 0
      ? `${Math.floor(whole / HOUR)} h`
      : `${Math.floor(whole / HOUR)} h ${String(minutes).padStart(2, '0')}`
  }
  const hours = Math.floor((whole % DAY) / HOUR)
  return hours === 0 || whole >= 10 * DAY
    ? `${Math.floor(whole / DAY)} d`
    : `${Math.floor(whole / DAY)} d ${hours} h`
}
/** One unit with one decimal at most, for narrow cells: `3.1 d`, `1.2 h`, `38 min`. */
export function formatShortDuration(seconds: number): string {
  const whole = Math.max(0, seconds)
  if (whole < MINUTE) return `${Math.round(whole)} s`
  if (whole < HOUR) return `${Math.round(whole / MINUTE)} min`
  if (whole < DAY) return `${plain.format(whole / HOUR)} h`
  return whole < 10 * DAY ? `${plain.format(whole / DAY)} d` : `${integer.format(whole / DAY)} d`
}
/** `1 min 20` below an hour where seconds matter, as for promises. */
export function formatPromise(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const rest = whole % MINUTE
  return whole < MINUTE || whole >= HOUR || rest === 0
    ? formatDuration(whole)
    : `${Math.floor(whole / MINUTE)} min ${String(rest).padStart(2, '0')}`
}
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
/** `38.2 GB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${plain.format(bytes / 1000 ** power)} ${UNITS[power]}`
}
export const formatGi = (gi: number) =>
  gi >= 1000 ? `${plain.format(gi / 1000)} TB` : `${plain.format(gi)} GB`

const parts = (at: Date | string | number) => (at instanceof Date ? at : new Date(at))
/** `14:32`. */
export const formatClock = (at: Date | string | number) => clock.format(parts(at))
/** `Wed 18 Nov`. */
export function formatDay(at: Date | string | number): string {
  const date = parts(at)
  return `${weekday.format(date)} ${date.getDate()} ${month.format(date)}`
}
/** `Mon 16 Nov 18:04`. */
export const formatMoment = (at: Date | string | number) => `${formatDay(at)} ${formatClock(at)}`
/** `14:32` today, `Mon 16 Nov 18:04` on any other day. */
export function formatWhen(at: Date | string | number, now: number): string {
  return formatDay(at) === formatDay(now) ? formatClock(at) : formatMoment(at)
}
/** An age in words once it matters: nothing under 15 s, then `14 s`, `3 min`. */
export function formatAge(asOf: string | number, now: number): string | undefined {
  const seconds = (now - parts(asOf).getTime()) / 1000
  return seconds < 15 ? undefined : formatDuration(seconds)
}
/** `mara.lind` or `Mara Lind` as `ML`. */
export function initials(person: string): string {
  const words = person
    .replace(/@.*/, '')
    .split(/[.\s_-]+/)
    .filter(Boolean)
  const letters =
    words.length > 1 ? [words[0]?.[0], words.at(-1)?.[0]] : [words[0]?.[0], words[0]?.[1]]
  return letters.join('').toUpperCase()
}
