import { z } from 'zod'
import type { Environment } from '../../../preload/contract/records'
import { timestamp } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { getFromPod } from '../../platform/kubernetes/pod-request'
import { unlessForbidden } from '../../platform/kubernetes/refused'
import type { KubeClient } from '../../platform/kubernetes/types'
import { isIdle, mayPause } from './domain/idle'
import type { EnvironmentPorts } from './ports'

const EVERY_MS = 30_000
/** However fast a simulated site runs, it is not asked more often than this. */
const AT_LEAST_MS = 2_000
/** Environments whose time is over by the site's clock, still running. */
export const expired = (environments: Environment[], now: number): Environment[] =>
  environments.filter(
    ({ spec, meta }) =>
      spec.state === 'running' && meta.deleting !== true && Date.parse(spec.expiresAt) <= now,
  )

const Status = z.object({ last_activity: z.string() })
/** When somebody last worked in an environment, in ms since 1970, as Jupyter's status tells it; undefined where the tool does not tell. */
async function lastActivityOf(
  client: KubeClient,
  { meta, spec, status }: Environment,
  { ask, signal }: { ask: ReturnType<typeof unlessForbidden>; signal: AbortSignal },
): Promise<number | undefined> {
  if (!status.pod || !meta.namespace) return undefined
  const pod = { namespace: meta.namespace, name: status.pod }
  const answer = await ask(client, `ports of ${pod.namespace}`, () =>
    getFromPod(client, { pod, port: spec.tool.port, path: spec.tool.probePath }, signal),
  )
  const told = answer.ok
    ? z
        .string()
        .transform((text, context) => {
          try {
            return JSON.parse(text) as unknown
          } catch {
            context.addIssue('no JSON')
            return z.NEVER
          }
        })
        .pipe(Status)
        .safeParse(answer.value)
    : undefined
  return told?.success ? Date.parse(told.data.last_activity) || undefined : undefined
}

/** While somebody acts under the Lease, this long is left to them before a core sees to what is its own person's. */
const LEFT_TO_STEWARD_MS = 120_000
type Pause = (ref: { namespace: string; name: string }, why: string) => Promise<Outcome<unknown>>

/**
 * Pauses what has outlived its time or stands idle, as a journaled operation, while a core runs. Under the Lease that is everybody's; a core without
 * it pauses only what belongs to the signed-in person, and where `stewarded` says that somebody holds the Lease, only what they left undone.
 */
export function makeExpiry(
  ports: Pick<EnvironmentPorts, 'sites' | 'records' | 'clock' | 'log'>,
  pause: Pause,
  stewarded: (signal: AbortSignal) => Promise<boolean> = () => Promise.resolve(false),
) {
  const ending = new AbortController()
  const tried = new Set<string>()
  const ask = unlessForbidden()
  async function once({ meta, spec }: Environment, why: string) {
    const key = `${meta.uid} ${spec.expiresAt} ${why}`
    if (tried.has(key)) return
    tried.add(key)
    const done = await pause({ namespace: meta.namespace ?? '', name: meta.name }, why)
    if (!done.ok)
      ports.log.warn('An environment whose time is over could not be paused.', {
        environment: meta.name,
        code: done.failure.code,
      })
  }
  /** Everybody's environments while `mayAct` says so, else those of the signed-in person. */
  async function look(steward?: { mayAct(): boolean }) {
    const home = ports.sites.home()
    const known = ports.records.known('Environment')
    if (!home.ok || !known.live) return
    const who = await home.value.whoAmI(ending.signal)
    if (!who.ok) return
    const now = home.value.clock.now()
    const patience = !steward && (await stewarded(ending.signal)) ? LEFT_TO_STEWARD_MS : 0
    const mine = steward
      ? known.items
      : known.items.filter(({ spec }) => spec.owner === who.value.user)
    await pauseAll(home.value, mine, {
      now: now - patience,
      mayAct: () => steward?.mayAct() ?? true,
    })
  }
  async function pauseAll(
    home: KubeClient,
    environments: Environment[],
    { now, mayAct }: { now: number; mayAct(): boolean },
  ) {
    const over = expired(environments, now)
    for (const environment of over)
      if (mayAct()) await once(environment, `Its time ended ${environment.spec.expiresAt}`)
    for (const environment of mayPause(
      environments.filter((one) => !over.includes(one)),
      now,
    )) {
      const lastActivity = await lastActivityOf(home, environment, { ask, signal: ending.signal })
      if (lastActivity !== undefined && isIdle(environment, { lastActivity, now }) && mayAct())
        await once(environment, `Nobody worked in it since ${timestamp(lastActivity)}`)
    }
  }
  return {
    look,
    /** Looks every half minute of the site's time until the answer is called. */
    start() {
      const loop = async () => {
        for (;;) {
          const home = ports.sites.home()
          await Promise.all([
            (home.ok ? home.value.clock : ports.clock).sleep(EVERY_MS, ending.signal),
            ports.clock.sleep(AT_LEAST_MS, ending.signal),
          ])
          await look()
        }
      }
      loop().catch(() => undefined)
      return () => ending.abort()
    },
  }
}
