import { chanceOf, type Pod } from './objects'
import { programOf } from './runtime/images'
import { runningAt, workedMs } from './runtime/work'

/** On a pod: somebody works in it round the clock, so that its server is never idle: hours of a simulated site pass too quickly for office hours. */
export const WORKED_IN = 'plant.takt.dev/worked-in'
/** How the pod's GPUs are used where it is not told from its image: train, serve, notebook or idle. */
export const GPU_USE = 'plant.takt.dev/gpu-use'

const MINUTE = 60_000
const smooth = (text: string, at: number, period: number) => {
  const slot = Math.floor(at / period)
  const share = at / period - slot
  const eased = share * share * (3 - 2 * share)
  return (
    chanceOf(`${text}${String(slot)}`) * (1 - eased) +
    chanceOf(`${text}${String(slot + 1)}`) * eased
  )
}

/** The share of time one device of a pod is busy, 0 to 1, at a moment: the same whenever it is asked. */
export function busyShare(pod: Pod, device: string, at: number): number {
  const id = `${pod.metadata.uid ?? ''}${device}`
  const use = pod.metadata.annotations?.[GPU_USE] ?? usualUse(pod, at)
  switch (use) {
    case 'idle':
      return 0
    case 'train':
      return Math.min(
        0.995,
        0.84 +
          0.15 * smooth(id, at, 4 * MINUTE) -
          (smooth(`${id}dip`, at, MINUTE) > 0.97 ? 0.5 : 0),
      )
    case 'serve':
      return 0.12 + 0.5 * dayShape(at) * (0.7 + 0.3 * smooth(id, at, 3 * MINUTE))
    default:
      return smooth(`${id}burst`, at, 11 * MINUTE) > 0.45
        ? dayShape(at) * (0.25 + 0.6 * smooth(id, at, 2 * MINUTE))
        : 0
  }
}

function usualUse(pod: Pod, at: number): string {
  const program = programOf(pod)
  if (program === 'training' || runningAt(pod, at).length > 0) return 'train'
  // A notebook computes only for somebody who works in it.
  return program === 'jupyter' && pod.metadata.annotations?.[WORKED_IN] === undefined
    ? 'idle'
    : 'notebook'
}

const IDLE_CORES = 0.02
/** CPU seconds that a pod has used since its start, all cores together. */
export function cpuSeconds(pod: Pod, from: number, at: number): number {
  const cores = Number(pod.spec.containers[0]?.resources?.requests?.['cpu'] ?? 1) || 1
  const always =
    programOf(pod) === 'training' || pod.metadata.annotations?.[WORKED_IN] !== undefined
  const worked = always ? at - from : workedMs(pod, from, at)
  return ((at - from) * IDLE_CORES + worked * cores * 0.6) / 1000
}

// Quiet nights, busy office hours; in UTC, which is the clock of every site.
function dayShape(at: number): number {
  const hour = (at / 3_600_000) % 24
  return 0.15 + 0.85 * Math.max(0, Math.sin(((hour - 5) / 14) * Math.PI))
}

/** Memory of a device in use, in MiB, of the given whole. */
export function usedMemoryMib(
  pod: Pod,
  device: string,
  of: { totalMib: number; at: number },
): number {
  const base = 0.35 + 0.5 * chanceOf(`${pod.metadata.uid ?? ''}${device}memory`)
  return Math.round(of.totalMib * (busyShare(pod, device, of.at) > 0 ? base : 0.04))
}
