/** The code of a core that ended so that its host starts another, after its store was found damaged or was recovered. */
const BEGIN_AGAIN = 75
/** The answer to whoever asked for it goes out first. */
const REPLY_MS = 200

export const beginAgain = (): void => {
  setTimeout(() => process.exit(BEGIN_AGAIN), REPLY_MS)
}
