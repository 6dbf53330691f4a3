import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** The builds that electron.vite.config.ts declares; Node 24 reads TypeScript itself. */
export async function loadPrograms() {
  const { programs } = await import(join(root, 'electron.vite.config.ts'))
  return programs
}
