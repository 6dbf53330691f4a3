import type { AwsCredentialIdentity } from '@aws-sdk/types'
import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import type { ProgramToRun } from '../../../../preload/contract/programs'
import type { Outcome } from '../../../kernel/outcome'
import { fail, succeed } from '../../../kernel/outcome'
import { parseJson } from '../../../platform/kubernetes/failures'
import type { Presence } from '../presence'
import type { ProgramCall, Programs } from '../programs/programs'
import { failedBy, troubleOf } from './run-program'

export interface ProcessPorts {
  env(): Readonly<Record<string, string | undefined>>
  ready(): Promise<void>
  presence: Presence
  programs: Programs
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
  constructor(ports: ProcessPorts) {
    this.#ports = ports
  }

  state(profile: string, command: string): { command: string; hash: string; allowed: boolean } {
    return this.#ports.programs.state(callOf(profile, command))
  }
  /** Exactly what a profile's program would run. */
  describe(profile: string, command: string): ProgramToRun {
    return this.#ports.programs.describe(callOf(profile, command))
  }
  /** Remembers a consent, if it is to something that was shown. */
  async consent(hash: string | undefined): Promise<Outcome<void>> {
    await this.#ports.ready()
    return this.#ports.programs.consent(hash)
  }
  async run(profile: string, command: string): Promise<Outcome<AwsCredentialIdentity>> {
    const { ready, programs, presence, env } = this.#ports
    await ready()
    const call = callOf(profile, command)
    const { allowed, hash, command: shown } = programs.state(call)
    if (!allowed)
      return fail(failure('PLUGIN_NEEDS_CONSENT', { site: profile, command: shown, hash }))
    if (presence.away())
      return fail(failure('SIGN_IN_WAITS', { site: profile, identity: `AWS profile ${profile}` }))
    const ran = await programs.run(call, env())
    if ('asks' in ran)
      return fail(
        failure('PLUGIN_NEEDS_CONSENT', { site: profile, command: shown, hash: ran.shown.hash }),
      )
    if ('missing' in ran)
      return failedBy(profile, shown, { says: `${call.command} was not found on the PATH.` })
    const trouble = 'trouble' in ran ? { says: ran.trouble } : troubleOf(ran.ended)
    if (trouble) return failedBy(profile, shown, trouble)
    const keys = 'ended' in ran ? keysIn(ran.ended.stdout) : undefined
    return keys
      ? succeed(keys)
      : failedBy(profile, shown, { says: 'it did not print credentials of version 1', exitCode: 0 })
  }
}
const callOf = (profile: string, line: string): ProgramCall => {
  const [command = '', ...args] = wordsOf(line)
  return { kind: 'credential_process', of: profile, command, args, variables: [] }
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
