import { resumed, type Unattended } from './domain/facts'
import type { OperationKind } from './ports'
import type { Live, Runner, RunnerPorts } from './runner'

export interface ResumePorts extends RunnerPorts {
  /** Calls back when a site may have become reachable; the answer stops it. */
  onSites(listener: () => void): () => void
  /** Why what began by itself may not go on by itself now, once that is known; undefined where it may. Without this port nothing of that kind goes on. */
  mayGoOn?(on: Unattended, signal: AbortSignal): Promise<string | undefined>
}

/** Goes on with one operation after a restart: what a person began at once, what began by itself only if it still may. */
export async function resumeOne(
  ports: ResumePorts,
  { runner, live, drive }: { runner: Runner; live: Live; drive(live: Live): void },
): Promise<void> {
  const { unattended, state } = live.facts
  if (unattended !== undefined && state === 'running') {
    live.progress = { detail: 'Asks whether it may still go on by itself.' }
    const why = ports.mayGoOn
      ? await ports.mayGoOn(unattended, runner.closing).catch(unlessClosing(runner.closing))
      : 'nothing acts by itself here.'
    live.progress = undefined
    // Cancelled meanwhile, or closing: somebody else has decided.
    if (live.facts.state !== 'running' || runner.closing.aborted) return
    if (why !== undefined) {
      if (runner.overtake(live, why).ok) drive(live)
      return
    }
  }
  const { facts, says } = resumed(live.facts)
  if (!runner.save(live, facts).ok) live.facts = facts
  runner.note(live, says)
  drive(live)
}

// Whoever closes has ended the wait: nothing is decided, and the next start asks again.
const unlessClosing =
  (closing: AbortSignal) =>
  (error: unknown): undefined => {
    if (!closing.aborted) throw error
  }

/** Every site that an operation works on, its own first. */
export function sitesOf(
  kinds: ReadonlyMap<string, OperationKind<unknown>>,
  { facts }: Live,
): string[] {
  const kind = kinds.get(facts.kind)
  const input = kind?.input.safeParse(facts.input)
  return [
    ...new Set([facts.site, ...(kind?.sites && input?.success ? kind.sites(input.data) : [])]),
  ]
}
// After a start nothing is connected yet: an interrupted operation waits for its sites instead of failing at once.
export function whenReachable(
  { client, onSites }: ResumePorts,
  { live, sites }: { live: Live; sites: string[] },
  go: () => void,
) {
  const missing = () => sites.find((site) => !client(site).ok)
  const tell = (site: string) => {
    live.progress = { detail: `Waits for ${site} to be connected.` }
  }
  const first = missing()
  if (first === undefined) return go()
  tell(first)
  const stop = onSites(() => {
    const site = missing()
    if (site !== undefined) return tell(site)
    stop()
    go()
  })
}
