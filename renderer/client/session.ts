import { create } from 'zustand'
import { SESSION_WIRE, type TokenRefusal } from '../../preload/contract/sessions'

/** Why this tab is not signed in. */
export type SignedOut =
  /** Nobody gave this tab a session. */
  | { why: 'none' }
  /** It had one, which ended by itself, was ended, or went with its host. */
  | { why: 'ended' }
  | { why: TokenRefusal; usedAt?: string | undefined }
interface SessionState {
  /** Set while a person has to do something; undefined while signed in or finding out. */
  out: SignedOut | undefined
}
/** How this tab stands with the web host; never out in the desktop's window. */
export const useSession = create<SessionState>(() => ({ out: undefined }))

/** Where a tab keeps its session, and what it asks and tells other tabs of the same origin. */
export interface SessionPlace {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  channel: Pick<BroadcastChannel, 'postMessage' | 'addEventListener'>
  fetch: typeof fetch
  /** Waits for other tabs to answer. */
  pause: (ms: number) => Promise<void>
}
const KEY = 'takt.session'
const OTHER_TABS_MS = 250
const isToken = (text: unknown): text is string =>
  typeof text === 'string' && /^[\w-]{32}$/.test(text)

/** What the address or the page itself brings along; to be taken before anything else looks at them. */
export interface Arrival {
  token?: string
  session?: string
}
/** Takes what lets this tab in out of the page and its address, so that neither history nor a reload shows or needs it. */
export function takeArrival(): Arrival {
  const meta = document.querySelector<HTMLMetaElement>('meta[name=takt-session]')
  const session = meta?.content
  meta?.remove()
  const token = new URLSearchParams(location.search).get('token')
  if (token !== null || isToken(session))
    history.replaceState(null, '', `${location.pathname}${location.hash}`)
  return { ...(token !== null && { token }), ...(isToken(session) && { session }) }
}
/** The token in what a person pasted: a whole address or the token alone. */
export const tokenIn = (pasted: string): string =>
  /[?&]token=([\w-]+)/.exec(pasted)?.[1] ?? pasted.trim()

/** This tab's session with the web host: in memory and in the tab's own storage, which no other origin reads. */
export class TabSession {
  readonly #place: SessionPlace
  #session: string | undefined
  #changed: () => void = () => {}
  constructor(place: SessionPlace) {
    this.#place = place
    place.channel.addEventListener('message', (event) => this.#hear(event as MessageEvent))
  }
  /** What a socket is opened with, once there is anything: waits until this tab is signed in. */
  async offered(): Promise<string[]> {
    while (this.#session === undefined)
      await new Promise<void>((changed) => {
        this.#changed = changed
      })
    return [SESSION_WIRE.protocol, `${SESSION_WIRE.tokenPrefix}${this.#session}`]
  }
  /** Signs the tab in by what it arrived with, by what it kept, or through another tab. */
  async begin({ token, session }: Arrival) {
    const kept = this.#place.storage.getItem(KEY)
    if (session !== undefined) return this.#use(session)
    if (token !== undefined && (await this.signIn(token))) return
    // A used address in a tab that is signed in already, such as a reload on the way, changes nothing.
    if (isToken(kept)) return this.#use(kept)
    if (!(await this.#askOtherTabs()) && token === undefined) this.#leave({ why: 'none' })
  }
  /** Exchanges a one-time token; false where the host refuses it, with why kept for the screen. */
  async signIn(token: string): Promise<boolean> {
    const answer = await this.#place
      .fetch(SESSION_WIRE.signInPath, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      })
      .then((response) => response.json() as Promise<unknown>)
      .catch(() => ({}))
    const { session, why, usedAt } = answer as {
      session?: string
      why?: TokenRefusal
      usedAt?: string
    }
    if (!isToken(session)) {
      this.#leave({ why: why ?? 'unknown', usedAt })
      return false
    }
    this.#use(session)
    this.#place.channel.postMessage({ session })
    return true
  }
  /** Asks the host why a socket did not come about: only a session it does not know needs a person. */
  async check() {
    const asked = this.#session
    if (asked === undefined) return
    const status = await this.#place
      .fetch(SESSION_WIRE.signInPath, { headers: { authorization: `Bearer ${asked}` } })
      .then((response) => response.status)
      .catch(() => 0)
    if (status === 401 && this.#session === asked) await this.end()
  }
  /** The session has ended; another tab may have a newer one. */
  async end() {
    const before = this.#session
    this.#session = undefined
    this.#place.storage.removeItem(KEY)
    if (!(await this.#askOtherTabs(before))) this.#leave({ why: 'ended' })
  }

  #use(session: string) {
    this.#session = session
    this.#place.storage.setItem(KEY, session)
    useSession.setState({ out: undefined })
    this.#changed()
  }
  #leave(out: SignedOut) {
    if (this.#session === undefined) useSession.setState({ out })
  }
  async #askOtherTabs(not?: string): Promise<boolean> {
    this.#place.channel.postMessage({ ask: true, ...(not !== undefined && { not }) })
    await this.#place.pause(OTHER_TABS_MS)
    return this.#session !== undefined
  }
  #hear({ data }: MessageEvent) {
    const { ask, not, session } = (data ?? {}) as { ask?: true; not?: string; session?: string }
    if (ask && this.#session !== undefined && this.#session !== not)
      this.#place.channel.postMessage({ session: this.#session })
    if (isToken(session) && this.#session === undefined) this.#use(session)
  }
}
