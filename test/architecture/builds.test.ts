import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const entries = ['shell.cjs', 'core.mjs', 'web.mjs', 'cli.mjs']

describe('the built programs', () => {
  test.each(entries)('%s starts no other program: it imports none of their files', (entry) => {
    const text = readFileSync(join(root, 'out/main', entry), 'utf8')
    const imported = [...text.matchAll(/(?:from|require\(|import\()\s*["'](\.[^"']+)["']/g)].map(([, path]) => path)
    expect(imported).toEqual([])
  })
  test('the shell needs nothing but Electron and Node', () => {
    const text = readFileSync(join(root, 'out/main/shell.cjs'), 'utf8')
    const required = [...new Set([...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name ?? ''))]
    expect(required.filter((name) => name !== 'electron' && !name.startsWith('node:'))).toEqual([])
  })
  test('nothing of the page can be evaluated from text', () => {
    const folder = join(root, 'out/renderer/assets')
    const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(0)
    expect(readFileSync(join(root, 'out/renderer/index.html'), 'utf8')).not.toMatch(/<script(?![^>]*src=)/)
  })
})
