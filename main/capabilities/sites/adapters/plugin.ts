import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { failure, type Failure } from '../../../../preload/contract/failures'
import type { Clock } from '../../../kernel/clock'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import { parseJson } from '../../../platform/kubernetes/failures'
import { redactText } from '../../../platform/log'
import type { Held, Identity } from '../broker'
import { clusterKey, digest, readNamed } from './file-identity'
import type { KubeCluster, KubeExec } from './kubeconfig'
import type { PluginPolicy } from './kuberc'
import { runProgram, STDERR_TAIL, troubleOf } from './run-program'

type Env = Readonly<Record<string, string | undefined>>
export interface PluginPorts {
  /** The variables of the machine, with those of the login shell once they are known. */
  env(): Env
  clock: Clock
  /** What kubectl's own settings say about plugins. */
  policy?: () => PluginPolicy
  /** Whether a person allowed the command with this hash. */
  allowed(hash: string): boolean
}

/** The program a plugin entry means, undefined where there is none. */
export function findProgram(command: string, env: Env): string | undefined {
  const runnable = (path: string) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  }
  if (isAbsolute(command)) return runnable(command) ? command : undefined
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : ['']
  const places = (env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => endings.map((ending) => join(folder, command + ending)))
  return places.find(runnable)
}

/** What a person consents to: this command line, these variables, and the program as it is now. Another program under the same name asks again. */
export function hashOf(exec: KubeExec, env: Env): string {
  const program = findProgram(exec.command, env)
  const hash = createHash('sha256').update(
    JSON.stringify([
      exec.command,
      program ?? '',
      exec.args,
      exec.env.map(({ name }) => name).sort(),
    ]),
  )
  if (program) hash.update(readFileSync(program))
  return hash.digest('hex')
}
export const commandLine = (exec: KubeExec): string =>
  redactText([exec.command, ...exec.args].join(' ')).slice(0, 500)

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
  const refused = ports.policy?.().refuses(exec.command, findProgram(exec.command, ports.env()))
  if (refused) return failure('PLUGIN_FORBIDDEN', { site, command: exec.command, ...refused })
  const hash = hashOf(exec, ports.env())
  return ports.allowed(hash)
    ? undefined
    : failure('PLUGIN_NEEDS_CONSENT', { site, command: commandLine(exec), hash })
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
      const objection = objectionTo(site, exec, ports)
      return objection ? fail(objection) : runPlugin(site, { exec, cluster }, ports)
    },
  }
}

async function runPlugin(
  site: string,
  { exec, cluster }: { exec: KubeExec; cluster: KubeCluster },
  { env: variablesOf, clock }: PluginPorts,
): Promise<Outcome<Held>> {
  const env = variablesOf()
  const command = commandLine(exec)
  const program = findProgram(exec.command, env)
  const failed = (stderr: string, exitCode?: number): { ok: false; failure: Failure } =>
    fail(
      failure('PLUGIN_FAILED', {
        site,
        command,
        stderr: redactText(stderr.trim()).slice(-STDERR_TAIL),
        ...(exitCode !== undefined && { exitCode }),
      }),
    )
  if (exec.interactiveMode === 'Always')
    return failed('it wants a terminal (interactiveMode: Always), which there is not here')
  if (!VERSIONS.includes(exec.apiVersion))
    return failed(
      `its entry asks for ${exec.apiVersion}, and only ${VERSIONS.join(' and ')} are known`,
    )
  if (!program)
    return failed(`${exec.command} was not found on the PATH. ${exec.installHint ?? ''}`)
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec.provideClusterInfo && { cluster: clusterInfo(cluster) }) },
  }
  const variables = {
    ...env,
    ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  }
  const ended = await runProgram({ program, args: exec.args, env: variables }, clock)
  const trouble = troubleOf(ended)
  if (trouble) return failed(trouble.says, trouble.exitCode)
  const held = heldFrom(ended.stdout, exec.apiVersion)
  return typeof held === 'string' ? failed(`${held} ${ended.stderr}`, 0) : succeed(held)
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
