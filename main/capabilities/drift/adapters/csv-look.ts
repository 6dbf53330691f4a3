import type { Engine } from './engine'
import { encodingOf } from './files'
import { asPattern, literal } from './sql'

/** How a CSV file would be read; not sure where another separator would read it as well, or nothing tells the header apart. */
export async function sniffed(
  engine: Engine,
  file: string,
): Promise<{ sure: boolean; delimiter: string; header: boolean; encoding: string }> {
  const encoding = encodingOf(file)
  try {
    const [found] = await engine.rows(
      `SELECT Delimiter AS delimiter, HasHeader AS header, len(Columns) AS columns FROM sniff_csv(${literal(asPattern(file))}, encoding = ${literal(encoding)}, sample_size = -1)`,
    )
    const delimiter = String(found?.['delimiter'] ?? ','),
      columns = Number(found?.['columns'] ?? 0)
    return {
      sure: columns > 1 && found?.['header'] === true && encoding !== 'latin-1',
      delimiter,
      header: found?.['header'] === true,
      encoding,
    }
  } catch {
    return { sure: false, delimiter: ',', header: true, encoding }
  }
}

export function readableRow(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object'
    ? JSON.stringify(value, (_key, part: unknown) =>
        typeof part === 'bigint' ? String(part) : part,
      )
    : String(value as string | number | boolean | bigint)
}
