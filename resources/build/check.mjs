// Types, lint and import boundaries; every check runs even when an earlier one fails, so that one run tells all.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './programs.mjs'

const bin = (path) => join(root, 'node_modules', path)
const cache = (name) => join(root, 'node_modules/.cache/takt', name)
const types = (program) => [
  `types: ${program}`,
  bin('typescript/bin/tsc'),
  ...['-p', program, '--incremental', '--tsBuildInfoFile', cache(`${program}.tsbuildinfo`)],
]
// Every checker keeps what it found, by content: what has not changed is not looked at again.
const checks = [
  [
    'format (npm run format mends it)',
    bin('prettier/bin/prettier.cjs'),
    ...['--check', '--log-level', 'warn', '--cache', '--cache-location', cache('prettier'), '.'],
  ],
  ...['preload/contract', 'main', 'preload', 'renderer', 'test'].map(types),
  [
    'lint',
    bin('eslint/bin/eslint.js'),
    ...['--config', 'test/architecture/eslint.config.mjs', '--max-warnings', '0'],
    ...['--suppressions-location', 'test/architecture/eslint-suppressions.json'],
    ...['--cache', '--cache-strategy', 'content', '--cache-location', cache('eslint')],
    ...['main', 'preload', 'renderer', 'test', 'resources/build'],
  ],
  [
    'boundaries',
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    ...['--config', 'test/architecture/boundaries.cjs'],
    ...['--cache', cache('boundaries'), '--cache-strategy', 'content'],
    ...['main', 'preload', 'renderer'],
  ],
]
const failed = checks.filter(([name, file, ...args]) => {
  console.log(`- ${name}`)
  return spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' }).status !== 0
})
if (failed.length > 0) console.error(`Failed: ${failed.map(([name]) => name).join(', ')}.`)
process.exit(failed.length > 0 ? 1 : 0)
