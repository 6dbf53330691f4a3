import { timestamp } from '../../../kernel/clock'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { Drift } from '../service'
import type { Monitor } from './shelf'
import { alertsOf, movedWords } from './windows'

/** What looking at one model brought. */
export interface Looked {
  id: string
  model: string
  window?: string
  alert: boolean
  failed?: string
}

const isDue = (drift: Drift, { id, settings: { everySeconds } }: Monitor): boolean => {
  const seen = drift.monitors.summary(id)?.madeAt
  return (
    everySeconds !== undefined &&
    drift.runs.running(id) === undefined &&
    (seen === undefined || drift.reviews.now() - Date.parse(seen) >= everySeconds * 1000)
  )
}

/** Calls for help on the model's work item where its newest window alerts: once for each window, so that a person sees it on the line. */
async function call(
  drift: Drift,
  { id, settings }: Monitor,
  signal?: AbortSignal,
): Promise<Outcome<{ window?: string; alert: boolean }>> {
  const windows = drift.monitors.summary(id)?.windows ?? [],
    last = windows.at(-1)
  if (!last || alertsOf(windows, settings).at(-1) !== true)
    return succeed({ alert: false, ...(last && { window: last.name }) })
  if (settings.workItem) {
    const text = `Drift of ${last.name}: ${movedWords(last)}`
    const done = await drift.ports.worklog.record(
      settings.workItem,
      ({ status }, at) => [
        {
          id: `drift-alert-${last.name}-${settings.model}`.slice(0, 80),
          at,
          type: 'gate-failed',
          text,
          ...(status.station && { station: status.station }),
        },
      ],
      signal,
    )
    if (!done.ok) return done
  }
  return succeed({ alert: true, window: last.name })
}

/** Scores the new windows of every model whose time has come, one after the other; one that fails does not keep the others from being looked at. */
export async function watchDue(drift: Drift, signal?: AbortSignal): Promise<Looked[]> {
  const looked: Looked[] = []
  for (const monitor of drift.monitors.list().filter((each) => isDue(drift, each))) {
    const {
        id,
        settings: { model },
      } = monitor,
      ran = await drift.runs.run(id, { anew: false, signal }),
      told = ran.ok ? await call(drift, monitor, signal) : ran
    if (told.ok) looked.push({ id, model, ...told.value })
    else {
      drift.ports.log.warn('A model could not be looked at.', {
        id,
        code: told.failure.code,
        at: timestamp(drift.reviews.now()),
      })
      looked.push({ id, model, alert: false, failed: told.failure.code })
    }
  }
  return looked
}
