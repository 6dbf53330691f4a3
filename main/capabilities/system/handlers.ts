import { withEventMeta } from '@orpc/server'
import { z } from 'zod'
import {
  ShippedComponent,
  type Backup,
  type RecoveryChoice,
  type StoreHealth,
} from '../../../preload/contract/system'
import { timestamp, type Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { answer, type Implementer } from '../../platform/contract'
import { MOST_BYTES, readRegularText } from '../../platform/files'
import type { Recovered } from '../../platform/store'
import { diagnose, type DiagnosticsPorts } from './diagnostics'

export interface SystemPorts extends DiagnosticsPorts {
  clock: Clock
  hello: {
    version: string
    host: 'desktop' | 'web' | 'command-line' | 'test'
    platform: string
    pid: number
    startedAt: number
    store: string
  }
}
const BEAT_MS = 1000

/** What is shipped of others, as the build noted it; a program that was not built knows of nothing. */
export const noticeHandlers = (os: Implementer['system'], file: string) => ({
  notices: os.notices.handler(async () => {
    const read = await readRegularText(file, { mostBytes: MOST_BYTES.manifest })
    const parsed = z.array(ShippedComponent).safeParse(read.ok ? JSON.parse(read.value) : [])
    if (!parsed.success)
      throw new Error(`${file} does not list what is shipped`, { cause: parsed.error })
    return parsed.data
  }),
})

export interface StorePorts {
  health(): StoreHealth
  backups(): Backup[]
  backUp(): Outcome<Omit<Backup, 'rows'>>
  recover(choice: RecoveryChoice): Outcome<Recovered>
}
/** How the local store is and, where it is damaged, a way to begin again. */
export const storeHandlers = (
  os: Implementer['system'],
  { health, backups, backUp, recover }: StorePorts,
) => ({
  store: os.store.handler(() => health()),
  backups: os.backups.handler(() => backups()),
  backUp: os.backUp.handler(() => answer(backUp())),
  recoverStore: os.recoverStore.handler(({ input }) => answer(recover(input))),
})

export const systemHandlers = (os: Implementer['system'], ports: SystemPorts) => ({
  hello: os.hello.handler(() => ({
    ...ports.hello,
    node: ports.node,
    startedAt: timestamp(ports.hello.startedAt),
  })),
  diagnostics: os.diagnostics.handler(({ signal }) => diagnose(ports, signal)),
  heartbeat: os.heartbeat.handler(({ signal, lastEventId }) =>
    beats(ports, { after: Number(lastEventId ?? 0), signal }),
  ),
})

async function* beats(
  { clock, hello: { pid } }: SystemPorts,
  { after, signal }: { after: number; signal: AbortSignal | undefined },
) {
  for (let beat = (Number.isSafeInteger(after) ? after : 0) + 1; !signal?.aborted; beat++) {
    yield withEventMeta({ beat, pid }, { id: String(beat) })
    await clock.sleep(BEAT_MS, signal).catch(() => undefined)
  }
}
