import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { failure, type SavedCopy } from '../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { heldByCopies, restoreCopy, type Recovered } from './recovery'

const wantedFile = (folder: string) => join(folder, 'restore-wanted.json')
const Wanted = z.object({ at: z.number() })

/** Notes that the store is to go back to a copy. It is done by the next opening, for a store that is held cannot be put away. */
export function wantRestore(folder: string, at: number): Outcome<SavedCopy> {
  const copy = heldByCopies(folder).find((one) => one.at === at)
  if (!copy) return fail(failure('NOT_FOUND', { kind: 'Backup', name: String(at) }))
  writeFileSync(wantedFile(folder), JSON.stringify({ at }), { mode: 0o600 })
  return succeed(copy)
}
/**
 * Puts the copy that somebody chose in the place of the store, which is set aside. The note goes last: an end in between begins again with the
 * same copy, which is harmless.
 */
export function restoreWanted(
  folder: string,
  { now, isFree }: { now: number; isFree: () => boolean },
): Outcome<Recovered> | undefined {
  const note = wantedFile(folder)
  if (!existsSync(note)) return undefined
  const wanted = Wanted.safeParse(parsed(readFileSync(note, 'utf8')))
  if (wanted.success && !isFree()) return undefined
  const restored = wanted.success ? restoreCopy(folder, wanted.data.at, now) : undefined
  rmSync(note, { force: true })
  return restored
}
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
