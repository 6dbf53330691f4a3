import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = ['main', 'preload', 'renderer'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.tsx?$/.test(file.name) && !/\.test\./.test(file.name))
    .map((file) => relative(root, join(file.parentPath, file.name))),
)
const using = (pattern: RegExp) =>
  sources.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8'))).sort()

test('one place quotes cells of CSV; the others who double quotes write SQL', () =>
  expect(using(/replace(All)?\([^)]*"[^)]*,\s*'""'\)/)).toEqual([
    'main/capabilities/drift/adapters/sql.ts',
    'preload/contract/text/csv.ts',
  ]))
