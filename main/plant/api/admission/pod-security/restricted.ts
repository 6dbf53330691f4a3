import { isRecord, listAt, recordAt } from '../../cluster'
import {
  addedCapabilities,
  BASELINE,
  capabilities,
  hostPathVolumes,
  seccompProfile,
  seccompType,
} from './baseline'
import {
  bad,
  containersNamed,
  nameOf,
  plural,
  quoted,
  security,
  setOf,
  setters,
  type Check,
  type Fields,
} from './pod'

const isWindows = (spec: Fields) => recordAt(spec, 'os')?.['name'] === 'windows'

const allowPrivilegeEscalation: Check = ({ spec, containers }) => {
  const own = containers.filter(
    (container) => security(container)?.['allowPrivilegeEscalation'] !== false,
  )
  return own.length === 0 || isWindows(spec)
    ? undefined
    : {
        reason: 'allowPrivilegeEscalation != false',
        detail: `${containersNamed(own)} must set securityContext.allowPrivilegeEscalation=false`,
      }
}
const restrictedCapabilities: Check = ({ spec, containers }) => {
  if (isWindows(spec)) return undefined
  const keeping = containers.filter(
    (container) => !listAt(container, 'securityContext', 'capabilities', 'drop').includes('ALL'),
  )
  const refused = (container: Fields) =>
    addedCapabilities(container).filter((one) => one !== 'NET_BIND_SERVICE')
  const adding = containers.filter((container) => refused(container).length > 0)
  const details = [
    ...(keeping.length > 0
      ? [`${containersNamed(keeping)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(adding.length > 0
      ? [
          `${containersNamed(adding)} must not include ${quoted(setOf(adding.flatMap(refused)))} in securityContext.capabilities.add`,
        ]
      : []),
  ]
  return details.length === 0
    ? undefined
    : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const ALLOWED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]
const restrictedVolumes: Check = ({ spec }) => {
  const own = listAt({ spec }, 'spec', 'volumes')
    .filter(isRecord)
    .filter((volume) => !ALLOWED_VOLUMES.some((type) => volume[type] !== undefined))
  const types = setOf(
    own.map((volume) => Object.keys(volume).find((field) => field !== 'name') ?? 'unknown'),
  )
  return own.length === 0
    ? undefined
    : {
        reason: 'restricted volume types',
        detail: `${plural('volume', 'volumes', own.length)} ${quoted(own.map(nameOf))} ${plural('uses', 'use', own.length)} ${plural('restricted volume type', 'restricted volume types', types.length)} ${quoted(types)}`,
      }
}
const runAsNonRoot: Check = (pod) => {
  const reason = 'runAsNonRoot != true'
  const who = setters(bad(pod, (context) => context['runAsNonRoot'] === false))
  if (who !== undefined)
    return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` }
  const silent =
    security(pod.spec)?.['runAsNonRoot'] === true
      ? []
      : pod.containers.filter((one) => security(one)?.['runAsNonRoot'] === undefined)
  return silent.length === 0
    ? undefined
    : {
        reason,
        detail: `pod or ${containersNamed(silent)} must set securityContext.runAsNonRoot=true`,
      }
}
const runAsUser: Check = (pod) => {
  const who = setters(bad(pod, (context) => context['runAsUser'] === 0))
  return who === undefined
    ? undefined
    : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` }
}
const restrictedSeccomp: Check = (pod) => {
  if (isWindows(pod.spec)) return undefined
  const set = seccompProfile(pod)
  if (set) return set
  const typeOf = (one: Fields) => seccompType(security(one) ?? {})
  const silent =
    typeOf(pod.spec) === undefined ? pod.containers.filter((one) => typeOf(one) === undefined) : []
  return silent.length === 0
    ? undefined
    : {
        reason: 'seccompProfile',
        detail: `pod or ${containersNamed(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      }
}

/** Checks of level baseline that a stricter one stands for. */
const REPLACED: readonly Check[] = [capabilities, hostPathVolumes, seccompProfile]
/** The checks of level restricted: what is left of baseline, then its own. */
export const RESTRICTED: readonly Check[] = [
  ...BASELINE.filter((check) => !REPLACED.includes(check)),
  allowPrivilegeEscalation,
  restrictedCapabilities,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  restrictedSeccomp,
]
