import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../store'

/** Folders of a test, all gone after it. */
export function scratchFolders() {
  const made: string[] = []
  return {
    make(): string {
      const folder = mkdtempSync(join(tmpdir(), 'takt-store-'))
      made.push(folder)
      return folder
    },
    clear() {
      for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The store of a folder that opens as a matter of course. */
export function openFolder(folder: string): Store {
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  return opened.value
}
