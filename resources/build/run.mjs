// Plain JavaScript for Node 20 or later: makes a fresh clone ready, then goes on under the Node that the app ships with.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const at = (...path) => join(root, ...path)

/** Runs a program to its end and answers its exit code. */
function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit', ...options })
  if (error) throw error
  return status ?? (signal ? 1 : 0)
}
const need = (status) => {
  if (status !== 0) process.exit(status)
}

/** Whether npm put here just what the lockfile names: then somebody ran it by hand, and nothing needs fetching. */
function isInstalled() {
  const kept = at('node_modules', '.package-lock.json')
  if (!existsSync(kept)) return false
  const { packages: here } = JSON.parse(readFileSync(kept, 'utf8'))
  const { packages: named } = JSON.parse(readFileSync(at('package-lock.json'), 'utf8'))
  return Object.entries(named).every(
    ([path, { version, optional }]) =>
      path === '' || (here[path] ? here[path].version === version : optional === true),
  )
}

function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .update(process.platform + process.arch)
    .digest('hex')
  const stamp = at('node_modules', '.takt-installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  if (isInstalled()) return writeFileSync(stamp, wanted)
  console.error('Installing what package-lock.json names (about half a minute) ...')
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  need(
    npm?.endsWith('.js')
      ? run(process.execPath, [npm, ...args], { cwd: root })
      : run('npm', args, { cwd: root, shell: process.platform === 'win32' }),
  )
  writeFileSync(stamp, wanted)
}

/** Node 24: the one that npm installed, else this one. */
function node24() {
  const own = at('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(own)) return own
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined
}

/** The newest change under the given paths, in ms since 1970: tells whether what is built is older than its sources. */
function newest(...paths) {
  return Math.max(
    ...paths.map((path) => {
      const found = statSync(path)
      return found.isDirectory()
        ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
        : found.mtimeMs
    }),
  )
}
function buildIfStale() {
  const built = at('out', '.built')
  const sources = [
    'main',
    'preload',
    'renderer',
    'resources',
    'package-lock.json',
    'electron.vite.config.ts',
  ].map((path) => at(path))
  if (existsSync(built) && statSync(built).mtimeMs >= newest(...sources)) return
  console.error('Building Takt ...')
  need(run(node, [at('resources/build/build.mjs')], { cwd: root }))
  mkdirSync(at('out'), { recursive: true })
  writeFileSync(built, '')
}

install()
const node = node24()
if (!node) {
  console.error(
    `Takt needs Node 24; this is ${process.version} and node_modules/node is missing (were install scripts switched off?).`,
  )
  process.exit(1)
}
const [task = '', ...rest] = process.argv.slice(2)
const script = (name, ...args) => run(node, [at('resources/build', name), ...args], { cwd: root })
const vitest = (...args) =>
  run(
    node,
    [at('node_modules/vitest/vitest.mjs'), 'run', '--config', at('test/vitest.config.ts'), ...args],
    { cwd: root },
  )
// Hidden from `npm test`: these need servers that take minutes to build, and have commands of their own.
const everyday = ['unit', 'architecture', 'contract', 'journeys', 'electron'].flatMap((project) => [
  '--project',
  project,
])
const tasks = {
  build: () => script('build.mjs', ...rest),
  test: () => {
    buildIfStale()
    return vitest(...(rest.includes('--project') ? [] : everyday), ...rest)
  },
  // Optional: a real Trino with Iceberg, about 1 GB to fetch once; what it lacks is named and skipped.
  'test:lake': () => vitest('--project', 'lake', ...rest),
  'test:cluster': () => {
    const installed = run(node, [at('test/cluster/stack/install.mjs')], { cwd: root })
    // 77 is the customary "skipped": a machine without Go passes, unless it has been told that it must be able to.
    if (installed === 77 && !process.env.TAKT_REQUIRE_CLUSTER) return 0
    need(installed)
    buildIfStale()
    return vitest('--project', 'cluster', ...rest)
  },
  check: () => script('check.mjs', ...rest),
  audit: () => script('audit.mjs', ...rest),
  format: () =>
    run(
      node,
      [at('node_modules/prettier/bin/prettier.cjs'), '--write', '--log-level', 'warn', '.'],
      { cwd: root },
    ),
  start: () => {
    buildIfStale()
    return script('start.mjs', ...rest)
  },
  dev: () => script('dev.mjs', ...rest),
  // The command line runs where the caller stands, so that relative paths mean what they say.
  takt: () => {
    buildIfStale()
    return run(node, [at('out/main/cli.mjs'), ...rest], {
      cwd: process.env.INIT_CWD ?? process.cwd(),
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? at('out/.compiled'),
      },
    })
  },
  bench: () => {
    buildIfStale()
    return script('bench.mjs', ...rest)
  },
  package: () => {
    buildIfStale()
    return run(
      node,
      [
        at('node_modules/electron-builder/cli.js'),
        '--config',
        at('resources/build/electron-builder.yml'),
        ...rest,
      ],
      { cwd: root },
    )
  },
}
if (!tasks[task]) {
  console.error(`Unknown task "${task}". There are: ${Object.keys(tasks).join(', ')}.`)
  process.exit(2)
}
// Scripts called from here find Node 24 first, whatever the machine has.
process.env.PATH = `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`
process.exit(tasks[task]())
