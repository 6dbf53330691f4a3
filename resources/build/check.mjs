// Types, lint and import boundaries; every check runs even when an earlier one fails, so that one run tells all.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './programs.mjs'

const bin = (path) => join(root, 'node_modules', path)
const checks = [
  ['types: contract alone', bin('typescript/bin/tsc'), '-p', 'preload/contract'],
  ['types: main', bin('typescript/bin/tsc'), '-p', 'main'],
  ['types: preload', bin('typescript/bin/tsc'), '-p', 'preload'],
  ['types: renderer', bin('typescript/bin/tsc'), '-p', 'renderer'],
  ['types: tests', bin('typescript/bin/tsc'), '-p', 'test'],
  [
    'lint',
    bin('eslint/bin/eslint.js'),
    '--config',
    'test/architecture/eslint.config.mjs',
    '--max-warnings',
    '0',
    'main',
    'preload',
    'renderer',
    'test',
    'resources/build',
  ],
  [
    'boundaries',
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config',
    'test/architecture/boundaries.cjs',
    'main',
    'preload',
    'renderer',
  ],
]
const failed = checks.filter(([name, file, ...args]) => {
  console.log(`- ${name}`)
  return spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status !== 0
})
if (failed.length > 0) console.error(`Failed: ${failed.map(([name]) => name).join(', ')}.`)
process.exit(failed.length > 0 ? 1 : 0)
