import type { Core } from '../../client'

const AT_MOST_EVERY_MS = 60_000
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const

/** Tells the core, at most once a minute, that somebody is here: nothing that may open a browser runs while nobody is. Ends with the signal. */
export function reportPresence({ client, now }: Core, signal: AbortSignal): void {
  let told = -Infinity
  const tell = () => {
    if (document.hidden || now() - told < AT_MOST_EVERY_MS) return
    told = now()
    // Whether it arrived is of no interest: the next movement tells again.
    client.sites.here({}).catch(() => {
      told = -Infinity
    })
  }
  for (const sign of SIGNS) window.addEventListener(sign, tell, { passive: true, signal })
  document.addEventListener('visibilitychange', tell, { signal })
  tell()
}
