import { sameValue } from '../../../kernel/exact-json'
import { groupKind, instantOf, isPlain, listAt, plainAt, textAt, type Plain, type Raw } from './raw'

const REVISION = 'deployment.kubernetes.io/revision'
const CAUSE = 'kubernetes.io/change-cause'
const HASH = 'pod-template-hash'
const SETS = { group: 'apps', version: 'v1', plural: 'replicasets' }
const CONTROLLER_REVISIONS = { group: 'apps', version: 'v1', plural: 'controllerrevisions' }
/** Where a kind's controller keeps the templates of before. */
export const KEPT_IN: Record<string, typeof SETS> = {
  'apps/Deployment': SETS,
  'apps/StatefulSet': CONTROLLER_REVISIONS,
  'apps/DaemonSet': CONTROLLER_REVISIONS,
}
export const canRollBack = (raw: Raw): boolean => KEPT_IN[groupKind(raw)] !== undefined

/** The pod template of an object or of what keeps an earlier one, without what the controller put into its copy. */
export function templateOf(raw: Raw): Plain {
  const { $patch: _patch, ...template } =
    raw.kind === 'ControllerRevision'
      ? plainAt(raw, 'data', 'spec', 'template')
      : plainAt(raw, 'spec', 'template')
  const { creationTimestamp, labels, ...rest } = plainAt(template, 'metadata')
  const own = isPlain(labels) ? Object.entries(labels).filter(([name]) => name !== HASH) : []
  return {
    ...template,
    metadata: {
      ...rest,
      ...(typeof creationTimestamp === 'string' && { creationTimestamp }),
      ...(own.length > 0 && { labels: Object.fromEntries(own) }),
    },
  }
}
export const sameTemplate = (a: Raw, b: Raw): boolean => sameValue(templateOf(a), templateOf(b))

/** One earlier template, or the one of now. */
export interface KeptTemplate {
  raw: Raw
  name: string
  revision: number
  at: string
  images: string[]
  cause: string | undefined
  current: boolean
}

function numberOf(raw: Raw): number {
  const number = Number(
    raw.kind === 'ControllerRevision' ? raw['revision'] : raw.metadata.annotations?.[REVISION],
  )
  return Number.isInteger(number) ? number : 0
}
/** What the controller of an object kept of its templates, the newest first. */
export function keptTemplates(of: Raw, holders: Raw[]): KeptTemplate[] {
  const own = holders.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === of.metadata.uid),
  )
  const newestFirst = own.sort((a, b) => numberOf(b) - numberOf(a))
  const now = newestFirst.find((raw) => sameTemplate(raw, of))
  return newestFirst.flatMap((raw): KeptTemplate[] => {
    const { name, creationTimestamp = '' } = raw.metadata
    if (numberOf(raw) === 0 || instantOf(creationTimestamp) === undefined) return []
    const images = listAt(templateOf(raw), 'spec', 'containers').flatMap(
      (container) => textAt(container, 'image') ?? [],
    )
    return [
      {
        raw,
        name,
        revision: numberOf(raw),
        at: creationTimestamp,
        images,
        cause: raw.metadata.annotations?.[CAUSE],
        current: raw === now,
      },
    ]
  })
}

/** Lists of named things as things by name, so that a difference tells the field and not the whole list. */
export const byName = (object: Plain): Plain =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, named(value)]))
function named(value: unknown): unknown {
  if (isPlain(value)) return byName(value)
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    !value.every(
      (one): one is Plain & { name: string } => isPlain(one) && typeof one['name'] === 'string',
    )
  )
    return value
  return byName(Object.fromEntries(value.map(({ name, ...rest }) => [name, rest])))
}
