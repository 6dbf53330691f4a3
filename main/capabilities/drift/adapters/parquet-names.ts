import { UnusableInput } from '../domain/failures'
import type { Engine } from './engine'
import { asPattern, literal, type ColumnType } from './sql'

interface SchemaField {
  name: string
  precision: number
}
/** More digits than the engine's decimals have; it would read such values wrong. */
const MOST_DIGITS = 38

/** The columns of a file as it names them itself, without what lies inside a structure. */
async function fieldsOf(engine: Engine, file: string): Promise<SchemaField[]> {
  const rows = await engine.rows(
    `SELECT '=' || name AS name, coalesce(num_children, 0) AS inside, coalesce(precision, 0) AS precision FROM parquet_schema(${literal(asPattern(file))})`,
  )
  const [, ...rest] = rows.map(({ name, inside, precision }) => ({
      name: String(name).slice(1),
      inside: Number(inside),
      precision: Number(precision),
    })),
    fields: SchemaField[] = []
  let open = 0
  for (const { name, inside, precision } of rest) {
    if (open === 0) fields.push({ name, precision })
    else open--
    open += inside
  }
  return fields
}

const lower = (names: readonly string[]) => new Set(names.map((name) => name.toLowerCase()))

/**
 * Columns under their exact names: the engine takes names that differ in case only for the same and renames all but the first. It also
 * reads decimals of more digits than it has as other numbers, so these are set apart.
 */
export async function exactNames(
  engine: Engine,
  files: readonly string[],
  columns: readonly ColumnType[],
): Promise<ColumnType[]> {
  const [first] = files,
    fields = first === undefined ? [] : await fieldsOf(engine, first)
  const huge = new Set(
    fields.flatMap(({ name, precision }) => (precision > MOST_DIGITS ? [name] : [])),
  )
  const told = columns.map((column) =>
    huge.has(column.name)
      ? {
          ...column,
          kind: 'unsupported' as const,
          reason: `decimals of more than ${MOST_DIGITS} digits cannot be read exactly`,
        }
      : column,
  )
  const names = fields.map(({ name }) => name)
  if (lower(names).size === names.length || columns.length !== names.length) return told
  await mustAgree(engine, files, names)
  return told.map((column, at) => ({
    ...column,
    name: names[at] ?? column.name,
    field: column.name,
  }))
}

/** Files are joined by name without regard to case, so with such names their columns have to be the same in the same order. */
async function mustAgree(
  engine: Engine,
  files: readonly string[],
  names: readonly string[],
): Promise<void> {
  for (const file of files.slice(1)) {
    const own = (await fieldsOf(engine, file)).map(({ name }) => name)
    if (own.join('\n') !== names.join('\n'))
      throw new UnusableInput(
        `${file} has its columns in another order, and some of their names differ in case only.`,
        'Write all files with the same columns in the same order.',
      )
  }
}
