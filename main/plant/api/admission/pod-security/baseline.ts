import { isRecord, listAt, recordAt, textAt } from '../../cluster'
import {
  bad,
  containersNamed,
  nameOf,
  plural,
  quoted,
  security,
  setOf,
  setters,
  textsAt,
  type Check,
  type Fields,
  type PodFacts,
} from './pod'

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const appArmorType = (context: Fields) => textAt(context, 'appArmorProfile', 'type')
const appArmorIsBad = (type: string) => type !== 'RuntimeDefault' && type !== 'Localhost'
const appArmorProfile: Check = (pod) => {
  const own = bad(pod, (context) => appArmorIsBad(appArmorType(context) ?? 'Localhost'))
  const annotations = Object.entries(pod.annotations)
    .filter(
      ([key, value]) =>
        key.startsWith(APPARMOR_ANNOTATION) &&
        !/^(|runtime\/default|localhost\/.*)$/.test(String(value)),
    )
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort()
  const values = [
    ...setOf(textsAt(pod, 'appArmorProfile', 'type').filter(appArmorIsBad)),
    ...annotations,
  ]
  const who = [
    ...(setters(own) === undefined ? [] : [setters(own)]),
    ...(annotations.length > 0 ? [plural('annotation', 'annotations', annotations.length)] : []),
  ]
  return who.length === 0
    ? undefined
    : {
        reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length),
        detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
      }
}

const ALLOWED_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])
export const addedCapabilities = (container: Fields): string[] =>
  listAt(container, 'securityContext', 'capabilities', 'add').map(String)
export const capabilities: Check = ({ containers }) => {
  const refused = (container: Fields) =>
    addedCapabilities(container).filter((one) => !ALLOWED_CAPABILITIES.has(one))
  const own = containers.filter((container) => refused(container).length > 0)
  return own.length === 0
    ? undefined
    : {
        reason: 'non-default capabilities',
        detail: `${containersNamed(own)} must not include ${quoted(setOf(own.flatMap(refused)))} in securityContext.capabilities.add`,
      }
}
const hostNamespaces: Check = ({ spec }) => {
  const own = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true)
  return own.length === 0
    ? undefined
    : { reason: 'host namespaces', detail: own.map((field) => `${field}=true`).join(', ') }
}
export const hostPathVolumes: Check = ({ spec }) => {
  const own = listAt({ spec }, 'spec', 'volumes')
    .filter(isRecord)
    .filter((volume) => volume['hostPath'] !== undefined)
  return own.length === 0
    ? undefined
    : {
        reason: 'hostPath volumes',
        detail: `${plural('volume', 'volumes', own.length)} ${quoted(own.map(nameOf))}`,
      }
}
const hostPorts: Check = ({ containers }) => {
  const ports = (container: Fields) =>
    listAt(container, 'ports').flatMap((port) => {
      const found = isRecord(port) ? port['hostPort'] : undefined
      return typeof found === 'number' && found !== 0 ? [String(found)] : []
    })
  const own = containers.filter((container) => ports(container).length > 0)
  const all = setOf(own.flatMap(ports))
  return own.length === 0
    ? undefined
    : {
        reason: 'hostPort',
        detail: `${containersNamed(own)} ${plural('uses', 'use', own.length)} ${plural('hostPort', 'hostPorts', all.length)} ${all.join(', ')}`,
      }
}

const PROBES = [['livenessProbe'], ['readinessProbe'], ['startupProbe']]
const HOOKS = [
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
]
const hostsOf = (container: Fields): string[] =>
  [...PROBES, ...HOOKS].flatMap((path) =>
    ['httpGet', 'tcpSocket'].flatMap((how) => textAt(container, ...path, how, 'host') || []),
  )
const hostProbes: Check = ({ containers }) => {
  const own = containers.filter((container) => hostsOf(container).length > 0)
  const hosts = setOf(own.flatMap(hostsOf))
  const names = setOf(own.map(nameOf))
  return own.length === 0
    ? undefined
    : {
        reason: 'probe or lifecycle host',
        detail: `${plural('container', 'containers', names.length)} ${quoted(names)} ${plural('uses', 'use', names.length)} ${plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length)} ${quoted(hosts)}`,
      }
}
const privileged: Check = ({ containers }) => {
  const own = containers.filter((container) => security(container)?.['privileged'] === true)
  return own.length === 0
    ? undefined
    : {
        reason: 'privileged',
        detail: `${containersNamed(own)} must not set securityContext.privileged=true`,
      }
}
const procMount: Check = ({ containers }) => {
  const typeOf = (container: Fields) => textAt(container, 'securityContext', 'procMount')
  const own = containers.filter((container) => (typeOf(container) ?? 'Default') !== 'Default')
  return own.length === 0
    ? undefined
    : {
        reason: 'procMount',
        detail: `${containersNamed(own)} must not set securityContext.procMount to ${quoted(setOf(own.flatMap((one) => typeOf(one) ?? [])))}`,
      }
}

const SELINUX_TYPES = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
])
const selinux = (context: Fields, field: string) => textAt(context, 'seLinuxOptions', field) ?? ''
const selinuxIsBad = (context: Fields) =>
  !SELINUX_TYPES.has(selinux(context, 'type')) ||
  selinux(context, 'user') !== '' ||
  selinux(context, 'role') !== ''
function selinuxFaults(pod: PodFacts): string[] {
  const types = setOf(
    textsAt(pod, 'seLinuxOptions', 'type').filter((type) => !SELINUX_TYPES.has(type)),
  )
  const sets = (field: string) => textsAt(pod, 'seLinuxOptions', field).some((text) => text !== '')
  return [
    ...(types.length > 0 ? [`${plural('type', 'types', types.length)} ${quoted(types)}`] : []),
    ...(sets('user') ? ['user may not be set'] : []),
    ...(sets('role') ? ['role may not be set'] : []),
  ]
}
const seLinuxOptions: Check = (pod) => {
  const who = setters(bad(pod, selinuxIsBad))
  return who === undefined
    ? undefined
    : {
        reason: 'seLinuxOptions',
        detail: `${who} set forbidden securityContext.seLinuxOptions: ${selinuxFaults(pod).join('; ')}`,
      }
}
const seccompIsBad = (type: string) => type !== 'Localhost' && type !== 'RuntimeDefault'
export const seccompType = (context: Fields): string | undefined =>
  recordAt(context, 'seccompProfile') && (textAt(context, 'seccompProfile', 'type') ?? '')
export const seccompProfile: Check = (pod) => {
  const who = setters(bad(pod, (context) => seccompIsBad(seccompType(context) ?? 'Localhost')))
  const values = setOf(textsAt(pod, 'seccompProfile', 'type').filter(seccompIsBad))
  return who === undefined
    ? undefined
    : {
        reason: 'seccompProfile',
        detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
      }
}

const SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
])
const sysctls: Check = ({ spec }) => {
  const own = listAt(spec, 'securityContext', 'sysctls')
    .flatMap((one) => textAt(one, 'name') ?? [])
    .filter((name) => !SYSCTLS.has(name))
  return own.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: own.join(', ') }
}
const windowsHostProcess: Check = (pod) => {
  const who = setters(
    bad(pod, (context) => recordAt(context, 'windowsOptions')?.['hostProcess'] === true),
  )
  return who === undefined
    ? undefined
    : {
        reason: 'hostProcess',
        detail: `${who} must not set securityContext.windowsOptions.hostProcess=true`,
      }
}

/** The checks of level baseline in the order in which a server names them, that of their ids. */
export const BASELINE: readonly Check[] = [
  appArmorProfile,
  capabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinuxOptions,
  seccompProfile,
  sysctls,
  windowsHostProcess,
]
