import { timestamp } from '../../../kernel/clock'
import type { KubeObject } from '../../types'
import { listAt, numberAt, recordAt, textAt } from '../cluster'
import type { Column } from '../resource'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY
/** From how many seconds on a duration is written in which unit, with a second unit where that still says something. */
const UNITS: { below: number; unit: [number, string]; rest?: [number, string] }[] = [
  { below: 2 * MINUTE, unit: [1, 's'] },
  { below: 10 * MINUTE, unit: [MINUTE, 'm'], rest: [1, 's'] },
  { below: 3 * HOUR, unit: [MINUTE, 'm'] },
  { below: 8 * HOUR, unit: [HOUR, 'h'], rest: [MINUTE, 'm'] },
  { below: 2 * DAY, unit: [HOUR, 'h'] },
  { below: 8 * DAY, unit: [DAY, 'd'], rest: [HOUR, 'h'] },
  { below: 2 * YEAR, unit: [DAY, 'd'] },
  { below: 8 * YEAR, unit: [YEAR, 'y'], rest: [DAY, 'd'] },
]
/** A duration the way kubectl writes it: two units at most, coarser as it grows. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 0) return seconds < -1 ? '<invalid>' : '0s'
  const {
    unit: [size, letter],
    rest,
  } = UNITS.find(({ below }) => seconds < below) ?? { unit: [YEAR, 'y'] as [number, string] }
  const left = rest ? Math.floor((seconds % size) / rest[0]) : 0
  return `${Math.floor(seconds / size)}${letter}${rest && left > 0 ? `${left}${rest[1]}` : ''}`
}
export const age = (since: string | undefined, now: number): string =>
  since ? humanDuration(now - Date.parse(since)) : '<unknown>'

export const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: (object) => object.metadata.name,
}
export const AGE: Column = {
  name: 'Age',
  type: 'string',
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
}
/** What the server shows of a kind without columns of its own. */
export const CREATED: Column = {
  name: 'Created At',
  type: 'date',
  cell: (object) => object.metadata.creationTimestamp ?? timestamp(0),
}

type Cell = (object: KubeObject, now: number) => unknown
/** A column by its name and what it shows; `wide` columns are for those who ask for more. */
export const text = (name: string, cell: Cell): Column => ({ name, type: 'string', cell })
export const integer = (name: string, cell: Cell): Column => ({ name, type: 'integer', cell })
export const bool = (name: string, cell: Cell): Column => ({ name, type: 'boolean', cell })
export const wide = (column: Column): Column => ({ ...column, priority: 1 })

export const NONE = '<none>'
export const count = (object: KubeObject, ...path: string[]): number =>
  numberAt(object, ...path) ?? 0
export const said = (object: KubeObject, ...path: string[]): string => textAt(object, ...path) ?? ''
/** Labels the way kubectl writes a selector. */
export function labelsText(labels: Record<string, unknown> | undefined): string {
  const pairs = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
  return pairs.length === 0 ? NONE : pairs.join(',')
}
export function selectorText(selector: unknown): string {
  const expressions = listAt(selector, 'matchExpressions').map((expression) => {
    const values = listAt(expression, 'values').map(String).sort().join(',')
    const key = textAt(expression, 'key') ?? ''
    switch (textAt(expression, 'operator')) {
      case 'In':
        return `${key} in (${values})`
      case 'NotIn':
        return `${key} notin (${values})`
      case 'DoesNotExist':
        return `!${key}`
      default:
        return key
    }
  })
  const labels = recordAt(selector, 'matchLabels')
  const parts = [
    ...(labels && Object.keys(labels).length > 0 ? [labelsText(labels)] : []),
    ...expressions,
  ]
  return parts.length === 0 ? NONE : parts.join(',')
}
/** The columns every kind with a pod template has for wide tables. */
export function templateColumns(...path: string[]): Column[] {
  const containers = (object: KubeObject): unknown[] =>
    listAt(object, ...path, 'spec', 'containers')
  return [
    wide(
      text('Containers', (object) =>
        containers(object)
          .map((container) => textAt(container, 'name') ?? '')
          .join(','),
      ),
    ),
    wide(
      text('Images', (object) =>
        containers(object)
          .map((container) => textAt(container, 'image') ?? '')
          .join(','),
      ),
    ),
  ]
}
export const SELECTOR: Column = wide(
  text('Selector', (object) => selectorText(recordAt(object, 'spec', 'selector'))),
)
