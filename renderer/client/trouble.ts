import { ORPCError } from '@orpc/client'
import { explain } from '../../preload/contract/explain'
import { parseFailure, type Failure } from '../../preload/contract/failures'
import { megabytes, MOST_MESSAGE_BYTES } from '../../preload/contract/limits'
import { ConnectionLost, MessageTooLarge } from './link'
import { FileTooLarge } from './upload'

/** A failure ready to be shown: what happened and what to do, with the typed failure where it was an expected one. */
export interface Trouble {
  code: string
  says: string
  remedy: string
  failure?: Failure
}

/** The words for an expected failure. */
export const troubleOf = (failure: Failure): Trouble => ({
  code: failure.code,
  ...explain(failure),
  failure,
})

/** Puts anything a call threw into words; what nobody foresaw names itself and asks for a report. */
export function toTrouble(error: unknown): Trouble {
  if (error instanceof ConnectionLost)
    return {
      code: 'CONNECTION_LOST',
      says: 'The connection to the core was lost before it answered.',
      remedy: 'When the page is connected again, look whether it was done; if not, try again.',
    }
  if (error instanceof MessageTooLarge)
    return {
      code: 'MESSAGE_TOO_LARGE',
      says: `This is more text than one message to the core may hold: ${megabytes(error.bytes)} of at most ${megabytes(MOST_MESSAGE_BYTES)}.`,
      remedy: 'Shorten it, or give the core a file by its path. Nothing was sent.',
    }
  if (error instanceof FileTooLarge)
    return {
      code: 'FILE_TOO_LARGE',
      says: error.message,
      remedy:
        'Choose a smaller one, or name it by its path where there is a field for it. Nothing was sent.',
    }
  if (error instanceof ORPCError) {
    const failure = parseFailure(error.code, error.data)
    if (failure) return troubleOf(failure)
    if (error.code === 'BAD_REQUEST')
      return troubleOf({ code: 'INVALID', data: { issues: issuesOf(error.data) } })
    return {
      code: error.code,
      says: `The core could not do this: ${error.message}`,
      remedy: 'Copy the diagnosis and report it. Nothing else was stopped.',
    }
  }
  return {
    code: 'UNEXPECTED',
    says: error instanceof Error ? error.message : String(error),
    remedy: 'Copy the diagnosis and report it. Nothing else was stopped.',
  }
}

/** What was wrong with an input that the contract itself refused. */
function issuesOf(data: unknown): { path: string; says: string }[] {
  const issues = (data as { issues?: unknown } | undefined)?.issues
  if (!Array.isArray(issues) || issues.length === 0)
    return [{ path: '', says: 'something in it is not allowed' }]
  return issues.map((issue: { path?: unknown; message?: unknown }) => ({
    path: Array.isArray(issue.path) ? issue.path.map(String).join('.') : '',
    says: typeof issue.message === 'string' ? issue.message : 'is not allowed',
  }))
}

/** Words for a failure kept inside a record (a site, a step); undefined where it is none of ours. */
export function recordedTrouble(
  record: { code: string; data?: unknown } | undefined,
): Trouble | undefined {
  const failure = record && parseFailure(record.code, record.data)
  return failure && troubleOf(failure)
}
