import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Engine } from '../../../main/capabilities/drift/adapters/engine'
import { identifier, literal } from '../../../main/capabilities/drift/adapters/sql'

export interface Shape {
  rows: number
  numbers: number
  categories: number
}
const SHIFTS = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
  KINDS = [2, 5, 20, 100, 1000]
const open = () => Engine.open({ threads: 2, memoryMiB: 1024, spillFolder: tmpdir() })

// Chance is a hash of the text of column and row, so the same pair is made everywhere; a hash of the two numbers is not even enough for a normal.
const uniform = (seed: number) => `((hash(concat('${seed}:', i)) >> 11) + 0.5) / 9007199254740992.0`
const normal = (seed: number) =>
  `sqrt(-2 * ln(${uniform(seed)})) * cos(2 * pi() * ${uniform(seed + 1)})`

/** Writes a reference and a current table with shifts of 0 to 0.5 standard deviations and 2 to 1,000 categories, once. */
export async function writePair(
  folder: string,
  { rows, numbers, categories }: Shape,
): Promise<{ reference: string; current: string }> {
  const files = {
    reference: join(folder, 'reference.parquet'),
    current: join(folder, 'current.parquet'),
  }
  if (existsSync(files.current)) return files
  mkdirSync(folder, { recursive: true })
  const engine = await open()
  for (const [side, file] of Object.entries(files)) {
    const base = side === 'reference' ? 0 : 1_000_003,
      shift = side === 'reference' ? 0 : 1
    const columns = [
      ...Array.from(
        { length: numbers },
        (_, at) =>
          `${normal(base + 2 * at)} + ${shift * (SHIFTS[at % SHIFTS.length] ?? 0)} AS ${identifier(`f${at}`)}`,
      ),
      ...Array.from(
        { length: categories },
        (_, at) =>
          `'k' || CAST(floor(${uniform(base + 7000 + at)} * ${KINDS[at % KINDS.length] ?? 2}) AS INTEGER) AS ${identifier(`c${at}`)}`,
      ),
    ]
    // Renamed once it is whole, so that an interrupted run leaves no half of a table behind.
    await engine.run(
      `COPY (SELECT ${columns.join(', ')} FROM range(${rows}) t(i)) TO ${literal(`${file}.part`)} (FORMAT parquet)`,
    )
    renameSync(`${file}.part`, file)
  }
  engine.close()
  return files
}

/** The least that any tool has to do: read every column of every file once. */
export async function scan(files: string[]): Promise<void> {
  const engine = await open()
  for (const file of files) {
    const columns = await engine.rows(`DESCRIBE SELECT * FROM read_parquet(${literal(file)})`)
    const asked = columns
      .map((column) => identifier(String(column['column_name'])))
      .flatMap((name) => [`count(${name})`, `min(${name})`, `max(${name})`])
    await engine.rows(`SELECT ${asked.join(', ')} FROM read_parquet(${literal(file)})`)
  }
  engine.close()
}
