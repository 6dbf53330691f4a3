import type { MonitorSettings } from '../../../../preload/contract/drift-review'
import { openSource } from '../adapters/sources'
import { asText, identifier, type ColumnType } from '../adapters/sql'
import { withSpillFolder } from '../adapters/spill'
import type { Engine } from '../adapters/engine'
import { engineFor } from '../adapters/reach'
import { slices, type Opened, type Slice } from '../profile'
import { SortSpace } from '../domain/radix'
import { loadSpecialFunctions } from '../../../platform/numerics'
import { randomOf, SEED } from '../inline-runner'
import { cutOf } from './request'
import type { Located } from './questions'

/** A side of a monitor, open to be read row by row, with labels that came late joined to it. */
export interface Side {
  engine: Engine
  relation: string
  columns: ColumnType[]
}
export interface Sides {
  engine: Engine
  reference: Side
  windows: (Slice & Side)[]
}

/** Opens reference and windows for as long as the work needs them. */
export const withSides = <T>(
  settings: MonitorSettings,
  located: Located,
  work: (sides: Sides) => Promise<T>,
): Promise<T> =>
  withSpillFolder(async (spillFolder) => {
    const paths = [located.reference, located.current, located.late],
      engine = await engineFor(
        paths.filter((path) => path !== undefined),
        { threads: 2, memoryMiB: 192, spillFolder },
      )
    try {
      const reference = await openSource(engine, {
        path: located.reference,
        where: settings.reference.where,
        label: 'reference',
        spillFolder,
      })
      const current = await openSource(engine, {
        path: located.current,
        where: settings.current.where,
        label: 'current',
        spillFolder,
      })
      const late =
        located.late === undefined
          ? undefined
          : await openSource(engine, {
              path: located.late,
              where: settings.labels?.late?.source.where,
              label: 'late',
              spillFolder,
            })
      const opened: Opened = {
        engine,
        source: current,
        rows: Number(
          (await engine.rows(`SELECT count(*) AS count FROM ${current.relation}`))[0]?.['count'] ??
            0,
        ),
        tools: {
          special: await loadSpecialFunctions(),
          space: new SortSpace(),
          random: randomOf(SEED, ''),
        },
      }
      const joined = (relation: string, columns: ColumnType[]): Side =>
        late
          ? withLate({ engine, relation, columns }, settings, { engine, ...late })
          : { engine, relation, columns }
      const windows = (await slices(opened, cutOf(settings))).map((slice) => ({
        ...slice,
        ...joined(slice.relation, current.columns),
      }))
      return await work({
        engine,
        reference: joined(reference.relation, reference.columns),
        windows,
      })
    } finally {
      engine.close()
    }
  })

/** Rows with their labels, which came in a table of their own; a label that both have is that of the row. */
function withLate(
  { engine, relation, columns }: Side,
  { labels }: MonitorSettings,
  late: Side,
): Side {
  if (!labels?.late) return { engine, relation, columns }
  const key = identifier(labels.late.key),
    label = identifier(labels.label),
    own = columns.some(({ name }) => name === labels.label)
  const found = late.columns.find(({ name }) => name === labels.label)
  const sql = `(SELECT own.* ${own ? `EXCLUDE (${label})` : ''}, ${own ? `coalesce(own.${label}, late.${label})` : `late.${label}`} AS ${label} FROM ${relation} own LEFT JOIN (SELECT ${key}, any_value(${label}) AS ${label} FROM ${late.relation} GROUP BY ${key}) late ON own.${key} = late.${key})`
  return { engine, relation: sql, columns: own || !found ? columns : [...columns, found] }
}

/** Up to so many rows, evenly taken from first to last: the same ones each time. */
export async function evenly(
  { engine, relation }: Pick<Side, 'engine' | 'relation'>,
  most: number,
): Promise<string> {
  const rows = Number(
      (await engine.rows(`SELECT count(*) AS count FROM ${relation}`))[0]?.['count'] ?? 0,
    ),
    step = Math.max(1, Math.ceil(rows / most))
  return step === 1
    ? relation
    : `(SELECT * EXCLUDE takt_row FROM (SELECT *, row_number() OVER () - 1 AS takt_row FROM ${relation}) WHERE takt_row % ${step} = 0)`
}
export const textOf = (column: ColumnType): string => asText(column)
