import { UnusableInput } from '../domain/failures'
import type { Engine, Row } from './engine'
import { identifier, literal } from './sql'

/** How the words of a text column become numbers or moments. */
export type TextForm =
  | { as: 'number'; decimal: '.' | ',' }
  | { as: 'moment'; type: 'DATE' | 'TIMESTAMP' | 'TIMESTAMPTZ' | 'TIME' }
  | { as: 'day'; format: string }
/** What a column of text can be read as; two forms where its values do not tell which. */
export interface TextColumn {
  column: string
  /** Forms that every value fits, the likelier first; none where the column is text. */
  forms: TextForm[]
  /** Words for a missing value, where the others are numbers or moments. */
  missing: { word: string; count: number }[]
}

/** Words that stand for a missing value among numbers; among words they are words. */
const MISSING = ['', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', 'nil', '-', '--', '?', '.']
const MORE_MISSING = [
  'missing',
  'unknown',
  '#null!',
  '#value!',
  '#div/0!',
  '#ref!',
  '(null)',
  '\\n',
]
const words = [...MISSING, ...MORE_MISSING].filter((word) => word !== 'nan')
const isMissing = (text: string) => `lower(trim(${text})) IN (${words.map(literal).join(', ')})`

/** Blanks and apostrophes between groups of three digits, as French and Swiss write them. */
const GROUPED = "'[+-]?[0-9]{1,3}([ \u00a0\u202f''\u2019][0-9]{3})+([.,][0-9]+)?'"
const ungrouped = (text: string) =>
  `CASE WHEN regexp_full_match(${text}, ${GROUPED}) THEN regexp_replace(${text}, '[ \u00a0\u202f''\u2019]', '', 'g') ELSE ${text} END`

const DAYS = ['%m/%d/%Y', '%d/%m/%Y', '%d.%m.%Y', '%m.%d.%Y', '%d-%m-%Y', '%m-%d-%Y']
const SHORT_DAYS = ['%m/%d/%y', '%d/%m/%y', '%d.%m.%y', '%m.%d.%y']
const CLOCKS = ['', ' %H:%M:%S', ' %H:%M', ' %I:%M:%S %p', ' %I:%M %p']
const FORMATS = [...DAYS, ...SHORT_DAYS].flatMap((day) => CLOCKS.map((clock) => day + clock))

const NUMBER = `'[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(inf|infinity|nan|Inf|Infinity|NaN|INF|INFINITY|NAN)'`
const COMMA_GROUPS = `'[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?'`
const COMMA_DECIMAL = `'[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+)(,[0-9]+)?([eE][+-]?[0-9]+)?'`

/** What every value of a text column is, counted in one pass over them. */
function countsOf(column: string, at: number): string {
  const text = `trim(${identifier(column)})`,
    filled = `${identifier(column)} IS NOT NULL AND NOT ${isMissing(identifier(column))}`
  const plain = ungrouped(text),
    count = (what: string, condition: string) =>
      `count(*) FILTER (${filled} AND ${condition}) AS ${what}${at}`
  const fits = (pattern: string) => `regexp_full_match(${plain}, ${pattern})`
  return [
    count('filled', 'true'),
    count('plain', fits(NUMBER)),
    count('point', `(${fits(NUMBER)} OR ${fits(COMMA_GROUPS)})`),
    count('comma', fits(COMMA_DECIMAL)),
    count('day', `TRY_CAST(${text} AS DATE) IS NOT NULL AND NOT contains(${text}, ':')`),
    count('moment', `TRY_CAST(${text} AS TIMESTAMP) IS NOT NULL`),
    count('zoned', `TRY_CAST(${text} AS TIMESTAMPTZ) IS NOT NULL`),
    count('clock', `TRY_CAST(${text} AS TIME) IS NOT NULL AND NOT contains(${text}, '-')`),
    count('days', `regexp_matches(${text}, '^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}')`),
    `max(file_row_number) FILTER (${filled} AND NOT (${fits(NUMBER)} OR ${fits(COMMA_GROUPS)} OR ${fits(COMMA_DECIMAL)})) AS odd${at}`,
  ].join(', ')
}

interface Look {
  engine: Engine
  /** The converted files, as a relation with `file_row_number`. */
  table: string
  columns: readonly { name: string; type: string }[]
  /** What is told of where something is wrong. */
  path: string
  signal?: AbortSignal | undefined
}

/** Looks at every text column of a side as a whole, so that a form fits all of its files or none. */
export async function lookAtText(look: Look): Promise<TextColumn[]> {
  const { engine, table, columns, signal } = look,
    text = columns.filter(({ type }) => type === 'VARCHAR')
  if (text.length === 0) return []
  const [row = {}] = await engine.rows(
    `SELECT ${text.map(({ name }, at) => countsOf(name, at)).join(', ')} FROM ${table}`,
    signal,
  )
  refuseTitles(look, text.length === columns.length ? row : undefined)
  await refuseOneColumn(look)
  const found: TextColumn[] = []
  for (const [at, { name }] of text.entries()) {
    const forms = await formsOf(look, name, countsFrom(row, at))
    if (forms.length > 0) found.push({ column: name, forms, missing: await missingOf(look, name) })
  }
  return found
}

type Counts = Record<
  'filled' | 'plain' | 'point' | 'comma' | 'day' | 'moment' | 'zoned' | 'clock' | 'days',
  number
>
const NAMES = ['filled', 'plain', 'point', 'comma', 'day', 'moment', 'zoned', 'clock', 'days']
const countsFrom = (row: Row, at: number): Counts =>
  Object.fromEntries(NAMES.map((name) => [name, Number(row[`${name}${at}`] ?? 0)])) as Counts

async function formsOf(look: Look, column: string, counts: Counts): Promise<TextForm[]> {
  const { filled, plain, point, comma, day, moment, zoned, clock, days } = counts
  if (filled === 0) return []
  if (plain === filled) return [{ as: 'number', decimal: '.' }]
  const numbers: TextForm[] = [
    ...(point === filled ? [{ as: 'number' as const, decimal: '.' as const }] : []),
    ...(comma === filled ? [{ as: 'number' as const, decimal: ',' as const }] : []),
  ]
  if (numbers.length > 0) return numbers
  if (day === filled) return [{ as: 'moment', type: 'DATE' }]
  if (clock === filled) return [{ as: 'moment', type: 'TIME' }]
  if (moment === filled) return [{ as: 'moment', type: 'TIMESTAMP' }]
  if (zoned === filled) return [{ as: 'moment', type: 'TIMESTAMPTZ' }]
  return days === filled ? daysOf(look, column, filled) : []
}

async function daysOf(
  { engine, table, signal }: Look,
  column: string,
  filled: number,
): Promise<TextForm[]> {
  const text = `trim(${identifier(column)})`
  const [row = {}] = await engine.rows(
    `SELECT ${FORMATS.map((format, at) => `count(try_strptime(${text}, ${literal(format)})) AS f${at}`).join(', ')} FROM ${table} WHERE NOT ${isMissing(identifier(column))}`,
    signal,
  )
  const fitting = FORMATS.filter((_, at) => Number(row[`f${at}`]) === filled)
  // A year of four digits also fits as one of two with more behind it; the longer form is meant.
  const long = fitting.filter((format) => format.includes('%Y'))
  return (long.length > 0 ? long : fitting).map((format) => ({ as: 'day', format }))
}

const MOST_WORDS = 5
async function missingOf(
  { engine, table, signal }: Look,
  column: string,
): Promise<TextColumn['missing']> {
  const rows = await engine.rows(
    `SELECT ${identifier(column)} AS word, count(*) AS count FROM ${table} WHERE ${isMissing(identifier(column))} GROUP BY ALL ORDER BY count DESC, word LIMIT ${MOST_WORDS}`,
    signal,
  )
  return rows.map(({ word, count }) => ({ word: String(word), count: Number(count) }))
}

const MOST_TITLES = 12
const FEWEST_ROWS = 20
/** Lines above the header make text of every column, though all but the first few of its values are numbers. */
function refuseTitles({ path }: Look, row: Row | undefined): void {
  if (!row) return
  for (let at = 0; `filled${at}` in row; at++) {
    const { filled, point, comma } = countsFrom(row, at),
      numbers = Math.max(point, comma),
      last = Number(row[`odd${at}`] ?? -1)
    if (numbers < filled && filled - numbers <= MOST_TITLES && numbers >= FEWEST_ROWS)
      if (last >= 0 && last < MOST_TITLES)
        throw new UnusableInput(
          `${path} has lines above its header: its first ${last + 1} lines are no numbers, and all others are.`,
          'Remove the lines above the names of the columns.',
        )
  }
}

/** A table of one column whose values all hold as many separators was cut in the wrong places. */
async function refuseOneColumn(look: Look): Promise<void> {
  const [only, second] = look.columns
  if (!only || second || only.type !== 'VARCHAR') return
  for (const separator of [',', ';', '\t', '|']) {
    const fields = await fieldsInside(look, only.name, separator)
    if (fields > 1)
      throw new UnusableInput(
        `${look.path} was read as one column, though its lines hold ${fields} fields.`,
        'Remove lines above the names of the columns, or name the separator.',
      )
  }
}
/** How many fields a separator makes of nearly every value of a column. */
async function fieldsInside(
  { engine, table, signal }: Look,
  column: string,
  separator: string,
): Promise<number> {
  const text = identifier(column),
    cuts = `len(${text}) - len(replace(${text}, ${literal(separator)}, ''))`
  const [row = {}] = await engine.rows(
    `SELECT cuts, count, sum(count) OVER () AS all_rows FROM (SELECT ${cuts} AS cuts, count(*) AS count FROM ${table} GROUP BY ALL) ORDER BY count DESC LIMIT 1`,
    signal,
  )
  const rows = Number(row['all_rows'] ?? 0)
  return rows >= FEWEST_ROWS && Number(row['count']) >= 0.9 * rows ? Number(row['cuts']) + 1 : 1
}

/** A text column as its form says, in SQL; what is missing is null. */
export function readAs(column: string, form: TextForm): string {
  const name = identifier(column),
    text = `CASE WHEN NOT ${isMissing(name)} THEN trim(${name}) END`
  switch (form.as) {
    case 'moment':
      return `CAST(${text} AS ${form.type})`
    case 'day':
      return `strptime(${text}, ${literal(form.format)})`
    case 'number': {
      const plain = ungrouped(text)
      return form.decimal === '.'
        ? `CAST(replace(${plain}, ',', '') AS DOUBLE)`
        : `CAST(replace(replace(${plain}, '.', ''), ',', '.') AS DOUBLE)`
    }
  }
}

const same = (a: TextForm, b: TextForm): boolean => JSON.stringify(a) === JSON.stringify(b)
/**
 * The form of a column on this side, given what the other side's allows: one that fits both wherever there is one. Numbers that both
 * sides leave open are read with a point, or a comma where that separates no fields; days that both leave open are not guessed.
 */
export function formOf(
  { forms }: TextColumn,
  other: TextColumn | undefined,
): TextForm | 'unclear' | undefined {
  const common = other
      ? forms.filter((form) => other.forms.some((each) => same(each, form)))
      : forms,
    [first, second] = common.length > 0 ? common : forms
  if (!first || !second) return first
  return first.as === 'number' ? first : 'unclear'
}
