import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { failure } from '../../../preload/contract/failures'
import type { Clock } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { Database } from './database'
import { privateFiles, privateFolder } from './private-files'
import { isFull } from './sqlite-errors'

/** A copy of the whole store as it was at one moment. */
export interface Backup {
  file: string
  /** In ms since 1970. */
  at: number
  bytes: number
}

const KEPT = 3
export const DAY_MS = 86_400_000
/** A store beyond this size is not copied: three copies of it would fill a disk. */
export const LARGEST_BACKUP_BYTES = 512 * 1024 ** 2
const NAME = /^takt-(\d{1,15})\.db$/
const folderOf = (storeFolder: string) => join(storeFolder, 'backups')

/** The copies of a store, newest first. */
export function listBackups(storeFolder: string): Backup[] {
  const folder = folderOf(storeFolder)
  const names = statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? readdirSync(folder)
    : []
  return names
    .flatMap((name) => {
      const at = NAME.exec(name)?.[1]
      if (at === undefined) return []
      const file = join(folder, name)
      return [{ file, at: Number(at), bytes: statSync(file).size }]
    })
    .toSorted((a, b) => b.at - a.at)
}

/** Copies the store by VACUUM INTO and forgets all but the newest three; undefined where it is too large to be copied. */
export function makeBackup(db: Database, storeFolder: string, at: number): Backup | undefined {
  if (sizeOf(db) > LARGEST_BACKUP_BYTES) return undefined
  const folder = folderOf(storeFolder)
  privateFolder(folder)
  const file = join(folder, `takt-${String(at)}.db`)
  // A copy that a crash cuts short never bears a backup's name.
  const part = join(folder, 'unfinished')
  rmSync(part, { force: true })
  db.run('VACUUM INTO ?', part)
  renameSync(part, file)
  privateFiles(folder)
  for (const old of listBackups(storeFolder).slice(KEPT)) rmSync(old.file, { force: true })
  return { file, at, bytes: statSync(file).size }
}

/** Copies the store at once. */
export function backUpNow(db: Database, storeFolder: string, at: number): Outcome<Backup> {
  if (!db.writable) return fail(failure('STORE_READ_ONLY', { file: db.file }))
  try {
    const made = makeBackup(db, storeFolder, at)
    return made ? succeed(made) : fail(tooLarge)
  } catch (error) {
    if (isFull(error)) return fail(failure('STORE_FULL', { file: db.file }))
    throw error
  }
}
const tooLarge = failure('NOT_SUPPORTED_HERE', {
  says: `The local store is larger than ${String(LARGEST_BACKUP_BYTES / 1024 ** 2)} MiB, so it is not copied.`,
  remedy: 'Close Takt and copy takt.db of its folder yourself.',
})

function sizeOf(db: Database): number {
  const pages = Number(db.one('PRAGMA page_count')?.['page_count'])
  return pages * Number(db.one('PRAGMA page_size')?.['page_size'])
}

const isDue = (storeFolder: string, now: number): boolean =>
  now - (listBackups(storeFolder)[0]?.at ?? -Infinity) >= DAY_MS

/** A copy holds everything else up for as long as it takes: whoever started Takt has the first answers by then. */
export const FIRST_COPY_AFTER_MS = 10_000
/** One copy a day for as long as the store is open; the first comes a little after opening, when nobody waits for it. */
export async function backUpDaily(
  db: Database,
  { storeFolder, clock, onFailure }: DailyBackup,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(FIRST_COPY_AFTER_MS, signal).catch(() => undefined)
  while (!signal.aborted && db.open) {
    try {
      if (isDue(storeFolder, clock.now())) makeBackup(db, storeFolder, clock.now())
    } catch (error) {
      onFailure(error)
    }
    await clock.sleep(HOUR_MS, signal).catch(() => undefined)
  }
}
const HOUR_MS = 3_600_000
interface DailyBackup {
  storeFolder: string
  clock: Clock
  /** A copy that failed, on a full disk say: the store itself goes on. */
  onFailure(error: unknown): void
}
