import type { Failure } from '../../preload/contract/failures'
import { storeHandlers } from '../capabilities/system'
import { timestamp } from '../kernel/clock'
import { os, whole } from '../platform/contract'
import { listBackups, openStore, recoverStore, savedCopies } from '../platform/store'
import { fail, succeed } from '../kernel/outcome'
import type { ComposeOptions } from './options'
import { backupsOf } from './own-store'

/**
 * The core of a store that is damaged: it tells what can be saved and begins again with what a person chooses. Everything else is refused
 * with what happened, and nothing is written before.
 */
export function troubled(options: ComposeOptions, trouble: Failure) {
  const { clock, storeDir, version, host } = options
  const startedAt = timestamp(clock.now())
  const file = trouble.code === 'STORE_DAMAGED' ? trouble.data.file : storeDir
  const hello = () => ({
    version,
    node: process.version,
    host,
    platform: `${process.platform} ${process.arch}`,
    pid: process.pid,
    startedAt,
    store: storeDir,
  })
  const {
    store,
    recoverStore: recover,
    backups,
  } = storeHandlers(os.system, {
    health: () => ({
      state: 'damaged',
      file,
      saved: savedCopies(storeDir),
      backups: listBackups(storeDir),
    }),
    backups: () => backupsOf(storeDir),
    backUp: () => fail(trouble),
    recover(choice) {
      // Somebody else may have chosen meanwhile, in another window or at the command line: a sound store is never set aside.
      const recovered = isSound(options)
        ? succeed({ setAside: '', rows: 0 })
        : recoverStore(storeDir, choice, clock.now())
      if (!recovered.ok) return fail(recovered.failure)
      options.restart?.()
      return recovered
    },
  })
  const router = whole(
    { system: { hello: os.system.hello.handler(hello), store, backups, recoverStore: recover } },
    () => trouble,
  )
  return { router, started: Promise.resolve(), close: () => Promise.resolve() }
}

function isSound({ storeDir, clock }: ComposeOptions): boolean {
  const opened = openStore(storeDir, { pid: process.pid, now: () => clock.now() })
  if (opened.ok) opened.value.close()
  return opened.ok
}
