const MiB = 2 ** 20
/** How much of an answer is read, and for how long: a server whose answer never ends would fill the memory. */
export interface AnswerLimits {
  mostBytes: number
  limitMs: number
}
/** An answer that was not read to its end, with how far it came. */
export class AnswerTooLong extends Error {
  readonly code = 'ANSWER_TOO_LONG'
  /** The same as the message, which libraries on the way may add to. */
  readonly says: string
  constructor(says: string) {
    super(says)
    this.says = says
  }
}
/** What is wrong with an answer of so many bytes; undefined while nothing is. */
export const tooManyBytes = (
  bytes: number,
  { mostBytes }: Pick<AnswerLimits, 'mostBytes'>,
): AnswerTooLong | undefined =>
  bytes > mostBytes
    ? new AnswerTooLong(
        `its answer did not end after ${megabytes(bytes)}, and at most ${megabytes(mostBytes)} are read`,
      )
    : undefined
/** What is wrong with an answer that came for too long. */
export const tooLate = (bytes: number, { limitMs }: Pick<AnswerLimits, 'limitMs'>) =>
  new AnswerTooLong(
    `its answer did not end within ${String(Math.round(limitMs / 1000))} s; ${megabytes(bytes)} came until then`,
  )
const megabytes = (bytes: number) => `${String(Math.round(bytes / MiB))} MB`

/** The words of an answer that was too long, as it is or as a library passed it on; undefined for every other error. */
export function whyTooLong(error: unknown): string | undefined {
  for (let one = error; one instanceof Error; one = one.cause)
    if (one instanceof AnswerTooLong) return one.says
  return undefined
}

/** No listing has so many pages; a server that always has another would hold its reader for good. */
const MOST_PAGES = 5_000
/** Counts the pages of one listing where each is asked for; throws AnswerTooLong after too many, or where one leads back to itself. */
export function boundOfPages(most = MOST_PAGES): (cursor: unknown) => void {
  let pages = 0
  let before: string | undefined
  return (cursor) => {
    const place = JSON.stringify(cursor ?? null)
    if (pages >= most || (pages > 0 && place === before))
      throw new AnswerTooLong(`its list did not end after ${String(pages)} pages`)
    pages++
    before = place
  }
}

/** The pieces of an answer, until they are too many or come for too long: then throws AnswerTooLong, and the connection is let go. */
export async function* bounded(
  body: AsyncIterable<Uint8Array>,
  limits: AnswerLimits,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0
  const over = Promise.withResolvers<never>()
  const timer = setTimeout(() => over.reject(tooLate(bytes, limits)), limits.limitMs)
  over.promise.catch(() => undefined)
  const pieces = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), over.promise])
      if (next.done) return
      bytes += next.value.length
      const tooLong = tooManyBytes(bytes, limits)
      if (tooLong) throw tooLong
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
