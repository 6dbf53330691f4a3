import { join } from 'node:path'
import type { Clock } from '../kernel/clock'
import { fileSink, makeLog, type Log } from '../platform/log'

/** Codes of a connection that broke or of a stream that was used after its end: Node has destroyed it by the time it says so. */
const OF_A_STREAM =
  /^(E(CONN(RESET|ABORTED|REFUSED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTCONN|MFILE)|(ERR_STREAM|ERR_HTTP|ERR_SSL|ERR_TLS|ERR_SOCKET|ERR_IPC|HPE|WS_ERR|UND_ERR)_\w+)$/

/** Whether an error says only that a connection or a stream broke, which harms nothing but its own work. */
export const isOfStream = (error: unknown): boolean =>
  error instanceof Error && OF_A_STREAM.test(String((error as NodeJS.ErrnoException).code ?? ''))

interface LastGuard {
  storeDir: string
  clock: Clock
  /** Ends the process so that whoever watches it starts another. */
  end(error: unknown): void
}
/**
 * What nobody caught. A broken connection and a promise that nobody waited for are written down and lived with. Any other thrown error
 * has cut some work off in the middle, so what is in memory may be half-done: the process ends, and the next one goes on from the journal.
 */
export function standGuard({ storeDir, clock, end }: LastGuard): void {
  let log: Log | undefined
  // Made when first needed: the store's folder may not be there yet.
  const write = (says: string, error: unknown) =>
    (log ??= makeLog(clock, fileSink(join(storeDir, 'takt.log')))).error(says, { error })
  process.on('uncaughtException', (error) => {
    if (isOfStream(error)) return write('A connection broke where nobody listened.', error)
    write('The process ends on an error that nobody caught.', error)
    end(error)
  })
  process.on('unhandledRejection', (error) =>
    write('Something failed that nobody waited for.', error),
  )
}
