import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

export type PartName = 'kueue' | 'moto' | 'rclone' | 'slapd' | 'prometheus'
/** Where a part of the stack lies, or what this machine lacked when it was to be installed. */
export type Part = { folder: string; lacks?: undefined } | { lacks: string; folder?: undefined }

/** Asks the installer, without installing anything. */
export function part(name: PartName): Part {
  return JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, 'install.mjs'), '--part', name], {
      encoding: 'utf8',
    }),
  ) as Part
}

/** The folder of a part; an error that names what is missing where there is none. */
export function folderOf(name: PartName): string {
  const found = part(name)
  if (found.folder === undefined) throw new Error(`the tests need ${found.lacks}`)
  return found.folder
}

/** What of these cannot be had here, for the name of a skipped suite; undefined where all is there. */
export const lacking = (...names: PartName[]): string | undefined => {
  const missing = names.map((name) => part(name).lacks).filter((each) => each !== undefined)
  return missing.length > 0 ? missing.join('; ') : undefined
}
