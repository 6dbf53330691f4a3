import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Makes a folder that nobody else may look into, whatever was there before; one that belongs to somebody else is left as it is. */
export function privateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  tighten(folder, 0o700)
}

/** Takes everybody else's rights from every file of a store's folder. */
export function privateFiles(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) tighten(join(folder, entry.name), 0o600)
  }
}

function tighten(path: string, mode: number) {
  if (process.platform === 'win32') return
  if ((statSync(path).mode & 0o777) === mode) return
  try {
    chmodSync(path, mode)
  } catch {
    // A store on a read-only disk or of another owner cannot be changed; it can still be read.
  }
}

export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
