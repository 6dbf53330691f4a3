import type { ObjectEvent } from '../../../../preload/contract/objects'
import { at, numberAt, textAt, type Raw } from './raw'
import { MOST_EVENTS } from './moments'

const firstText = (raw: Raw, ...paths: string[][]): string | undefined =>
  paths.map((path) => textAt(raw, ...path)).find((text) => text !== undefined)

/** An event of either API (the old with counts, the new with a series) as it is shown. */
export function toEvent(raw: Raw): ObjectEvent | undefined {
  const first = firstText(
    raw,
    ['firstTimestamp'],
    ['eventTime'],
    ['deprecatedFirstTimestamp'],
    ['metadata', 'creationTimestamp'],
  )
  const last =
    firstText(
      raw,
      ['lastTimestamp'],
      ['series', 'lastObservedTime'],
      ['deprecatedLastTimestamp'],
    ) ?? first
  if (first === undefined || last === undefined) return undefined
  const count = numberAt(raw, 'count') ?? numberAt(raw, 'series', 'count') ?? 1
  return {
    id: raw.metadata.uid ?? raw.metadata.name,
    at: seconds(last),
    since: seconds(first),
    count,
    type: at(raw, 'type') === 'Warning' ? 'Warning' : 'Normal',
    of: whom(raw),
    kept: false,
    reason: textAt(raw, 'reason') ?? '',
    says: firstText(raw, ['message'], ['note']) ?? '',
    by:
      firstText(raw, ['reportingComponent'], ['source', 'component'], ['reportingController']) ??
      '',
  }
}
const whom = (raw: Raw) => ({
  kind: firstText(raw, ['involvedObject', 'kind'], ['regarding', 'kind']) ?? '',
  name: firstText(raw, ['involvedObject', 'name'], ['regarding', 'name']) ?? '',
})
// Micro times are cut to milliseconds, so that every instant has one form.
const seconds = (text: string) => text.replace(/(\.\d{3})\d+/, '$1')

/** Newest first; what the cluster has forgotten is kept and marked. */
export function withKeptEvents(now: ObjectEvent[], kept: ObjectEvent[]): ObjectEvent[] {
  const present = new Set(now.map(({ id }) => id))
  return [
    ...now,
    ...kept.filter(({ id }) => !present.has(id)).map((event) => ({ ...event, kept: true })),
  ]
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, MOST_EVENTS)
}
