import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { ProgramConsent } from '../../../../preload/contract/programs'
import type { Outcome } from '../../../kernel/outcome'
import type { Store } from '../../../platform/store'

const KEY = 'sites.programs'
const SECRET = 'sites.programs.key'
const MOST = 500
const LINE_DIGITS = 10

// Of a script the digests of its lines are kept, not the lines: a script may hold a secret, and the store must not.
const Kept = ProgramConsent.extend({ lines: z.record(z.string(), z.array(z.string())) })
export type KeptConsent = z.infer<typeof Kept>

/** Programs that a person allowed to run, kept in the settings of this machine. */
export class Consents {
  readonly #settings: Store['settings']
  #secret: string | undefined
  constructor(settings: Store['settings']) {
    this.#settings = settings
  }
  all(): KeptConsent[] {
    const kept = this.#settings.get(KEY)
    return (Array.isArray(kept) ? kept : []).flatMap((one) => {
      const parsed = Kept.safeParse(one)
      return parsed.success ? [parsed.data] : []
    })
  }
  allowed(hash: string): boolean {
    return this.all().some((consent) => consent.hash === hash)
  }
  /** What was agreed to for a sign-in; the newest counts. */
  of(kind: KeptConsent['kind'], of: string): KeptConsent | undefined {
    return this.all().findLast((consent) => consent.kind === kind && consent.of === of)
  }
  /** Keeps a consent in place of the one for the same sign-in: a program that is put back has to ask again. */
  keep(consent: KeptConsent): Outcome<void> {
    const others = this.all().filter(
      ({ hash, kind, of }) =>
        hash !== consent.hash && !(kind === consent.kind && of === consent.of),
    )
    return this.#settings.set(KEY, [...others.slice(1 - MOST), consent])
  }
  revoke(hash: string): Outcome<void> {
    return this.#settings.set(
      KEY,
      this.all().filter((consent) => consent.hash !== hash),
    )
  }
  /** A digest that only this machine can make: what is short cannot be guessed from it. */
  digest(text: string | Uint8Array): string {
    return createHmac('sha256', this.#key()).update(text).digest('hex')
  }
  lineDigest(line: string): string {
    return this.digest(line).slice(0, LINE_DIGITS)
  }
  #key(): string {
    const kept = (this.#secret ??= z
      .string()
      .min(32)
      .optional()
      .catch(undefined)
      .parse(this.#settings.get(SECRET)))
    if (kept !== undefined) return kept
    this.#secret = randomBytes(32).toString('hex')
    this.#settings.set(SECRET, this.#secret)
    return this.#secret
  }
}
