import { z } from 'zod'
import type { Pod } from '../objects'

/** On a pod: what somebody began in its server, as JSON; a cell or a command that prints nothing until it ends. */
export const WORK = 'plant.takt.dev/work'
const Work = z.object({
  kind: z.enum(['cell', 'command']),
  name: z.string(),
  from: z.number(),
  until: z.number(),
})
export type SimulatedWork = z.infer<typeof Work>

/** Everything that was begun in a pod, whether it still runs or not. */
export function workOf(pod: Pod): SimulatedWork[] {
  const text = pod.metadata.annotations?.[WORK]
  return text === undefined ? [] : z.array(Work).parse(JSON.parse(text))
}
export const runningAt = (pod: Pod, at: number): SimulatedWork[] =>
  workOf(pod).filter(({ from, until }) => from <= at && at < until)
/** How long anything of it ran between two moments, in ms; what overlaps is counted once. */
export function workedMs(pod: Pod, from: number, to: number): number {
  let [sum, reached] = [0, from]
  for (const one of workOf(pod).toSorted((a, b) => a.from - b.from)) {
    const end = Math.min(one.until, to)
    sum += Math.max(0, end - Math.max(one.from, reached))
    reached = Math.max(reached, end)
  }
  return sum
}
/** The last thing that a server saw of work: a silent cell is seen when it begins and when it ends, and not in between. */
export const lastSeen = (pod: Pod, kind: SimulatedWork['kind'], now: number): number =>
  Math.max(
    0,
    ...workOf(pod)
      .filter((one) => one.kind === kind)
      .flatMap(({ from, until }) => [from, until])
      .filter((at) => at <= now),
  )
