import type { DriftProfile, DriftWindow } from '../../../../preload/contract/drift'
import type { ColumnType } from '../adapters/sql'

/** How the columns of each window differ from those of the reference, in sentences: missing, new, or of another type. */
export function differencesOf(
  profile: DriftProfile,
  columns: readonly ColumnType[],
  { windows, not }: { windows: readonly DriftWindow[]; not: readonly string[] },
): Record<string, string[]> {
  const known = new Set(profile.columns.map(({ column }) => column))
  const created = columns
    .filter(({ name }) => !known.has(name) && !not.includes(name))
    .map(({ name, type }) => `${name} is new (${type}).`)
  return Object.fromEntries(
    windows.flatMap((window) => {
      const frozen = new Map(profile.columns.map((column) => [column.column, column.kind]))
      const changed = window.columns.flatMap((column) =>
        column.kind === 'unscored' && frozen.get(column.column) !== 'unscored'
          ? [`${column.column}: ${column.reason}.`]
          : [],
      )
      const said = [...changed, ...created]
      return said.length > 0 ? [[window.name, said] as const] : []
    }),
  )
}
