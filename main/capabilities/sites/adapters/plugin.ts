import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { failure, type Failure } from '../../../../preload/contract/failures'
import type { Clock } from '../../../kernel/clock'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import { parseJson } from '../../../platform/kubernetes/failures'
import type { Credential, Credentials } from '../../../platform/kubernetes/transport'
import { redactText } from '../../../platform/log'
import type { KubeCluster, KubeExec } from './kubeconfig'

type Env = Readonly<Record<string, string | undefined>>
export interface PluginPorts {
  env: Env
  clock: Clock
  /** Whether a person allowed the command with this hash. */
  allowed(hash: string): boolean
}
const LIMIT_MS = 60_000
const MAX_OUTPUT = 1 << 20
const STDERR_TAIL = 2000
const EARLY_MS = 30_000

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
  const places = (env['PATH'] ?? '').split(delimiter).filter(Boolean).flatMap((folder) => endings.map((ending) => join(folder, command + ending)))
  return places.find(runnable)
}

/** What a person consents to: this command line, these variables, and the program as it is now. Another program under the same name asks again. */
export function hashOf(exec: KubeExec, env: Env): string {
  const program = findProgram(exec.command, env)
  const hash = createHash('sha256').update(JSON.stringify([exec.command, program ?? '', exec.args, exec.env.map(({ name }) => name).sort()]))
  if (program) hash.update(readFileSync(program))
  return hash.digest('hex')
}
export const commandLine = (exec: KubeExec): string => redactText([exec.command, ...exec.args].join(' ')).slice(0, 500)

const ExecCredential = z.object({
  kind: z.literal('ExecCredential'),
  status: z.object({ token: z.string().optional(), clientCertificateData: z.string().optional(), clientKeyData: z.string().optional(), expirationTimestamp: z.string().optional() }),
})

interface Held { credential: Credential; until: number }

/** Credentials made by a plugin: run only with consent, one at a time, and again shortly before they expire or when they were refused. */
export function pluginCredentials(site: string, { exec, cluster }: { exec: KubeExec; cluster: KubeCluster }, ports: PluginPorts): Credentials {
  let held: Held | undefined
  let running: Promise<Outcome<Held>> | undefined
  return {
    async get(signal) {
      if (held && held.until > ports.clock.now()) return succeed(held.credential)
      const hash = hashOf(exec, ports.env)
      if (!ports.allowed(hash)) return fail(failure('PLUGIN_NEEDS_CONSENT', { site, command: commandLine(exec), hash }))
      running ??= runPlugin(site, { exec, cluster }, ports).finally(() => { running = undefined })
      const outcome = await running
      signal?.throwIfAborted()
      if (!outcome.ok) return outcome
      held = outcome.value
      return succeed(held.credential)
    },
    refused() {
      const had = held !== undefined
      held = undefined
      return had
    },
  }
}

interface Ended { exitCode: number | null; stdout: string; stderr: string; late: boolean; error?: string }

async function runPlugin(site: string, { exec, cluster }: { exec: KubeExec; cluster: KubeCluster }, { env, clock }: PluginPorts): Promise<Outcome<Held>> {
  const command = commandLine(exec)
  const program = findProgram(exec.command, env)
  const failed = (stderr: string, exitCode?: number): { ok: false; failure: Failure } => fail(failure('PLUGIN_FAILED', { site, command, stderr: redactText(stderr.trim()).slice(-STDERR_TAIL), ...(exitCode !== undefined && { exitCode }) }))
  if (!program) return failed(`${exec.command} was not found on the PATH. ${exec.installHint ?? ''}`)
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...(exec.provideClusterInfo && { cluster: { server: cluster.server, 'certificate-authority-data': cluster['certificate-authority-data'] } }) } }
  const variables = { ...env, ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: JSON.stringify(info) }
  const ended = await run({ program, args: exec.args, env: variables }, clock)
  if (ended.late) return failed(`it did not end within ${LIMIT_MS / 1000} s and was stopped. ${ended.stderr}`)
  if (ended.error !== undefined || ended.exitCode !== 0) return failed(ended.stderr || (ended.error ?? ''), ended.exitCode ?? undefined)
  const held = heldFrom(ended.stdout)
  return held ? succeed(held) : failed('it did not print an ExecCredential', 0)
}

function heldFrom(stdout: string): Held | undefined {
  const parsed = ExecCredential.safeParse(parseJson(stdout))
  if (!parsed.success) return undefined
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = parsed.data.status
  const expires = Date.parse(expirationTimestamp ?? '')
  return {
    credential: { ...(token && { authorization: `Bearer ${token}` }), ...(clientCertificateData && { cert: clientCertificateData }), ...(clientKeyData && { key: clientKeyData }) },
    until: Number.isNaN(expires) ? Infinity : expires - EARLY_MS,
  }
}

function run({ program, args, env }: { program: string; args: string[]; env: Env }, clock: Clock): Promise<Ended> {
  return new Promise((resolve) => {
    // A group of its own, so that what a hanging plugin started goes with it.
    const child = spawn(program, args, { env: env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32', windowsHide: true })
    const over = new AbortController()
    let stdout = ''
    let stderr = ''
    let late = false
    const end = (exitCode: number | null, error?: string) => {
      over.abort()
      resolve({ exitCode, stdout, stderr, late, ...(error !== undefined && { error }) })
    }
    child.stdout.on('data', (piece: Buffer) => { if (stdout.length < MAX_OUTPUT) stdout += piece.toString() })
    child.stderr.on('data', (piece: Buffer) => { stderr = (stderr + piece.toString()).slice(-STDERR_TAIL) })
    child.once('error', (error) => end(null, error.message))
    child.once('close', (code) => end(code))
    clock.sleep(LIMIT_MS, over.signal).then(() => {
      late = true
      killGroup(child.pid, () => child.kill('SIGKILL'))
      end(null)
    }, () => undefined)
  })
}

function killGroup(pid: number | undefined, otherwise: () => void) {
  try {
    if (pid === undefined || process.platform === 'win32') return otherwise()
    process.kill(-pid, 'SIGKILL')
  } catch {
    otherwise()
  }
}
