import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import type { InlineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string }

/** What one program that runs under Node or Electron is made of. */
interface NodeProgram {
  input: string
  outDir: string
  format: 'cjs' | 'es'
  target: string
}

// Each program is a build of its own: with several inputs in one build the bundler may make one entry import, and so start, another.
const nodePrograms: Record<
  | 'shell'
  | 'preload'
  | 'core'
  | 'web'
  | 'web-core'
  | 'cli'
  | 'cli-core'
  | 'cli-drift'
  | 'drift-worker'
  | 'replay-worker'
  | 'kubeconfig-worker',
  NodeProgram
> = {
  shell: { input: 'main/shell.ts', outDir: 'out/main', format: 'cjs', target: 'node16.17' },
  preload: { input: 'preload/index.ts', outDir: 'out/preload', format: 'cjs', target: 'chrome108' },
  core: { input: 'main/core.ts', outDir: 'out/main', format: 'es', target: 'node24' },
  // Holds the port and the sessions, and starts the core that follows it again when it dies.
  web: { input: 'main/web.ts', outDir: 'out/main', format: 'es', target: 'node24' },
  'web-core': { input: 'main/web-core.ts', outDir: 'out/main', format: 'es', target: 'node24' },
  // Chooses between the two that follow, so that what needs no core does not load it.
  cli: { input: 'main/cli.ts', outDir: 'out/main', format: 'es', target: 'node24' },
  'cli-core': { input: 'main/cli-core.ts', outDir: 'out/main', format: 'es', target: 'node24' },
  'cli-drift': { input: 'main/cli-drift.ts', outDir: 'out/main', format: 'es', target: 'node24' },
  // A thread of core and cli that reads, sorts and compares one column at a time.
  'drift-worker': {
    input: 'main/capabilities/drift/drift-worker.ts',
    outDir: 'out/main',
    format: 'es',
    target: 'node24',
  },
  // A thread of core that plays months of jobs under many policies while everything else goes on.
  'replay-worker': {
    input: 'main/capabilities/burst/replay-worker.ts',
    outDir: 'out/main',
    format: 'es',
    target: 'node24',
  },
  // A thread of core and cli that reads kubeconfigs of any length while calls are answered.
  'kubeconfig-worker': {
    input: 'main/capabilities/sites/adapters/kubeconfig-worker.ts',
    outDir: 'out/main',
    format: 'es',
    target: 'node24',
  },
}

const nodeBuild = (name: string, { input, outDir, format, target }: NodeProgram): InlineConfig => ({
  root: at('.'),
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  // Everything is bundled but Electron itself and DuckDB, whose native library has to lie beside its module.
  ssr: { noExternal: true, external: ['@duckdb/node-api'] },
  define: { __TAKT_VERSION__: JSON.stringify(version) },
  resolve: { conditions: ['node', 'import', 'module', 'default'] },
  build: {
    ssr: true,
    outDir: at(outDir),
    emptyOutDir: false,
    target,
    minify: false,
    sourcemap: true,
    license: { fileName: `licenses-${name}.json` },
    rolldownOptions: {
      input: at(input),
      external: ['electron', '@duckdb/node-api'],
      output: {
        format,
        codeSplitting: false,
        entryFileNames: `[name].${format === 'cjs' ? 'cjs' : 'mjs'}`,
      },
    },
  },
})

export const page: InlineConfig = {
  root: at('renderer'),
  configFile: false,
  logLevel: 'warn',
  plugins: [react()],
  build: {
    outDir: at('out/renderer'),
    emptyOutDir: true,
    target: 'chrome108',
    assetsInlineLimit: 0,
    license: { fileName: 'licenses-page.json' },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 3000,
  },
}

/** The programs of the product, each with its own build. */
export const programs: Record<string, InlineConfig> = {
  ...Object.fromEntries(
    Object.entries(nodePrograms).map(([name, program]) => [name, nodeBuild(name, program)]),
  ),
  page,
}
