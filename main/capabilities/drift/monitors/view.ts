import type { VerdictOperation } from '../../../../preload/contract/drift'
import type {
  FeatureScore,
  Fleet,
  FleetRow,
  ModelDrift,
} from '../../../../preload/contract/drift-review'
import type { CountScore } from '../../../../preload/contract/drift'
import type { MonitorSettings } from '../../../../preload/contract/drift-review'
import type { FailureRecord } from '../../../../preload/contract/failures'
import type { z } from 'zod'
import { given } from '../../../kernel/given'
import type { Summary, SummaryScore, SummaryWindow } from '../desk/questions'
import { alertsOf, featureAlert, levelOf, windowNamed, windowSize, worstOf } from './windows'

/** A model to be shown, with what was said of it. */
export interface Shown {
  id: string
  settings: MonitorSettings
  simulated: boolean
  summary: Summary | undefined
  verdicts: readonly VerdictOperation[]
  running?: FleetRow['running']
  failure?: z.infer<typeof FailureRecord> | undefined
}
const CELLS = 60
const LAMPS: FleetRow['lamp'][] = ['stopped', 'called', 'flowing', 'unknown']

/** The verdict that holds for a whole window: the newest that no other holds against. */
export function verdictOf(
  verdicts: readonly VerdictOperation[],
  window: string | undefined,
): VerdictOperation | undefined {
  const beaten = new Set(verdicts.flatMap(({ over }) => over ?? []))
  return verdicts
    .filter(
      (said) =>
        said.verdict && (window === undefined || said.window === window) && !beaten.has(said.id),
    )
    .toSorted((a, b) => b.at.localeCompare(a.at))[0]
}

function lampOf(
  { settings }: Shown,
  {
    last,
    alert,
    verdict,
  }: { last: SummaryWindow | undefined; alert: boolean; verdict: VerdictOperation | undefined },
): FleetRow['lamp'] {
  if (verdict?.verdict === 'act') return 'stopped'
  if (!last) return 'unknown'
  if (verdict && verdict.window === last.name)
    return verdict.verdict === 'watch' ? 'called' : 'flowing'
  if (!alert) return 'flowing'
  return (windowSize(last) ?? 0) >= settings.limits.act ? 'stopped' : 'called'
}

export function rowOf(shown: Shown): FleetRow {
  const { id, settings, simulated, summary, verdicts, running, failure } = shown,
    windows = summary?.windows ?? []
  const alerts = alertsOf(windows, settings),
    last = windows.at(-1),
    newest = verdictOf(verdicts, undefined)
  return {
    id,
    model: settings.model,
    about: settings.about,
    owner: settings.owner,
    simulated,
    size: last ? windowSize(last) : null,
    lamp: lampOf(shown, { last, alert: alerts.at(-1) === true, verdict: newest }),
    cells: windows
      .map((window, at) => {
        const size = windowSize(window)
        return {
          window: window.name,
          ...given({ from: window.from }),
          size,
          level: levelOf(size, settings.limits),
          alert: alerts[at] === true,
        }
      })
      .slice(-CELLS),
    ...given({
      workItem: settings.workItem,
      worstColumn: last && worstOf(last)?.column,
      asOf: summary?.madeAt,
      running,
      failure,
    }),
    ...(newest &&
      given({ verdict: newest.verdict, verdictBy: newest.author, verdictAt: newest.at })),
  }
}

/** Worst first: stopped lines, then calls, then by size. */
export const worstFirst = (rows: FleetRow[]): FleetRow[] =>
  rows.toSorted(
    (a, b) =>
      LAMPS.indexOf(a.lamp) - LAMPS.indexOf(b.lamp) ||
      (b.size ?? -1) - (a.size ?? -1) ||
      a.model.localeCompare(b.model),
  )
/** The columns of the heat map: windows of all models by their time, oldest first. */
export function windowsOf(rows: FleetRow[]): Fleet['windows'] {
  const from = new Map(
    rows.flatMap(({ cells }) =>
      cells.map((cell) => [cell.window, cell.from ?? cell.window] as const),
    ),
  )
  return [...from]
    .toSorted(([, a], [, b]) => a.localeCompare(b))
    .map(([window]) => window)
    .slice(-CELLS)
}

export function modelOf(
  { id, settings, summary, verdicts }: Shown,
  events: ModelDrift['events'],
): ModelDrift {
  const windows = summary?.windows ?? [],
    alerts = alertsOf(windows, settings)
  const count = ({ columns }: SummaryWindow, which: SummaryScore['decision']) =>
    columns.filter(({ decision }) => decision === which).length
  return {
    id,
    settings,
    profile: {
      hash: summary?.profile.hash ?? '',
      rows: summary?.profile.rows ?? 0,
      ...given({ madeAt: summary?.madeAt }),
    },
    windows: windows.map((window, at) => ({
      name: window.name,
      rows: window.rows,
      size: windowSize(window),
      drifted: count(window, 'drifted'),
      scored: window.columns.length - count(window, 'unscored'),
      unscored: count(window, 'unscored'),
      alert: alerts[at] === true,
      verdicts: verdicts.filter((said) => said.window === window.name),
      schema: window.schema,
      ...given({ from: window.from, to: window.to, worstColumn: worstOf(window)?.column }),
    })),
    events: [
      ...events,
      ...settings.incidents.map(({ from, says }) => ({
        at: from,
        kind: 'incident' as const,
        says,
      })),
    ].toSorted((a, b) => a.at.localeCompare(b.at)),
    quality: summary?.quality ?? [],
    notes: verdicts.filter(({ note }) => note !== undefined),
    ...given({ qualityMissing: summary?.qualityMissing, asOf: summary?.madeAt }),
  }
}

/** Every feature of a window, by size times how much the model leans on it. */
export function featuresOf(
  { settings, summary }: Shown,
  { window, scores }: { window: string; scores: readonly CountScore[] },
): FeatureScore[] {
  const known = new Map(
      summary &&
        windowNamed(summary, window)?.columns.map((score) => [score.column, score] as const),
    ),
    even = 1 / Math.max(1, scores.length)
  return scores
    .map((score): FeatureScore => {
      const own = known.get(score.column),
        importance = settings.importance ? (settings.importance[score.column] ?? 0) : even,
        size = Math.max(score.severity ?? 0, own?.missing ?? 0)
      return {
        ...score,
        kind: own?.kind ?? 'unscored',
        importance,
        rank: size * importance,
        alert: own ? featureAlert(own, settings.limits) : 'none',
        reason: [score.reason, ...(own?.quality ?? [])].join('; '),
      }
    })
    .sort((a, b) => b.rank - a.rank || (b.severity ?? 0) - (a.severity ?? 0))
}
export const overTime = ({ windows }: Summary, column: string) =>
  windows.map(({ name, columns }) => {
    const own = columns.find((score) => score.column === column)
    return {
      window: name,
      severity: own?.severity ?? null,
      pAdjusted: own?.pAdjusted ?? null,
      nullRate: own?.nullRate ?? null,
    }
  })
