import { LosslessNumber, parse, stringify } from 'lossless-json'
import { z } from 'zod'
import { UnusableInput } from '../domain/failures'
import { canonical } from '../hash'
import { parserCall } from './parser'
import { AllowedTree, NotAllowed, type ColumnField, type FilterNode } from './tree'

/** The columns that a filter may name; any, where only the lake knows them. */
export interface FilterScope {
  columns: readonly { name: string; field?: string }[] | 'any'
}
export interface Filter {
  tree: FilterNode
  /** The expression as the engine writes it, from the allowed tree. */
  sql: string
}

const MOST_LETTERS = 8000
const HEAD = 'SELECT * FROM takt_source WHERE '
const BEFORE = `${HEAD}(\n`

/**
 * Reads a filter as an expression over one row, whoever wrote it: a person, a monitor or a bundle. The engine's own parser reads it where
 * nothing can be reached; one SELECT has to come out whose only part is its WHERE; and what is run is written from the tree of allowed nodes.
 */
export async function readFilter(text: string, scope: FilterScope): Promise<Filter> {
  try {
    if (text.length > MOST_LETTERS)
      throw new NotAllowed(`it has more than ${MOST_LETTERS} letters`, undefined)
    const tree = new AllowedTree(fieldsOf(scope)).of(await whereOf(text)),
      sql = await parserCall('json_deserialize_sql', stringify(selectOf(tree)) ?? '')
    // What was written has to read as what was allowed, so that no fault in writing can add to it.
    const again = new AllowedTree((name) => name).of(await whereOf(sql.slice(HEAD.length)))
    if (!sql.startsWith(HEAD) || !isSame(again, tree))
      throw new NotAllowed('it cannot be written back unchanged', undefined)
    return { tree, sql: sql.slice(HEAD.length) }
  } catch (error) {
    if (error instanceof NotAllowed) throw refused(text, error)
    throw error
  }
}

/** Exact names first; then, as SQL does, without regard to case where only one fits. */
function fieldsOf({ columns }: FilterScope): ColumnField {
  if (columns === 'any') return (name) => name
  const exact = new Map(columns.map(({ name, field }) => [name, field ?? name]))
  return (name) => {
    const lower = name.toLowerCase(),
      similar = columns.filter((column) => column.name.toLowerCase() === lower)
    const [only] = similar
    return exact.get(name) ?? (similar.length === 1 ? (only?.field ?? only?.name) : undefined)
  }
}

const Refused = z.object({
  error: z.literal(true),
  error_message: z.string(),
  position: z.coerce.number().int().optional(),
})
const Empty = z.array(z.unknown()).max(0)
const Parsed = z.object({
  error: z.literal(false),
  statements: z.tuple([
    z.strictObject({
      node: z.strictObject({
        type: z.literal('SELECT_NODE'),
        modifiers: Empty,
        cte_map: z.strictObject({ map: Empty }),
        select_list: z.tuple([z.looseObject({ class: z.literal('STAR') })]),
        from_table: z.looseObject({
          type: z.literal('BASE_TABLE'),
          table_name: z.literal('takt_source'),
          alias: z.literal(''),
          sample: z.null(),
        }),
        where_clause: z.looseObject({}),
        group_expressions: Empty,
        group_sets: Empty,
        aggregate_handling: z.literal('STANDARD_HANDLING'),
        having: z.null(),
        sample: z.null(),
        qualify: z.null(),
      }),
      named_param_map: z.array(z.unknown()),
    }),
  ]),
})

/** Whole numbers beyond 2^53 stay exact, and a fraction stays written as one, which the parser insists on. */
function exactNumber(text: string): number | bigint | LosslessNumber {
  if (!/^-?\d+$/.test(text)) return new LosslessNumber(text)
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
}

async function treeOf(statement: string): Promise<unknown> {
  const answer = await parserCall('json_serialize_sql', statement)
  try {
    return parse(answer, undefined, exactNumber)
  } catch {
    throw new NotAllowed('it holds a number beyond all numbers', undefined)
  }
}

async function whereOf(text: string): Promise<unknown> {
  const answer = await treeOf(`${BEFORE}${text}\n)`),
    parsed = Parsed.safeParse(answer)
  if (parsed.success) return parsed.data.statements[0].node.where_clause
  const failed = Refused.safeParse(answer)
  if (failed.success && failed.data.position !== undefined)
    throw new NotAllowed(failed.data.error_message, failed.data.position)
  // What ends the expression and goes on is found where the text does not stand in brackets.
  const bare = Refused.safeParse(await treeOf(`${HEAD}  ${text}`))
  throw new NotAllowed('it is more than one expression', bare.data?.position)
}

const selectOf = (where: FilterNode) => ({
  error: false,
  statements: [
    {
      node: {
        type: 'SELECT_NODE',
        modifiers: [],
        cte_map: { map: [] },
        select_list: [
          {
            class: 'STAR',
            type: 'STAR',
            alias: '',
            relation_name: '',
            exclude_list: [],
            replace_list: [],
            columns: false,
            expr: null,
            qualified_exclude_list: [],
            rename_list: [],
          },
        ],
        from_table: {
          type: 'BASE_TABLE',
          alias: '',
          sample: null,
          schema_name: '',
          table_name: 'takt_source',
          column_name_alias: [],
          catalog_name: '',
          at_clause: null,
        },
        where_clause: where,
        group_expressions: [],
        group_sets: [],
        aggregate_handling: 'STANDARD_HANDLING',
        having: null,
        sample: null,
        qualify: null,
      },
      named_param_map: [],
    },
  ],
})

/** Written text names the schema of functions and nests what binds alike; that is no difference. */
const isSame = (a: FilterNode, b: FilterNode): boolean => shapeOf(a) === shapeOf(b)
const shapeOf = (node: FilterNode): string =>
  canonical(
    parse(
      (stringify(node) ?? '').replaceAll('"schema":"main"', '"schema":""'),
      undefined,
      (text) => text,
    ),
  )

/** The filter with a mark under the place that stands in the way. */
function refused(text: string, { says, at }: NotAllowed): UnusableInput {
  const place = at === undefined ? undefined : letterAt(text, at - BEFORE.length),
    marked = place === undefined ? '' : `\n${lineOf(text, place)}`
  return new UnusableInput(
    `The filter ${text.slice(0, 200)} does not fit: ${says}.${marked}`,
    'Write one expression over the columns, for example "side = \'ref\' AND age > 30".',
  )
}
/** The parser counts bytes; people count letters. */
function letterAt(text: string, byte: number): number | undefined {
  const bytes = Buffer.from(text)
  return byte >= 0 ? bytes.subarray(0, byte).toString().length : undefined
}
function lineOf(text: string, place: number): string {
  const from = text.lastIndexOf('\n', place - 1) + 1,
    to = text.indexOf('\n', place),
    line = text.slice(from, to === -1 ? undefined : to)
  const start = Math.max(0, place - from - 60)
  return `  ${line.slice(start, start + 120)}\n  ${' '.repeat(place - from - start)}^`
}
