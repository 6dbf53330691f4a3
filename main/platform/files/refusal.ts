import type { Stats } from 'node:fs'
import type { FailureOf } from '../../../preload/contract/failures'

/** A file that was not read, and in words why. */
export type FileRefusal = { ok: false; failure: FailureOf<'FILE_UNREADABLE'>; missing: boolean }

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ELOOP: 'its links lead round in a circle',
  ENAMETOOLONG: 'its name is too long',
  ERR_INVALID_ARG_VALUE: 'no file can be called that',
  ENXIO: 'it is a socket or a device',
}
export const refusal = (file: string, cause: string, missing = false): FileRefusal => ({
  ok: false,
  failure: { code: 'FILE_UNREADABLE', data: { file, cause } },
  missing,
})
/** What the system said as a refusal. */
export function refusedBySystem(file: string, error: unknown): FileRefusal {
  const { code = '', message } = error as NodeJS.ErrnoException
  return refusal(file, CAUSES[code] ?? (code || message), code === 'ENOENT')
}

const size = (bytes: number): string =>
  bytes < 2 ** 20
    ? `${String(Math.ceil(bytes / 2 ** 10))} kB`
    : `${String(Math.round(bytes / 2 ** 20))} MB`

/** Why what a path names is not read: anything but a regular file may never end or never begin. Undefined where it may be. */
export function whyNotRegular(stats: Stats, mostBytes: number): string | undefined {
  if (stats.isDirectory()) return 'it is a folder'
  if (stats.isFIFO()) return 'it is a named pipe, which may never end'
  if (stats.isSocket()) return 'it is a socket'
  if (!stats.isFile()) return 'it is a device, which may never end'
  return stats.size > mostBytes
    ? `it has ${size(stats.size)}, and at most ${size(mostBytes)} are read here`
    : undefined
}
