/** Items that callbacks give, read one after the other until the work is over; leaving early ends the work. */
export async function* followed<T>(
  work: (tell: (item: T) => void, signal: AbortSignal) => Promise<T | undefined>,
  signal?: AbortSignal,
): AsyncGenerator<T, void> {
  const waiting: T[] = [],
    over = new AbortController(),
    ending = signal ? AbortSignal.any([signal, over.signal]) : over.signal
  let wake = () => {},
    ended = false,
    failed: { error: unknown } | undefined
  const tell = (item: T) => {
    // Only the newest counts: whoever reads slowly misses steps, not the end.
    waiting.splice(0, waiting.length, item)
    wake()
  }
  const done = work(tell, ending)
    .then(
      (last) => {
        if (last !== undefined) tell(last)
      },
      (error: unknown) => {
        failed = { error }
      },
    )
    .finally(() => {
      ended = true
      wake()
    })
  try {
    for (;;) {
      const next = waiting.shift()
      if (next !== undefined) yield next
      else if (ended) break
      else
        await new Promise<void>((resolve) => {
          wake = resolve
          if (waiting.length > 0 || ended) resolve()
        })
    }
    if (failed) throw failed.error
  } finally {
    over.abort(new Error('nobody reads any more'))
    await done
  }
}
