import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = join(import.meta.dirname, '../..')

/** Builds the program of the drift threads as the product does, in a folder of its own. */
export async function buildDriftWorker(): Promise<{ script: URL; remove(): void }> {
  const folder = mkdtempSync(join(root, 'node_modules', '.drift-worker-'))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['@duckdb/node-api'] },
    build: {
      ssr: true,
      outDir: folder,
      target: 'node24',
      rolldownOptions: {
        input: join(root, 'main/capabilities/drift/drift-worker.ts'),
        external: ['@duckdb/node-api'],
        output: { format: 'es', entryFileNames: 'worker.mjs' },
      },
    },
  })
  return {
    script: pathToFileURL(join(folder, 'worker.mjs')),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
