// Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that people can act on.
const BUSY = 5
const READONLY = 8
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOT_A_DATABASE = 26

const resultCode = (error: unknown): number =>
  typeof error === 'object' &&
  error !== null &&
  'errcode' in error &&
  typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : 0
const systemCode = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code

export const isBusy = (error: unknown) => resultCode(error) === BUSY
export const isFull = (error: unknown) =>
  resultCode(error) === FULL || systemCode(error) === 'ENOSPC'
/** The file, or the folder that its journal would lie in, may not be written by this person. */
export const isReadOnly = (error: unknown) =>
  [READONLY, CANTOPEN].includes(resultCode(error)) ||
  ['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')
/** A schema format that no SQLite knows has no code of its own. */
const hasUnknownFormat = (error: unknown) =>
  error instanceof Error && error.message.includes('unsupported file format')
export const isDamage = (error: unknown) =>
  [CORRUPT, NOT_A_DATABASE].includes(resultCode(error)) || hasUnknownFormat(error)
