/** What a link may do: the exact address of a live forward opens at once, https after asking, everything else not at all. */
export interface LeavingPorts {
  isForward(url: string): boolean
  /** Asks the person whether the address may be opened. */
  ask(url: string): Promise<boolean>
  open(url: string): Promise<void>
  now(): number
}
/** More than a person clicks in that time is a page that opens windows by itself. */
const MOST = 5
const WITHIN_MS = 10_000

/** Lets links leave the window: one question at a time, and no more openings than a person makes. */
export function makeLeaving({ isForward, ask, open, now }: LeavingPorts) {
  let asking = false
  let lately: number[] = []
  const isTooMany = () => {
    lately = lately.filter((at) => at > now() - WITHIN_MS)
    if (lately.length >= MOST) return true
    lately.push(now())
    return false
  }
  return async (url: string): Promise<'opened' | 'refused'> => {
    const forward = isForward(url)
    if ((!forward && (asking || !url.startsWith('https://'))) || isTooMany()) return 'refused'
    if (!forward) {
      asking = true
      const allowed = await ask(url).finally(() => {
        asking = false
      })
      if (!allowed) return 'refused'
    }
    await open(url)
    return 'opened'
  }
}
