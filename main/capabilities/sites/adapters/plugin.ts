import { z } from 'zod'
import { failure, type Failure } from '../../../../preload/contract/failures'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import { parseJson } from '../../../platform/kubernetes/failures'
import type { Held, Identity } from '../broker'
import { clusterKey, digest, readNamed } from './file-identity'
import type { KubeCluster, KubeExec } from './kubeconfig-files'
import type { PluginPolicy } from './kuberc'
import type { ProgramCall, Programs } from '../programs/programs'
import { findProgram } from '../programs/what-runs'
import { failedBy, troubleOf } from './run-program'

export interface PluginPorts {
  /** The variables of the machine, with those of the login shell once they are known. */
  env(): Readonly<Record<string, string | undefined>>
  /** What kubectl's own settings say about plugins. */
  policy?: () => PluginPolicy
  programs: Programs
}

/** A plugin entry as a program to show and to run. */
export const callOf = (site: string, exec: KubeExec): ProgramCall => ({
  kind: 'exec plugin',
  of: site,
  command: exec.command,
  args: exec.args,
  variables: exec.env,
  also: [exec.apiVersion, exec.provideClusterInfo === true],
})

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
const ExecCredential = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: z.string().min(1).optional(),
    clientCertificateData: z.string().min(1).optional(),
    clientKeyData: z.string().min(1).optional(),
    expirationTimestamp: z.string().optional(),
  }),
})

/** Why a plugin may not run at all: kubectl's policy, or a person who has not allowed it yet; undefined where it may. */
export function objectionTo(site: string, exec: KubeExec, ports: PluginPorts): Failure | undefined {
  const refused = forbidden(site, exec, ports)
  if (refused) return refused
  const { allowed, hash, command } = ports.programs.state(callOf(site, exec))
  return allowed ? undefined : failure('PLUGIN_NEEDS_CONSENT', { site, command, hash })
}
function forbidden(site: string, exec: KubeExec, ports: PluginPorts): Failure | undefined {
  const refused = ports.policy?.().refuses(exec.command, findProgram(exec.command, ports.env()))
  return refused && failure('PLUGIN_FORBIDDEN', { site, command: exec.command, ...refused })
}

/** Credentials made by a plugin: run only with consent and where the policy allows it, for at most a minute. */
export function pluginIdentity(
  site: string,
  { exec, cluster }: { exec: KubeExec; cluster: KubeCluster },
  ports: PluginPorts,
): Identity {
  return {
    key: digest('exec', clusterKey(cluster), exec),
    name: exec.command,
    mayPrompt: true,
    renewable: true,
    async obtain() {
      const refused = forbidden(site, exec, ports)
      return refused ? fail(refused) : runPlugin(site, { exec, cluster }, ports)
    },
  }
}

async function runPlugin(
  site: string,
  { exec, cluster }: { exec: KubeExec; cluster: KubeCluster },
  { env, programs }: PluginPorts,
): Promise<Outcome<Held>> {
  const wanting = unfit(exec)
  if (wanting !== undefined) return failedBy(site, exec.command, { says: wanting })
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec.provideClusterInfo && { cluster: clusterInfo(cluster) }) },
  }
  const variables = {
    ...env(),
    ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  }
  const ran = await programs.run(callOf(site, exec), variables)
  const command = ran.shown.words.join(' ')
  if ('asks' in ran)
    return fail(failure('PLUGIN_NEEDS_CONSENT', { site, command, hash: ran.shown.hash }))
  if ('missing' in ran)
    return failedBy(site, command, {
      says: `${exec.command} was not found on the PATH. ${exec.installHint ?? ''}`,
    })
  const trouble = 'trouble' in ran ? { says: ran.trouble } : troubleOf(ran.ended)
  if (trouble) return failedBy(site, command, trouble)
  if (!('ended' in ran)) return failedBy(site, command, { says: '' })
  const held = heldFrom(ran.ended.stdout, exec.apiVersion)
  return typeof held === 'string'
    ? failedBy(site, command, { says: `${held} ${ran.ended.stderr}`, exitCode: 0 })
    : succeed(held)
}
/** What an entry asks for that there is not here; undefined where all of it can be had. */
function unfit({ interactiveMode, apiVersion }: KubeExec): string | undefined {
  if (interactiveMode === 'Always')
    return 'it wants a terminal (interactiveMode: Always), which there is not here'
  return VERSIONS.includes(apiVersion)
    ? undefined
    : `its entry asks for ${apiVersion}, and only ${VERSIONS.join(' and ')} are known`
}

function clusterInfo(cluster: KubeCluster) {
  const ca = readNamed(cluster['certificate-authority'], cluster['certificate-authority-data'])
  return {
    server: cluster.server,
    ...(cluster['tls-server-name'] && { 'tls-server-name': cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] && { 'insecure-skip-tls-verify': true }),
    ...(ca.ok &&
      ca.value && { 'certificate-authority-data': Buffer.from(ca.value).toString('base64') }),
    ...(cluster['proxy-url'] && { 'proxy-url': cluster['proxy-url'] }),
    config: null,
  }
}

/** What a plugin printed, or in words why it is no credential. */
function heldFrom(stdout: string, apiVersion: string): Held | string {
  const parsed = ExecCredential.safeParse(parseJson(stdout))
  if (!parsed.success) return 'it did not print an ExecCredential'
  if (parsed.data.apiVersion !== apiVersion)
    return `it printed ${parsed.data.apiVersion} where ${apiVersion} was asked for`
  const {
    token,
    clientCertificateData: cert,
    clientKeyData: key,
    expirationTimestamp,
  } = parsed.data.status
  if (!token && !cert) return 'it printed neither a token nor a certificate'
  if (Boolean(cert) !== Boolean(key))
    return 'it printed a certificate without its key, or a key without its certificate'
  const until = expirationTimestamp === undefined ? Infinity : Date.parse(expirationTimestamp)
  if (Number.isNaN(until)) return 'it printed an expirationTimestamp that is no instant'
  return {
    credential: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(cert && { cert }),
      ...(key && { key }),
    },
    until,
  }
}
