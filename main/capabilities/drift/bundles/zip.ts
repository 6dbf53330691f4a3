import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { UnusableInput } from '../domain/failures'
import { damaged } from './refusals'

/** No bundle of ours comes near this; what claims or holds more is not opened. */
const MOST_BYTES = 256 * 2 ** 20
const MOST_FILES = 1100
const NAMES = /^(manifest\.json|(models\/\d{1,3}\/)?(about|profile|windows|scores|verdicts)\.json)$/

/** Unpacks in memory only, and only files that a bundle may have; sizes that do not hold what they claim are refused by the unpacker. */
export function unpack(
  bytes: Uint8Array,
  wanted: (name: string) => boolean = () => true,
): Map<string, string> {
  let total = 0,
    files = 0
  try {
    const found = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (
          name.includes('..') ||
          name.startsWith('/') ||
          name.includes('\\') ||
          name.includes(':')
        )
          throw damaged(`names a file outside itself: ${JSON.stringify(name.slice(0, 80))}.`)
        if (!NAMES.test(name))
          throw damaged(
            `holds a file that bundles do not have: ${JSON.stringify(name.slice(0, 80))}.`,
          )
        total += originalSize
        files += 1
        if (total > MOST_BYTES) throw damaged('would unpack to more than 256 MB.')
        if (files > MOST_FILES) throw damaged(`holds more than ${MOST_FILES} files.`)
        return wanted(name)
      },
    })
    return new Map(Object.entries(found).map(([name, content]) => [name, strFromU8(content)]))
  } catch (error) {
    throw error instanceof UnusableInput ? error : damaged('is cut short or is no bundle.')
  }
}

/** The same content is the same file: dates are fixed. */
export function pack(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const parts = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const)
  // What would not be opened is not written.
  if (parts.reduce((sum, [, { length }]) => sum + length, 0) > MOST_BYTES)
    throw new UnusableInput(
      'These models together would unpack to more than 256 MB.',
      'Save them as several bundles.',
    )
  return zipSync(Object.fromEntries(parts), { level: 9, mtime: '1980-01-02T00:00:00Z' })
}
