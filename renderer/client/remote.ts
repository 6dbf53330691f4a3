import type { StoreApi } from 'zustand'
import { resuming, type Context } from './link'
import { toTrouble, type Trouble } from './trouble'

/** What was last true, kept while newer facts load or fail; asOf in ms since 1970 by the page's clock. */
export interface Known<T> {
  value: T
  asOf: number
}
export type Remote<T> =
  | { at: 'idle' | 'loading'; last?: Known<T> }
  | ({ at: 'ready' } & Known<T>)
  | { at: 'failed'; trouble: Trouble; last?: Known<T> }
export type Put<T> = (change: (before: Remote<T>) => Remote<T>) => void

/** The newest facts there are, fresh or not. */
export const lastKnown = <T>(remote: Remote<T>): Known<T> | undefined =>
  remote.at === 'ready' ? { value: remote.value, asOf: remote.asOf } : remote.last
const keeping = <T>(remote: Remote<T>) => {
  const last = lastKnown(remote)
  return last ? { last } : {}
}
export const loading = <T>(before: Remote<T>): Remote<T> => ({ at: 'loading', ...keeping(before) })
export const ready = <T>(value: T, asOf: number): Remote<T> => ({ at: 'ready', value, asOf })
export const failed = <T>(before: Remote<T>, trouble: Trouble): Remote<T> => ({
  at: 'failed',
  trouble,
  ...keeping(before),
})

/** Writes into one field of a zustand store. */
export const intoField =
  <S extends object, K extends keyof S, T>(
    store: StoreApi<S>,
    field: K & (S[K] extends Remote<T> ? K : K),
  ): Put<T> =>
  (change) =>
    store.setState(
      (state) => ({ [field]: change(state[field] as Remote<T>) }) as unknown as Partial<S>,
    )

export interface WatchOptions {
  signal: AbortSignal
  context: Context
}
export interface Watching {
  signal: AbortSignal
  now: () => number
}

/** Puts every item of a watch into a place until the signal; a lost connection is resumed by itself, any other failure is put there too. */
export async function watchInto<T>(
  put: Put<T>,
  open: (options: WatchOptions) => Promise<AsyncIterable<T>>,
  { signal, now }: Watching,
): Promise<void> {
  put(loading)
  try {
    for await (const value of await open({ signal, context: resuming })) {
      if (signal.aborted) return
      put(() => ready(value, now()))
    }
  } catch (error) {
    if (!signal.aborted) put((before) => failed(before, toTrouble(error)))
  }
}
