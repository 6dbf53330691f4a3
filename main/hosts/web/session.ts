import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const digest = (text: string) => createHash('sha256').update(text).digest()
/** Equal texts, compared in constant time whatever their lengths. */
const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b))
const fresh = () => randomBytes(24).toString('base64url')

/** Who may use the web host: a one-time token in an address is exchanged for a session, which a cookie carries. */
export class WebSession {
  readonly cookie = fresh()
  #tokens = new Set<string>()

  /** Makes a token that opens the page once. */
  issueToken(): string {
    const token = fresh()
    this.#tokens.add(token)
    return token
  }
  /** True once for each issued token. */
  spend(offered: string): boolean {
    const token = [...this.#tokens].find((known) => same(known, offered))
    return token !== undefined && this.#tokens.delete(token)
  }
  knows(cookie: string | undefined): boolean {
    return cookie !== undefined && same(cookie, this.cookie)
  }
}
