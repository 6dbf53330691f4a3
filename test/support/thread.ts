import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = join(import.meta.dirname, '../..')

/** Builds the program of a thread as the product does, in a folder of its own. */
export async function buildThread(input: string): Promise<{ script: URL; remove(): void }> {
  const folder = mkdtempSync(join(root, 'node_modules', '.thread-'))
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
        input: join(root, input),
        output: { format: 'es', entryFileNames: 'worker.mjs' },
      },
    },
  })
  return {
    script: pathToFileURL(join(folder, 'worker.mjs')),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
