import { failure, type Failure } from '../../../preload/contract/failures'
import type { SiteState } from '../../../preload/contract/sites'
import type { Stream } from './stream'

export interface Trouble {
  state: 'loading' | 'live' | 'stale' | 'failed' | 'forbidden'
  failure?: Failure
}
interface Facts {
  site: string
  state: SiteState | undefined
  isConnected: boolean
  streams: readonly Pick<Stream, 'state' | 'failure' | 'ask'>[]
  rows: number
}

/** What stands between a list and being live. Rows that are known are stale, never failed. */
export function troubleOf(facts: Facts): Trouble {
  const { site, state, isConnected, streams, rows } = facts
  const told = state?.failure as Failure | undefined
  const broken = (problem: Failure): Trouble => ({
    state: rows > 0 ? 'stale' : 'failed',
    failure: problem,
  })
  if (!isConnected)
    return state?.state === 'connecting'
      ? { state: 'loading' }
      : broken(told ?? unreachable(site, state))
  const shown = streams.filter(({ ask, state: is }) => !ask.source.hidden && is !== 'absent')
  const failing = shown.find((one) => one.state === 'failing')?.failure
  if (failing) return broken(failing)
  return state?.state === 'stale' ? silent(told) : (forbidden(shown) ?? reading(shown))
}
const silent = (told: Failure | undefined): Trouble => ({
  state: 'stale',
  ...(told && { failure: told }),
})
const reading = (shown: Facts['streams']): Trouble => ({
  state: shown.some(isLoading) ? 'loading' : 'live',
})
const unreachable = (site: string, state: SiteState | undefined): Failure =>
  failure(state ? 'SITE_NOT_CONNECTED' : 'SITE_UNKNOWN', { site })
const isLoading = (one: { state: string }) => one.state === 'loading'
function forbidden(shown: Facts['streams']): Trouble | undefined {
  const first = shown[0]?.failure
  return first && shown.every(({ state }) => state === 'forbidden')
    ? { state: 'forbidden', failure: first }
    : undefined
}

/** How far the reading of a list is; undefined once all of it is known. */
export function progressOf(
  streams: readonly Stream[],
): { of: 'rows' | 'columns'; done: number; total: number } | undefined {
  // What may not be read is not waited for.
  const reading = streams.filter(({ isFilled, state }) => !isFilled && state !== 'forbidden')
  if (reading.length === 0) return undefined
  const sum = reading.reduce(
    (all, { progress }) => ({
      done: all.done + progress.done,
      total: all.total + (progress.total ?? progress.done),
    }),
    { done: 0, total: 0 },
  )
  return { of: reading.some(({ isPainted }) => !isPainted) ? 'rows' : 'columns', ...sum }
}
