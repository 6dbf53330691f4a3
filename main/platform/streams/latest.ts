import type { Clock } from '../../kernel/clock'

export interface Latest<T> {
  /** Calls back after each change; the answer stops it. */
  subscribe(changed: () => void): () => void
  read(): T
  clock: Clock
  signal: AbortSignal | undefined
  /** Least milliseconds between two items, 250 unless told. */
  everyMs?: number
}

/**
 * What is true now, and again after changes, at most four times a second: a reader who is slow gets the latest, never a queue.
 * The RPC layer asks for no next item while its reader has too much to read, so every stream of whole views is made by this.
 */
export async function* latest<T>({
  subscribe,
  read,
  clock,
  signal,
  everyMs = 250,
}: Latest<T>): AsyncGenerator<T, void> {
  const over = new AbortController()
  const ending = signal ? AbortSignal.any([signal, over.signal]) : over.signal
  let changed = false
  let wake = () => {}
  const stop = subscribe(() => {
    changed = true
    wake()
  })
  const onAbort = () => wake()
  ending.addEventListener('abort', onAbort, { once: true })
  try {
    while (!ending.aborted) {
      changed = false
      yield read()
      await clock.sleep(everyMs, ending).catch(() => undefined)
      while (!changed && !ending.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    ending.removeEventListener('abort', onAbort)
    over.abort()
    stop()
  }
}

/** Gathers calls into one at most every so many milliseconds: the first comes after the pause, so a burst of changes is one. */
export function coalesced(
  clock: Clock,
  callback: () => void,
  everyMs = 250,
): { poke(): void; stop(): void } {
  const over = new AbortController()
  let waiting = false
  return {
    poke() {
      if (waiting || over.signal.aborted) return
      waiting = true
      clock.sleep(everyMs, over.signal).then(
        () => {
          waiting = false
          callback()
        },
        () => undefined,
      )
    },
    stop: () => over.abort(),
  }
}

/** Listeners of one thing; a listener that throws does not keep the others from hearing. */
export function listeners(): {
  add(listener: () => void): () => void
  tell(): void
  count(): number
} {
  const all = new Set<() => void>()
  return {
    add(listener) {
      const own = () => listener()
      all.add(own)
      return () => {
        all.delete(own)
      }
    },
    tell() {
      for (const listener of [...all]) listener()
    },
    count: () => all.size,
  }
}
