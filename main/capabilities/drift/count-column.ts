import type { ProfileColumn, UnscoredCause, WindowColumn } from '../../../preload/contract/drift'
import { given } from '../../kernel/given'
import { countCategories, MOST_CATEGORIES, readNumeric } from './adapters/columns'
import type { Engine } from './adapters/engine'
import { firstLine } from './adapters/sources'
import { columnSql, spellingLike, type ColumnType } from './adapters/sql'
import { UnusableInput } from './domain/failures'
import { countCategorical, countNumeric } from './domain/profile'
import type { Opened } from './profile'

/** Counts one column of a window in the cells of its profile; what stands in the way becomes the reason of an unscored column. */
export async function countColumn(
  profile: ProfileColumn,
  opened: Opened & { relation: string },
): Promise<WindowColumn> {
  const column = opened.source.columns.find(({ name }) => name === profile.column)
  if (!column) return unscored(profile, 'missing-column', 'the window does not have this column')
  try {
    if (profile.kind === 'unscored') return await stillUnscored(profile, column, opened)
    return odd(profile, column) ?? (await counted(profile, column, opened))
  } catch (error) {
    if (error instanceof UnusableInput) throw error
    return unscored(profile, 'unreadable', `it cannot be read: ${firstLine(error)}`)
  }
}

const unscored = (
  { column }: ProfileColumn,
  cause: UnscoredCause,
  reason: string,
): WindowColumn => ({ kind: 'unscored', column, reason, cause })

/** Why a column cannot be counted as it was frozen. */
function odd(profile: ProfileColumn, column: ColumnType): WindowColumn | undefined {
  if (column.reason !== undefined) return unscored(profile, 'unclear', column.reason)
  return column.kind === 'unsupported' || (profile.kind === 'numeric' && column.type === 'VARCHAR')
    ? unscored(profile, 'type-changed', `its type changed to ${column.type}`)
    : undefined
}

async function counted(
  profile: Exclude<ProfileColumn, { kind: 'unscored' }>,
  column: ColumnType,
  { engine, relation, rows, tools }: Opened & { relation: string },
): Promise<WindowColumn> {
  const read = { relation, column, rows }
  if (profile.kind === 'numeric')
    return countNumeric(profile, await readNumeric(engine, read, [tools.space, 'current']))
  const side = await countCategories(engine, {
    ...read,
    ...given({ spelling: spellingLike(profile.categories, column) }),
  })
  return side
    ? countCategorical(profile, side)
    : unscored(profile, 'type-changed', `more than ${MOST_CATEGORIES} different values`)
}

/** A reference without a value has no cells, so a window that has some can only be told. */
async function stillUnscored(
  profile: Extract<ProfileColumn, { kind: 'unscored' }>,
  column: ColumnType,
  { engine, relation }: { engine: Engine; relation: string },
): Promise<WindowColumn> {
  const { cause = 'unsupported', reason } = profile
  if (cause !== 'always-empty') return unscored(profile, cause, reason)
  const [row] = await engine.rows(`SELECT count(${columnSql(column)}) AS count FROM ${relation}`)
  return Number(row?.['count'] ?? 0) > 0
    ? unscored(profile, 'no-values', 'the reference has no value, and this window has some')
    : unscored(profile, cause, reason)
}
