import { ORPCError } from '@orpc/client'
import type { Command } from 'commander'
import { ZodError } from 'zod'
import { explain } from '../../../preload/contract/explain'
import { carriedFailure, parseFailure, type Failure } from '../../../preload/contract/failures'
import { AnswerUnreadable, CoreGone } from '../local/link'
import type { LocalClient } from '../local/socket'
import { sayError } from './output'

/** What the process answers when it ends; documented in the help. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  forbidden: 4,
  unreachable: 5,
  conflict: 6,
  blocked: 7,
  failed: 8,
  interrupted: 130,
} as const

export interface Session {
  client: LocalClient
  close(): Promise<void>
  attached: boolean
  /** Settles with the reason when the core that was attached to answers no more. */
  gone?: Promise<Error>
}
/** Attaches to the core that owns the store, else starts one in this process. */
export type OpenSession = (storeDir: string | undefined, signal: AbortSignal) => Promise<Session>
export interface GlobalOptions {
  json?: boolean
  store?: string
}

/** Ends a command early with one of the documented codes. */
export class Stop extends Error {
  readonly code: string = 'STOPPED'
  constructor(
    readonly exitCode: number,
    message: string,
    readonly remedy?: string,
  ) {
    super(message)
  }
}
/** A command that ended because there was nobody to answer it any more. */
class BrokenOff extends Stop {
  override readonly code: 'CORE_GONE' | 'ANSWER_UNREADABLE'
  constructor(code: BrokenOff['code'], message: string, remedy: string) {
    super(EXIT.unreachable, message, remedy)
    this.code = code
  }
}
const usage = new Set<Failure['code']>([
  'INVALID',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'SITE_UNKNOWN',
  'NAME_NOT_TYPED',
  'FILE_UNREADABLE',
  'KUBECONFIG_UNREADABLE',
  'REFUSED_BY_CLUSTER',
])
const unreachable = new Set<Failure['code']>([
  'CLUSTER_UNREACHABLE',
  'CLUSTER_TIMED_OUT',
  'CLUSTER_UNTRUSTED',
  'CLUSTER_ANSWER_UNREADABLE',
  'CLUSTER_BUSY',
  'SITE_NOT_CONNECTED',
  'NO_HOME_SITE',
])
const forbidden = new Set<Failure['code']>([
  'FORBIDDEN',
  'CREDENTIAL_REFUSED',
  'PLUGIN_NEEDS_CONSENT',
])
const conflict = new Set<Failure['code']>([
  'CONFLICT',
  'PLAN_IS_STALE',
  'PLAN_UNKNOWN',
  'STORE_IN_USE',
  'OBJECT_BUSY',
  'STORE_NEWER',
  'STORE_DAMAGED',
])
const blocked = new Set<Failure['code']>([
  'PLAN_IS_BLOCKED',
  'QUOTA_EXCEEDED',
  'CLUSTER_NOT_PREPARED',
  'OPERATION_NOT_POSSIBLE',
  'MAY_NOT_ACT',
])

export function exitCodeOf(code: Failure['code']): number {
  if (usage.has(code)) return EXIT.usage
  if (unreachable.has(code)) return EXIT.unreachable
  if (forbidden.has(code)) return EXIT.forbidden
  if (conflict.has(code)) return EXIT.conflict
  return blocked.has(code) ? EXIT.blocked : EXIT.failed
}

/** The contract's failure behind an error, if it is one. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof ORPCError) return parseFailure(error.code, error.data) ?? invalidInput(error)
  // A core in this process that could not start, or whose store turned out damaged, carries its failure itself.
  return carriedFailure(error)
}
/** oRPC reports an input that does not fit its schema in its own way. */
function invalidInput(error: ORPCError<string, unknown>): Failure | undefined {
  if (error.code !== 'BAD_REQUEST') return undefined
  const issues =
    (error.data as { issues?: { path?: PropertyKey[]; message: string }[] } | undefined)?.issues ??
    []
  return {
    code: 'INVALID',
    data: {
      issues: issues.map(({ path, message }) => ({
        path: (path ?? []).map(String).join('.'),
        says: message,
      })),
    },
  }
}

/** Options that fit no schema were refused before the core was asked. */
function badOption(error: unknown): Failure | undefined {
  if (!(error instanceof ZodError)) return undefined
  return {
    code: 'INVALID',
    data: {
      issues: error.issues.map(({ path, message }) => ({
        path: path.map(String).join('.'),
        says: message,
      })),
    },
  }
}

/** Runs one command against a core and ends the process with a documented code, the failure in words or as JSON. */
export const withCore =
  (open: OpenSession, run: (client: LocalClient, context: CommandContext) => Promise<void>) =>
  async (...args: unknown[]) => {
    const command = args.at(-1) as Command
    const options = command.optsWithGlobals<GlobalOptions>()
    const interrupted = new AbortController()
    const onSignal = () => interrupted.abort(new Stop(EXIT.interrupted, 'Interrupted.'))
    process.once('SIGINT', onSignal)
    let session: Session | undefined
    const begun: BegunOperation[] = []
    try {
      session = await open(options.store, interrupted.signal)
      const running = run(session.client, {
        args: args.slice(0, -2) as string[],
        options: command.optsWithGlobals(),
        json: options.json === true,
        signal: interrupted.signal,
        begun,
      })
      // Whatever a command waits for, a core that is gone does not bring it any more.
      await (session.gone ? Promise.race([running, session.gone.then(fails)]) : running)
    } catch (error) {
      process.exitCode = report(brokenOff(error, begun), options.json === true)
    } finally {
      process.off('SIGINT', onSignal)
      await session?.close()
    }
  }
export interface CommandContext {
  args: string[]
  options: Record<string, unknown>
  json: boolean
  signal: AbortSignal
  /** What this command has asked a core to do and not seen the end of. */
  begun: BegunOperation[]
}
export interface BegunOperation {
  title: string
  /** Undefined while it is not known whether the core took it. */
  operationId?: string
}

const fails = (why: Error): never => {
  throw why
}
/** What a command says that was broken off because the core is gone: an operation that had begun is in its journal, and the next core goes on with it. */
function brokenOff(error: unknown, begun: readonly BegunOperation[]): unknown {
  if (error instanceof AnswerUnreadable)
    return new BrokenOff(
      'ANSWER_UNREADABLE',
      `What the core answered cannot be read. ${knownOf(begun)}`,
      'The core that runs may be of another version: close it, and run the command again.',
    )
  if (!(error instanceof CoreGone)) return error
  return new BrokenOff(
    'CORE_GONE',
    `The core ended before it answered. ${knownOf(begun)}`,
    begun.length > 0
      ? 'Look with takt operation list; only what is not there has to be asked for again.'
      : 'Run the command again; takt serve starts its core again by itself.',
  )
}
function knownOf(begun: readonly BegunOperation[]): string {
  const [last] = begun.slice(-1)
  if (!last) return 'This command had begun no operation.'
  return last.operationId === undefined
    ? `Whether "${last.title}" had begun is not known; if so it goes on as soon as a core runs again.`
    : `"${last.title}" had begun and goes on as soon as a core runs again (${last.operationId}).`
}

/** Says what went wrong and answers the exit code. */
export function report(error: unknown, json: boolean): number {
  if (error instanceof Stop) {
    if (error.message)
      sayError(json, {
        code: error.code,
        says: error.message,
        ...(error.remedy && { remedy: error.remedy }),
      })
    return error.exitCode
  }
  const failure = failureOf(error) ?? badOption(error)
  if (failure) {
    sayError(json, { code: failure.code, ...explain(failure), data: failure.data })
    return exitCodeOf(failure.code)
  }
  sayError(json, {
    code: 'BUG',
    says: error instanceof Error ? error.message : String(error),
    remedy: 'This is a bug in Takt: run takt doctor --json and report both.',
  })
  return EXIT.bug
}
