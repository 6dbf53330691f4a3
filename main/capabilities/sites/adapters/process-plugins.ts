import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AwsCredentialIdentity } from '@aws-sdk/types'
import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import type { Clock } from '../../../kernel/clock'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import { parseJson } from '../../../platform/kubernetes/failures'
import { redactText } from '../../../platform/log'
import type { Presence } from '../presence'
import { findProgram } from './plugin'
import { runProgram, STDERR_TAIL, troubleOf } from './run-program'

type Env = Readonly<Record<string, string | undefined>>
export interface ProcessPorts {
  env(): Env
  ready(): Promise<void>
  clock: Clock
  presence: Presence
  allowed(hash: string): boolean
  allow(hash: string): Outcome<void>
}
const Printed = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().optional(),
  Expiration: z.string().optional(),
})

/** Programs that AWS profiles name to make keys (credential_process): run with the same consent as plugins, and without a shell. */
export class ProcessPlugins {
  readonly #ports: ProcessPorts
  readonly #offered = new Set<string>()
  constructor(ports: ProcessPorts) {
    this.#ports = ports
  }

  describe(command: string): { command: string; hash: string; allowed: boolean } {
    const hash = this.#hash(command)
    this.#offered.add(hash)
    return { command: redactText(command).slice(0, 500), hash, allowed: this.#ports.allowed(hash) }
  }
  /** Remembers a consent, if it is to something that was shown. */
  async consent(hash: string | undefined): Promise<Outcome<void>> {
    await this.#ports.ready()
    return hash !== undefined && this.#offered.has(hash) && !this.#ports.allowed(hash)
      ? this.#ports.allow(hash)
      : succeed(undefined)
  }
  async run(profile: string, command: string): Promise<Outcome<AwsCredentialIdentity>> {
    await this.#ports.ready()
    const { hash, command: shown, allowed } = this.describe(command)
    if (!allowed)
      return fail(failure('PLUGIN_NEEDS_CONSENT', { site: profile, command: shown, hash }))
    if (this.#ports.presence.away())
      return fail(failure('SIGN_IN_WAITS', { site: profile, identity: `AWS profile ${profile}` }))
    const failed = (stderr: string, exitCode?: number) =>
      fail(
        failure('PLUGIN_FAILED', {
          site: profile,
          command: shown,
          stderr: redactText(stderr.trim()).slice(-STDERR_TAIL),
          ...(exitCode !== undefined && { exitCode }),
        }),
      )
    const [name = '', ...args] = wordsOf(command)
    const program = findProgram(name, this.#ports.env())
    if (!program) return failed(`${name} was not found on the PATH.`)
    const ended = await runProgram({ program, args, env: this.#ports.env() }, this.#ports.clock)
    const trouble = troubleOf(ended)
    if (trouble) return failed(trouble.says, trouble.exitCode)
    const keys = keysIn(ended.stdout)
    return keys ? succeed(keys) : failed('it did not print credentials of version 1', 0)
  }
  #hash(command: string): string {
    const program = findProgram(wordsOf(command)[0] ?? '', this.#ports.env())
    const hash = createHash('sha256').update(
      JSON.stringify(['credential_process', command, program ?? '']),
    )
    if (program) hash.update(readFileSync(program))
    return hash.digest('hex')
  }
}

function keysIn(stdout: string): AwsCredentialIdentity | undefined {
  const printed = Printed.safeParse(parseJson(stdout))
  if (!printed.success) return undefined
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration,
  } = printed.data
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    ...(Expiration && { expiration: new Date(Expiration) }),
  }
}

/** The words of a command line, quotes understood and nothing expanded. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double?.replace(/\\(.)/g, '$1') ?? single ?? plain ?? '',
  )
