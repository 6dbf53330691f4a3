import { chanceOf, type Pod } from '../objects'

/** How long a pod that ends by itself runs, in seconds. */
export const RUN_SECONDS = 'plant.takt.dev/run-seconds'
/** How a pod fails: "error" or "oom", alone for every run or as "error x2" for the first two. */
export const FAILS = 'plant.takt.dev/fails'
/** How many pods of the same Job have failed before this one. */
export const ATTEMPT = 'plant.takt.dev/attempt'

const between = (low: number, high: number, of: string) =>
  Math.round(low + (high - low) * chanceOf(of))
const nameOf = (pod: Pod) => `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`

/** Attaching and mounting the volumes of a pod. */
export const mountMs = (pod: Pod) =>
  (pod.spec.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim)
    ? between(2_500, 6_000, `mount${nameOf(pod)}`)
    : between(500, 1_200, `mount${nameOf(pod)}`)

/** The init containers, one after the other. */
export const initMs = (pod: Pod) =>
  (pod.spec.initContainers ?? []).length * between(900, 2_600, `init${nameOf(pod)}`)

/** Sandbox, network and container start. */
export const startMs = (pod: Pod) => between(700, 1_600, `start${nameOf(pod)}`)

/** From the start of the containers until the readiness probes pass. */
export function readyMs(pod: Pod): number {
  return Math.max(
    0,
    ...pod.spec.containers.map((container) => {
      const probe = container.startupProbe ?? container.readinessProbe
      if (!probe) return 0
      const up = between(3_000, 9_000, `up${nameOf(pod)}${container.name}`)
      const first = (probe.initialDelaySeconds ?? 0) * 1000
      const period = Math.max(1, probe.periodSeconds ?? 10) * 1000
      return up <= first ? first : first + Math.ceil((up - first) / period) * period
    }),
  )
}

/** How long the containers of a pod run before they end by themselves; undefined for servers, which do not. */
export function runMs(pod: Pod): number | undefined {
  const given = Number(pod.metadata.annotations?.[RUN_SECONDS])
  if (Number.isFinite(given) && given >= 0 && pod.metadata.annotations?.[RUN_SECONDS])
    return given * 1000
  if (failureOf(pod)) return 20_000
  return pod.spec.restartPolicy === 'Never' || pod.spec.restartPolicy === 'OnFailure'
    ? between(120_000, 900_000, `run${nameOf(pod)}`)
    : undefined
}

/** How this run of a pod fails; undefined where it ends well. */
export function failureOf(pod: Pod): 'error' | 'oom' | undefined {
  const match = /^(error|oom)(?: x(\d+))?$/.exec(pod.metadata.annotations?.[FAILS] ?? '')
  if (!match) return undefined
  const runs =
    (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) +
    Number(pod.metadata.annotations?.[ATTEMPT] ?? 0)
  return match[2] === undefined || runs < Number(match[2])
    ? (match[1] as 'error' | 'oom')
    : undefined
}

/** The wait before the n-th restart: 10 s, doubled each time, five minutes at most. */
export const backOffMs = (restarts: number) => Math.min(300_000, 10_000 * 2 ** restarts)
