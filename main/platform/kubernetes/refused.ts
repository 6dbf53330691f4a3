import type { Failure } from '../../../preload/contract/failures'
import { fail, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from './types'

/** Asks by itself, now and then, only what a connection was not forbidden: a 403 is never tried again until somebody connects anew. */
export function unlessForbidden(): <T>(
  client: KubeClient,
  what: string,
  ask: () => Promise<Outcome<T>>,
) => Promise<Outcome<T>> {
  const forbidden = new WeakMap<KubeClient, Map<string, Failure>>()
  return async (client, what, ask) => {
    const known = forbidden.get(client)?.get(what)
    if (known) return fail(known)
    const answer = await ask()
    if (!answer.ok && answer.failure.code === 'FORBIDDEN')
      forbidden.set(
        client,
        (forbidden.get(client) ?? new Map<string, Failure>()).set(what, answer.failure),
      )
    return answer
  }
}
