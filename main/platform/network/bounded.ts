const MiB = 2 ** 20
/** How much of an answer is read, and for how long: a server whose answer never ends would fill the memory. */
export interface AnswerLimits {
  mostBytes: number
  limitMs: number
}
/** An answer that was not read to its end, with how far it came. */
export class AnswerTooLong extends Error {
  readonly code = 'ANSWER_TOO_LONG'
  constructor(bytes: number, { mostBytes, limitMs }: AnswerLimits) {
    const came = `${String(Math.round(bytes / MiB))} MB`
    super(
      bytes > mostBytes
        ? `its answer did not end after ${came}, and at most ${String(Math.round(mostBytes / MiB))} MB are read`
        : `its answer did not end within ${String(Math.round(limitMs / 1000))} s; ${came} came until then`,
    )
  }
}

/** The pieces of an answer, until they are too many or come for too long: then throws AnswerTooLong, and the connection is let go. */
export async function* bounded(
  body: AsyncIterable<Uint8Array>,
  limits: AnswerLimits,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0
  const over = Promise.withResolvers<never>()
  const timer = setTimeout(() => over.reject(new AnswerTooLong(bytes, limits)), limits.limitMs)
  over.promise.catch(() => undefined)
  const pieces = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), over.promise])
      if (next.done) return
      bytes += next.value.length
      if (bytes > limits.mostBytes) throw new AnswerTooLong(bytes, limits)
      yield next.value
    }
  } finally {
    clearTimeout(timer)
    // Nobody waits for a stream that may never answer that it ended.
    void pieces.return?.().catch(() => undefined)
  }
}

/** A whole answer as text; `onBeginning` hears its first piece while the rest is still under way. */
export async function boundedText(
  body: AsyncIterable<Uint8Array>,
  limits: AnswerLimits,
  onBeginning?: (text: string) => void,
): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of bounded(body, limits)) {
    if (pieces.length === 0) onBeginning?.(Buffer.from(piece).toString('latin1'))
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

/** The same for an answer of `fetch`. */
export const boundedResponse = (
  { body }: { body: AsyncIterable<Uint8Array> | null },
  limits: AnswerLimits,
): Promise<string> => (body ? boundedText(body, limits) : Promise.resolve(''))
