import { readFileSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vite'
import { describe, expect, test } from 'vitest'

const out = fileURLToPath(new URL('../../out', import.meta.url))
const entries = [
  'shell.cjs',
  'core.mjs',
  'web.mjs',
  'web-core.mjs',
  'cli.mjs',
  'cli-core.mjs',
  'cli-drift.mjs',
]

interface Node {
  type?: string
  source?: Node | null
  callee?: Node
  name?: string
  arguments?: Node[]
  value?: unknown
}
const isRequire = ({ type, callee }: Node) =>
  type === 'CallExpression' &&
  callee?.type === 'Identifier' &&
  ['require', '__require'].includes(callee.name ?? '')
/** What an import, a dynamic import or a require names. */
function named(node: Node): string | undefined {
  const source = isRequire(node) ? node.arguments?.[0] : node.source
  return source?.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined
}
/** Every module that a built program names in code, not in comments or strings. */
function modulesOf(file: string): string[] {
  const found = new Set<string>()
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (typeof node !== 'object' || node === null) return
    const name = named(node as Node)
    if (name !== undefined) found.add(name)
    Object.values(node).forEach(visit)
  }
  visit(parseAst(readFileSync(join(out, 'main', file), 'utf8')))
  return [...found]
}
const isBuiltIn = (name: string) => name.startsWith('node:') || builtinModules.includes(name)

describe('the built programs', () => {
  test.each(entries)(
    '%s starts no other program and brings all it needs but DuckDB',
    (entry) => {
      const foreign = modulesOf(entry).filter((name) => !isBuiltIn(name) && name !== 'electron')
      expect(foreign.filter((name) => name !== '@duckdb/node-api')).toEqual([])
    },
    60_000,
  )
  test('the shell needs nothing but Electron and Node', () => {
    expect(modulesOf('shell.cjs').filter((name) => !isBuiltIn(name))).toEqual(['electron'])
  }, 60_000)
  test('nothing of the page runs from text', () => {
    const scripts = readdirSync(join(out, 'renderer/assets')).filter((name) => name.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(0)
    expect(readFileSync(join(out, 'renderer/index.html'), 'utf8')).not.toMatch(
      /<script(?![^>]*src=)/,
    )
  })
})
