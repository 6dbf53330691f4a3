/** The levels of the Pod Security Standards, the widest first. */
export const POD_SECURITY_LEVELS = ['privileged', 'baseline', 'restricted'] as const
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number]

const ENFORCE = 'pod-security.kubernetes.io/enforce'
/** Rules of one version, so that an upgrade of the cluster stops no work; a server that is older takes its newest. */
const VERSION = 'v1.34'
/** Why a namespace may hold pods that level baseline forbids, who said so and when: JSON, written by a lead's plan alone. */
export const POD_SECURITY_EXCEPTION = 'takt.dev/pod-security-exception'

export const podSecurityLabels = (
  level: PodSecurityLevel = 'baseline',
): Record<string, string> => ({ [ENFORCE]: level, [`${ENFORCE}-version`]: VERSION })

const isLevel = (text: string | undefined): text is PodSecurityLevel =>
  POD_SECURITY_LEVELS.some((level) => level === text)
/** What a namespace with these labels enforces; without any, nothing: what the server was told for all of them is not seen here. */
export function enforcedLevel(labels: Readonly<Record<string, string>>): PodSecurityLevel {
  const level = labels[ENFORCE]
  return isLevel(level) ? level : 'privileged'
}
