import type { Clock } from '../../kernel/clock'
import type { Database } from './database'
import { StoreDamagedError } from './database'
import { storeTables } from './salvage'

/** Walks one table after the other, letting others work in between; true where a page is damaged. */
export async function findDamage(
  db: Database,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { table } of storeTables()) {
    await clock.sleep(PAUSE_MS, signal).catch(() => undefined)
    if (signal.aborted || !db.open) return false
    if (isTableDamaged(db, table)) return true
  }
  return false
}
const PAUSE_MS = 200

function isTableDamaged(db: Database, table: string): boolean {
  try {
    const isSound = db.one(`PRAGMA quick_check(${table})`)?.['quick_check'] === 'ok'
    if (!isSound) db.markDamaged()
    return !isSound
  } catch (error) {
    if (error instanceof StoreDamagedError) return true
    throw error
  }
}
