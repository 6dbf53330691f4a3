import { implement, ORPCError } from '@orpc/server'
import { contract } from '../../../preload/contract'
import { explain } from '../../../preload/contract/explain'
import { carriedFailure, type Failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'

/** What a host knows of who calls; nothing where the way in needs no session. */
export interface CallContext {
  /** The id of the browser session a call comes through. */
  session?: string
}
/** Implements the contract; each capability gets the part that carries its name. An error that carries a failure, as a damaged store's does, is told as that failure. */
export const os = implement(contract)
  .$context<CallContext>()
  .use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      const carried = carriedFailure(error)
      throw carried ? refusal(carried) : error
    }
  })
export type Implementer = typeof os

/** The declared contract error for a failure, with its words as message. */
export const refusal = (failure: Failure): ORPCError<string, unknown> =>
  new ORPCError(failure.code, { defined: true, message: explain(failure).says, data: failure.data })

/** The value of an outcome, or its failure thrown as the contract declares it; `instead` is answered where the outcome carries nothing. */
export function answer<T>(outcome: Outcome<T>): T
export function answer<T>(outcome: Outcome<void>, instead: T): T
export function answer<T>(outcome: Outcome<T>, instead?: T): T {
  if (!outcome.ok) throw refusal(outcome.failure)
  return instead === undefined ? outcome.value : instead
}
