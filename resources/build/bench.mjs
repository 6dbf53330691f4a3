// Runs test/bench/NAME/bench.ts, built like the product so that what is measured is what ships.
import { existsSync, readdirSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'vite'
import { loadPrograms, root } from './programs.mjs'

const [name, ...args] = process.argv.slice(2)
const folder = join(root, 'test/bench')
const known = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'bench.ts')))
  .map((entry) => entry.name)
if (!name || !known.includes(name)) {
  console.error(`Which benchmark? There are: ${known.join(', ')}.`)
  process.exit(2)
}
const { web } = await loadPrograms()
const outDir = join(root, 'out/bench')
/** The bench itself, and the small programs that it starts beside itself: `NAME/some-child.ts` becomes `NAME.some-child.mjs`. */
const entries = Object.fromEntries(
  readdirSync(join(folder, name))
    .filter((file) => file === 'bench.ts' || file.endsWith('-child.ts'))
    .map((file) => [file === 'bench.ts' ? name : `${name}.${file.slice(0, -3)}`, file]),
)
for (const [entry, file] of Object.entries(entries))
  await build({
    ...web,
    ssr: {
      ...web.ssr,
      external: ['@duckdb/node-api', 'playwright', '@sparticuz/chromium', 'electron'],
    },
    build: {
      ...web.build,
      outDir,
      emptyOutDir: false,
      rolldownOptions: {
        ...web.build.rolldownOptions,
        input: { [entry]: join(folder, name, file) },
        external: ['electron', '@duckdb/node-api', 'playwright', '@sparticuz/chromium'],
      },
    },
  })
const { status } = spawnSync(
  process.execPath,
  ['--expose-gc', join(outDir, `${name}.mjs`), ...args],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TAKT_ROOT: root } },
)
process.exit(status ?? 1)
