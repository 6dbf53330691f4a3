import { invalid, type FieldFault } from '../../errors'

export const LEVELS = ['privileged', 'baseline', 'restricted'] as const
export type Level = (typeof LEVELS)[number]
export interface LevelVersion {
  level: Level
  version: string
}
export interface Policy {
  enforce: LevelVersion
  warn: LevelVersion
}
const PREFIX = 'pod-security.kubernetes.io/'
const MODES = ['enforce', 'audit', 'warn'] as const
const rank = (level: Level) => LEVELS.indexOf(level)
const isLevel = (text: string): text is Level => (LEVELS as readonly string[]).includes(text)
const isVersion = (text: string) => /^(latest|v1\.(0|[1-9]\d*))$/.test(text)
type Labels = Readonly<Record<string, string>>

const at = (key: string) => `metadata.labels[${key}]`
/** What is wrong with the labels of a namespace. */
export const labelFaults = (labels: Labels): FieldFault[] =>
  MODES.flatMap((mode) => {
    const [level, version] = [labels[`${PREFIX}${mode}`], labels[`${PREFIX}${mode}-version`]]
    return [
      ...(level !== undefined && !isLevel(level)
        ? [invalid(at(`${PREFIX}${mode}`), level, `must be one of ${LEVELS.join(', ')}`)]
        : []),
      ...(version !== undefined && !isVersion(version)
        ? [invalid(at(`${PREFIX}${mode}-version`), version, 'must be "latest" or "v1.x"')]
        : []),
    ]
  })

function modeOf(labels: Labels, mode: 'enforce' | 'warn', broken: Level): LevelVersion {
  const level = labels[`${PREFIX}${mode}`]
  const version = labels[`${PREFIX}${mode}-version`] ?? 'latest'
  return {
    level: level === undefined ? 'privileged' : isLevel(level) ? level : broken,
    version: isVersion(version) ? version : 'latest',
  }
}
/** What holds in a namespace with these labels. A level that cannot be read is enforced as the strictest, and warns of nothing. */
export function policyOf(labels: Labels): Policy {
  const enforce = modeOf(labels, 'enforce', 'restricted')
  const warn = modeOf(labels, 'warn', 'privileged')
  const silent = labels[`${PREFIX}warn`] === undefined && isLevel(labels[`${PREFIX}enforce`] ?? '')
  const raised = silent && rank(enforce.level) > rank(warn.level)
  if (!raised) return { enforce, warn }
  const version = labels[`${PREFIX}warn-version`] === undefined ? enforce.version : warn.version
  return { enforce, warn: { level: enforce.level, version } }
}
export const spoken = ({ level, version }: LevelVersion): string => `${level}:${version}`
/** Whether a change of what is enforced makes the server look at the pods that are there. */
export const isTightened = (before: LevelVersion, after: LevelVersion): boolean =>
  spoken(before) !== spoken(after) &&
  after.level !== 'privileged' &&
  (before.version !== after.version || rank(after.level) > rank(before.level))
