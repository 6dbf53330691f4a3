import type { DriftProfile, DriftWindow, WindowScores } from '../../../preload/contract/drift'
import type { Clock } from '../../kernel/clock'
import { UnusableInput } from './domain/failures'
import { kOfLast } from './domain/decide'
import type { SpecialFunctions } from './domain/special'
import { countWindows, scoreWindows, type Period, type WindowRequest } from './profile'

export interface WatchRequest extends WindowRequest {
  timeColumn: string
  period: Period
  zone?: string | undefined
  everyMs: number
  alertAfter: { k: number; n: number }
}
export interface Watched {
  window: DriftWindow
  scores: WindowScores
  alert: boolean
}

/** Scores each window once it is over (a later one has begun), as long as the signal lives; what cannot be read now is tried again next time. */
export async function* watchWindows(
  profile: DriftProfile,
  request: WatchRequest,
  { clock, special, signal }: { clock: Clock; special: SpecialFunctions; signal: AbortSignal },
): AsyncGenerator<Watched> {
  const seen = new Set<string>(),
    drifted: boolean[] = []
  while (!signal.aborted) {
    for (const window of await finished(profile, request, signal)) {
      if (seen.has(window.name)) continue
      seen.add(window.name)
      const [scores] = scoreWindows(profile, [window], { special })
      if (!scores) continue
      drifted.push(isAlarming(scores))
      yield { window, scores, alert: kOfLast(drifted, request.alertAfter).at(-1) === true }
    }
    await clock.sleep(request.everyMs, signal)
  }
}

async function finished(
  profile: DriftProfile,
  request: WatchRequest,
  signal: AbortSignal,
): Promise<DriftWindow[]> {
  try {
    const windows = await countWindows(
      profile,
      {
        ...request,
        cut: { by: 'time', column: request.timeColumn, period: request.period, zone: request.zone },
      },
      { signal },
    )
    return windows.slice(0, -1)
  } catch (error) {
    // A file may be written just now, or a folder still be empty.
    if (error instanceof UnusableInput) return []
    throw error
  }
}

/** Whether a window has to be told: a column drifted, or cannot be judged though it should be. */
export const isAlarming = ({ drifted, unjudged = [] }: WindowScores): boolean =>
  drifted || unjudged.length > 0
