import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = join(import.meta.dirname, '../..')

/** Builds the program of the replay thread as the product does, in a folder of its own. */
export async function buildReplayWorker(): Promise<{ script: URL; remove(): void }> {
  const folder = mkdtempSync(join(root, 'node_modules', '.replay-worker-'))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: folder,
      target: 'node24',
      rolldownOptions: {
        input: join(root, 'main/capabilities/burst/replay-worker.ts'),
        output: { format: 'es', entryFileNames: 'worker.mjs' },
      },
    },
  })
  return {
    script: pathToFileURL(join(folder, 'worker.mjs')),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
