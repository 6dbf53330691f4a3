import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const CLOSE = 1e-9

/** Where an answer differs from what is expected of it; more keys than expected are welcome, numbers are compared to 1e-9 relative. */
export function differences(got: unknown, expected: unknown, path = ''): string[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length)
      return [`${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`]
    return expected.flatMap((value, index) =>
      differences(got[index], value, `${path}[${String(index)}]`),
    )
  }
  if (typeof expected === 'object' && expected !== null)
    return Object.entries(expected).flatMap(([key, value]) =>
      differences((got as Record<string, unknown> | null)?.[key], value, `${path}.${key}`),
    )
  const same =
    typeof expected === 'number' && typeof got === 'number'
      ? Math.abs(got - expected) <= CLOSE * Math.max(1, Math.abs(expected))
      : got === expected
  return same ? [] : [`${path}: ${String(got)} instead of ${String(expected)}`]
}

/** A folder of fixtures under TAKT_TEST_DATA; undefined where none are given. */
export const fixtureFolder = (...path: string[]): string | undefined => {
  const root = process.env['TAKT_TEST_DATA']
  return root ? join(root, ...path) : undefined
}
/** The arguments and answers that a folder of fixtures expects. */
export const expectedOf = (folder: string): { arguments: string[]; expected: unknown } =>
  JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
    arguments: string[]
    expected: unknown
  }
