import type { Failure } from '../../preload/contract/failures'

/** What a service answers: a value, or a failure that people can act on. Bugs are thrown instead. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure }

export const succeed = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const fail = (failure: Failure): { ok: false; failure: Failure } => ({ ok: false, failure })
