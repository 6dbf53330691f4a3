import { failure } from '../../preload/contract/failures'
import type { RecoveryChoice } from '../../preload/contract/system'
import { storeHandlers } from '../capabilities/system'
import type { Clock } from '../kernel/clock'
import { fail, succeed, type Outcome } from '../kernel/outcome'
import { os } from '../platform/contract'
import {
  heldByCopies,
  listBackups,
  openStore,
  restoreWanted,
  wantRestore,
  type Recovered,
  type Store,
} from '../platform/store'
import type { Services } from './options'

/** Opens the store, after putting a copy in its place where somebody chose to go back to one. */
export function openStoreAnew(storeDir: string, clock: Clock): Outcome<Store> {
  const open = () => openStore(storeDir, { pid: process.pid, now: () => clock.now() })
  restoreWanted(storeDir, {
    now: clock.now(),
    isFree: () => {
      const opened = open()
      if (opened.ok) opened.value.close()
      return opened.ok || opened.failure.code !== 'STORE_IN_USE'
    },
  })
  return open()
}

interface Around extends Pick<Services, 'operations' | 'clock'> {
  restart: (() => void) | undefined
}
/** How the store of this core is, its copies, and the way back to one of them. */
export const ownStore = (store: Store, around: Around) =>
  storeHandlers(os.system, {
    health: () => ({
      state: store.writable ? 'sound' : 'read-only',
      file: store.file,
      saved: [],
      backups: listBackups(store.folder),
    }),
    backups: () => backupsOf(store.folder),
    backUp: () => store.backUp(around.clock.now()),
    recover: (choice) => goBack(store, choice, around),
  })
/** Every copy with what it holds. */
export function backupsOf(folder: string) {
  const held = heldByCopies(folder)
  return listBackups(folder).map((copy) => {
    const rows = held.find(({ at }) => at === copy.at)?.rows
    return { ...copy, ...(rows && { rows }) }
  })
}

function goBack(
  { folder, writable }: Store,
  choice: RecoveryChoice,
  { operations, restart }: Around,
): Outcome<Recovered> {
  if (choice.kind !== 'backup')
    return refused(
      'The local store is sound.',
      'There is nothing to recover; a copy can be restored.',
    )
  if (!restart || !writable)
    return refused(
      'This Takt cannot begin again by itself.',
      'Close it and run takt store recover --copy.',
    )
  // What runs would go on in the cluster and be unknown to the journal that comes back.
  if (operations.list().some(({ state }) => ACTIVE.includes(state)))
    return refused('An operation is running.', 'Wait for its end, or cancel it, then restore.')
  const wanted = wantRestore(folder, choice.at)
  if (!wanted.ok) return wanted
  restart()
  const rows = wanted.value.rows.reduce((sum, one) => sum + one.rows, 0)
  return succeed({ setAside: folder, rows })
}
const ACTIVE = ['running', 'cancelling', 'undoing']
const refused = (says: string, remedy: string) =>
  fail(failure('NOT_SUPPORTED_HERE', { says, remedy }))
