import type { MonitorSettings } from '../../../../preload/contract/drift-review'
import { identifier, literal } from '../adapters/sql'
import type { Cut, ProfileRequest, WindowRequest } from '../profile'
import type { Located } from './questions'

/** One value of a segment column. */
export interface Segment {
  column: string
  value: string
}
const both = (...parts: (string | undefined)[]): string | undefined => {
  const said = parts.filter((part) => part !== undefined && part !== '')
  return said.length > 0 ? said.map((part) => `(${part})`).join(' AND ') : undefined
}
const within = (segment: Segment | undefined) =>
  segment && `CAST(${identifier(segment.column)} AS VARCHAR) = ${literal(segment.value)}`

/** Columns that say when, where or how it turned out rather than what the model was given. */
export const notFeatures = ({ timeColumn, labels }: MonitorSettings): string[] =>
  [timeColumn, labels?.label, labels?.late?.key].filter((name) => name !== undefined)

export const referenceRequest = (
  settings: MonitorSettings,
  { reference }: Located,
  segment?: Segment,
): ProfileRequest => ({
  path: reference,
  where: both(settings.reference.where, within(segment)),
  columns: settings.columns,
  except: notFeatures(settings),
  kinds: settings.kinds,
  windowRows: settings.windowRows,
})
export const currentRequest = (
  settings: MonitorSettings,
  { current }: Located,
  segment?: Segment,
): WindowRequest & { cut: Cut | undefined } => ({
  path: current,
  where: both(settings.current.where, within(segment)),
  kinds: settings.kinds,
  cut: cutOf(settings),
})
export function cutOf({
  timeColumn,
  period,
  zone,
  windowRows,
  windowCount,
}: MonitorSettings): Cut | undefined {
  if (timeColumn !== undefined) return { by: 'time', column: timeColumn, period, zone }
  if (windowRows !== undefined) return { by: 'rows', rows: windowRows }
  return windowCount === undefined ? undefined : { by: 'number', windows: windowCount }
}
