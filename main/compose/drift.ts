import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { makeBacklog } from '../capabilities/backlog'
import { Drift, driftHandlers, inlineDesk, registerGate, s3Reader, threadDesk, watchDue, type Desk } from '../capabilities/drift'
import type { makeWorklog } from '../capabilities/flow'
import { os } from '../platform/contract'
import type { Vault } from '../platform/secrets/vault'
import type { Services } from './options'

interface More { worklog: ReturnType<typeof makeWorklog>; backlog: ReturnType<typeof makeBacklog>; vault: Vault }

/** Drift, counted and scored on threads; the program of those threads lies beside the core's. */
export function drifting(services: Services & More, script = new URL('./drift-worker.mjs', import.meta.url)) {
  // Run from its sources there is no built program; the work is then done in place.
  const desk = (): Desk => (existsSync(fileURLToPath(script)) ? threadDesk(script) : inlineDesk())
  const service = new Drift({ ...services, counting: desk(), reading: desk(), localUser: userName(), objects: s3Reader(), recordCheck: (check, signal) => services.backlog.recordDrift(check, signal) })
  registerGate(service)
  return {
    handlers: driftHandlers(os.drift, service), service, close: () => service.close(),
    /** Scores what is due; for whoever acts by the clock. */
    watchDue: (signal?: AbortSignal) => watchDue(service, signal),
  }
}

function userName(): string {
  try { return userInfo().username } catch { return 'somebody' }
}
