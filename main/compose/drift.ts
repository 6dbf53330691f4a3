import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { makeBacklog } from '../capabilities/backlog'
import {
  Drift,
  driftHandlers,
  inlineDesk,
  registerGate,
  s3Reader,
  threadDesk,
  watchDue,
  type Desk,
} from '../capabilities/drift'
import type { makeWorklog } from '../capabilities/flow'
import { os } from '../platform/contract'
import type { Vault } from '../platform/secrets/vault'
import type { Services } from './options'

interface More {
  worklog: ReturnType<typeof makeWorklog>
  backlog: ReturnType<typeof makeBacklog>
  vault: Vault
}

/** Drift, counted and scored on threads; the program of those threads lies beside the core's. */
export function drifting(
  services: Services & More,
  script = new URL('./drift-worker.mjs', import.meta.url),
) {
  // Run from its sources there is no built program; the work is then done in place.
  const desk = (): Desk => (existsSync(fileURLToPath(script)) ? threadDesk(script) : inlineDesk())
  const service = new Drift({
    ...services,
    counting: desk(),
    reading: desk(),
    localUser: userName(),
    objects: s3Reader(),
    recordCheck: (check, signal) => services.backlog.recordDrift(check, signal),
  })
  registerGate(service)
  return {
    handlers: driftHandlers(os.drift, service),
    service,
    close: () => service.close(),
    /** Scores windows whose time has come, as long as this machine is on: what it watches is known to it alone. */
    run(): () => Promise<void> {
      const ending = new AbortController(),
        { clock, log } = services
      const loop = async () => {
        while (!ending.signal.aborted) {
          await clock.sleep(EVERY_MS, ending.signal)
          await watchDue(service, ending.signal).catch((error: unknown) => {
            if (!ending.signal.aborted) log.error('What is due could not be scored.', { error })
          })
        }
      }
      const ended = loop().catch(() => undefined)
      return () => {
        ending.abort()
        return ended
      }
    },
  }
}
const EVERY_MS = 60_000

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'somebody'
  }
}
