import { ORPCError } from '@orpc/client'
import type { Command } from 'commander'
import { ZodError } from 'zod'
import { explain } from '../../../preload/contract/explain'
import { carriedFailure, parseFailure, type Failure } from '../../../preload/contract/failures'
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
  /** Whether the core that was attached to has ended or hung up. */
  isLost?(): boolean
}
/** Attaches to the core that owns the store, else starts one in this process. */
export type OpenSession = (storeDir: string | undefined, signal: AbortSignal) => Promise<Session>
export interface GlobalOptions {
  json?: boolean
  store?: string
}

/** Ends a command early with one of the documented codes. */
export class Stop extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
    readonly remedy?: string,
  ) {
    super(message)
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
    try {
      session = await open(options.store, interrupted.signal)
      await run(session.client, {
        args: args.slice(0, -2) as string[],
        options: command.optsWithGlobals(),
        json: options.json === true,
        signal: interrupted.signal,
      })
    } catch (error) {
      const lost = session?.isLost?.() === true && !(error instanceof Stop)
      process.exitCode = report(lost ? coreLost() : error, options.json === true)
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
}

/** The core that did the work has gone: an operation that had begun is in its journal, and the next core goes on with it. */
const coreLost = () =>
  new Stop(
    EXIT.unreachable,
    'The core ended before it answered. An operation that had begun goes on as soon as a core runs again.',
    'Look with takt operation list; only what is not there has to be asked for again.',
  )

/** Says what went wrong and answers the exit code. */
export function report(error: unknown, json: boolean): number {
  if (error instanceof Stop) {
    if (error.message)
      sayError(json, {
        code: 'STOPPED',
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
