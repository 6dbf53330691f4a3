import type { Client } from './link'
import { useAsk } from './core'
import { loading, type Remote } from './remote'
import { useSettled } from './settled'

const SETTLE_MS = 300
const none = <T>(remote: Remote<T | undefined>): Remote<T> => {
  if (remote.at === 'ready')
    return remote.value === undefined
      ? { at: 'loading' }
      : { at: 'ready', value: remote.value, asOf: remote.asOf }
  const last = remote.last?.value === undefined ? {} : { last: remote.last as never }
  return remote.at === 'failed'
    ? { at: 'failed', trouble: remote.trouble, ...last }
    : { at: remote.at, ...last }
}
/**
 * The plan of exactly this input, asked for once typing pauses. It is `ready` only while it answers the very input that is on the
 * screen; undefined where what is on the screen cannot be planned.
 */
export function usePlan<I, P>(
  input: I | undefined,
  ask: (client: Client, input: I, options: { signal: AbortSignal }) => Promise<P>,
): { remote: Remote<P> | undefined; again: () => void } {
  const key = input === undefined ? undefined : JSON.stringify(input)
  const settled = useSettled(key, SETTLE_MS)
  const { remote, again } = useAsk(
    async (client, options) =>
      settled === undefined ? undefined : ask(client, JSON.parse(settled) as I, options),
    [settled],
  )
  if (key === undefined) return { remote: undefined, again }
  return { remote: key === settled ? none(remote) : loading(none(remote)), again }
}
