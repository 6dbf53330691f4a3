import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { RefusedSignIn, SessionList, TokenRefusal } from '../../../preload/contract/sessions'
import { timestamp, type Clock } from '../../kernel/clock'
import { listeners } from '../../platform/streams/latest'
import type { KeptSessions, SessionKeeper } from './ports'

/** A working day: whoever leaves a browser open does not leave it signed in for ever. */
const SESSION_MS = 12 * 3_600_000
/** Long enough to carry an address through a tunnel to another machine by hand. */
const TOKEN_MS = 10 * 60_000
const MOST_REMEMBERED = 20
/** More browsers than one person has; the oldest gives way. */
const MOST_SESSIONS = 20

/** What a one-time token was exchanged for, or why it was not. */
export type SignIn =
  { ok: true; id: string; session: string } | { ok: false; why: TokenRefusal; usedAt?: number }
type KeptSession = KeptSessions['sessions'][number]

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')
/** In constant time: how much of a guess is right must not show in how long the answer takes. */
const same = (a: string, b: string) => timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'))
/** Looks at every candidate, so that neither place nor number of the right one shows. */
function findByDigest<T extends { digest: string }>(all: readonly T[], text: string) {
  const digest = digestOf(text)
  let found: T | undefined
  for (const one of all) if (same(one.digest, digest)) found = one
  return found
}
const fresh = () => randomBytes(24).toString('base64url')

/** Who may use the web host: a one-time token, one at a time, is exchanged for a session that ends by itself. Only digests are remembered. */
export class Sessions {
  readonly #clock: Clock
  readonly #keeper: SessionKeeper | undefined
  readonly #changes = listeners()
  readonly #tabs = new Map<string, number>()
  readonly #refused: RefusedSignIn[] = []
  #state: KeptSessions = { port: 0, spent: [], sessions: [] }
  constructor({ clock, keeper }: { clock: Clock; keeper?: SessionKeeper }) {
    this.#clock = clock
    this.#keeper = keeper
  }
  readonly onChange = (listener: () => void) => this.#changes.add(listener)

  /** Takes up what was kept for this port. */
  bind(port: number) {
    const kept = this.#keeper?.kept()
    this.#state = kept?.port === port ? kept : { ...this.#state, port }
    this.#changes.tell()
  }
  /** Makes a token that lets in once, within minutes; any before it lets in no more. */
  issueToken(): string {
    const token = fresh()
    this.#dropToken('replaced')
    this.#state.token = { digest: digestOf(token), expiresAt: this.#clock.now() + TOKEN_MS }
    void this.#changed()
    return token
  }
  /** Why a token would be refused now; undefined where it would be taken. Spends nothing. */
  refusalOf(offered: string): { why: TokenRefusal; usedAt?: number } | undefined {
    this.#forgetEnded()
    const { token, spent } = this.#state
    if (token && findByDigest([token], offered)) return undefined
    const before = findByDigest(spent, offered)
    if (!before) return { why: 'unknown' }
    return { why: before.why, ...(before.why === 'used' && { usedAt: before.at }) }
  }
  /** Exchanges a token for a session. */
  async signIn(offered: string, client: string): Promise<SignIn> {
    const refusal = this.refusalOf(offered)
    if (refusal) {
      this.#noteRefusal(refusal, client)
      return { ok: false, ...refusal }
    }
    this.#dropToken('used')
    const [session, now] = [fresh(), this.#clock.now()]
    const begun: KeptSession = {
      id: randomBytes(6).toString('hex'),
      digest: digestOf(session),
      client,
      begunAt: now,
      endsAt: now + SESSION_MS,
      seenAt: now,
    }
    this.#state.sessions = [...this.#state.sessions, begun].slice(-MOST_SESSIONS)
    // Kept before it is answered: a core that dies right after it would leave a page that nobody knows.
    await this.#changed()
    return { ok: true, id: begun.id, session }
  }
  /** The id of the session that a token stands for, while it lasts. */
  idOf(session: string | undefined): string | undefined {
    this.#forgetEnded()
    return session === undefined ? undefined : findByDigest(this.#state.sessions, session)?.id
  }
  isLive(id: string): boolean {
    this.#forgetEnded()
    return this.#state.sessions.some((one) => one.id === id)
  }
  /** Counts a page of a session as connected until the answer is called. */
  connected(id: string): () => void {
    const count = (change: 1 | -1) => {
      const left = (this.#tabs.get(id) ?? 0) + change
      if (left > 0) this.#tabs.set(id, left)
      else this.#tabs.delete(id)
      const session = this.#state.sessions.find((one) => one.id === id)
      if (session) session.seenAt = this.#clock.now()
      void this.#changed()
    }
    count(1)
    return () => count(-1)
  }
  end(id: string) {
    this.#endWhere((one) => one.id === id)
  }
  endOthers(id: string | undefined): number {
    return this.#endWhere((one) => one.id !== id)
  }
  list(own: string | undefined): SessionList {
    this.#forgetEnded()
    const sessions = this.#state.sessions.map(({ id, client, begunAt, endsAt, seenAt }) => {
      const tabs = this.#tabs.get(id) ?? 0
      return {
        id,
        client,
        own: id === own,
        begunAt: timestamp(begunAt),
        endsAt: timestamp(endsAt),
        seenAt: timestamp(tabs > 0 ? this.#clock.now() : seenAt),
        tabs,
      }
    })
    return { sessions, refused: [...this.#refused] }
  }
  /** Ends sessions and tokens at their time, so that open pages are cut off and not only new ones refused. */
  async run(signal: AbortSignal): Promise<void> {
    let wake = () => {}
    const stop = this.onChange(() => wake())
    while (!signal.aborted) {
      const woken = new AbortController()
      wake = () => woken.abort()
      const next = this.#nextEnd()
      const either = AbortSignal.any([signal, woken.signal])
      // Nothing to wait for is waited for as long as a session lasts; a change wakes it earlier.
      const waitMs = next === undefined ? SESSION_MS : Math.max(0, next - this.#clock.now())
      await this.#clock.sleep(waitMs, either).catch(() => undefined)
      this.#forgetEnded()
    }
    stop()
  }

  #nextEnd(): number | undefined {
    const ends = this.#state.sessions.map(({ endsAt }) => endsAt)
    if (this.#state.token) ends.push(this.#state.token.expiresAt)
    return ends.length === 0 ? undefined : Math.min(...ends)
  }
  #forgetEnded() {
    const now = this.#clock.now()
    const { token } = this.#state
    if (token && token.expiresAt <= now) {
      this.#dropToken('expired')
      void this.#changed()
    }
    this.#endWhere(({ endsAt }) => endsAt <= now)
  }
  #endWhere(isEnded: (session: KeptSession) => boolean): number {
    const before = this.#state.sessions
    const left = before.filter((one) => !isEnded(one))
    if (left.length === before.length) return 0
    this.#state.sessions = left
    void this.#changed()
    return before.length - left.length
  }
  #dropToken(why: 'used' | 'expired' | 'replaced') {
    const { token, spent } = this.#state
    if (!token) return
    delete this.#state.token
    const { digest } = token
    const dropped = { digest, at: this.#clock.now(), why }
    this.#state.spent = [dropped, ...spent].slice(0, MOST_REMEMBERED)
  }
  #noteRefusal({ why, usedAt }: { why: TokenRefusal; usedAt?: number }, client: string) {
    this.#refused.unshift({
      at: timestamp(this.#clock.now()),
      why,
      client,
      ...(usedAt !== undefined && { usedAt: timestamp(usedAt) }),
    })
    this.#refused.splice(MOST_REMEMBERED)
    this.#changes.tell()
  }
  async #changed() {
    const kept = this.#keeper?.keep(structuredClone(this.#state))
    this.#changes.tell()
    await kept
  }
}
