import { isDeepStrictEqual } from 'node:util'
import { failure, type Failure } from '../../../preload/contract/failures'
import type { Clock } from '../../kernel/clock'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import type { Credential, Credentials } from '../../platform/kubernetes/transport'
import type { Presence } from './presence'

/** A credential and the instant from which it is no longer accepted, in ms since 1970; Infinity where nothing says. */
export interface Held {
  credential: Credential
  until: number
}
/** How one person proves who they are to one cluster. */
export interface Identity {
  /** Cluster and identity together: what is held for one is never shown to another. */
  key: string
  name: string
  /** Whether obtaining may open a browser or a window by itself, as credential plugins do. */
  mayPrompt: boolean
  /** Whether another credential can follow a refused one; a token written down in a file entry cannot. */
  renewable: boolean
  obtain(signal?: AbortSignal): Promise<Outcome<Held>>
  /** Drops what lies behind a refused credential, so that the next one is truly another. */
  drop?(): void
}
interface Entry {
  held?: Held
  flying?: Promise<Outcome<Held>>
  refusedInARow: number
  /** The last one that a server refused, and how many were. */
  refused?: Credential
  refusals: number
  blocked?: Failure
}

/** Two readings of one token are one credential. */
const isSame = (a: Credential, b: Credential) => isDeepStrictEqual(a, b)

const EARLY_MS = 60_000
const REFUSALS = 2

/**
 * Every credential of every connection: obtained once for whoever waits, renewed a minute before its end, dropped when a server refuses it.
 * What may prompt runs only while somebody is here, and after it failed not again until a person connects.
 */
export class Broker {
  readonly #clock: Clock
  readonly #presence: Presence
  readonly #entries = new Map<string, Entry>()
  constructor({ clock, presence }: { clock: Clock; presence: Presence }) {
    this.#clock = clock
    this.#presence = presence
  }

  /** Credentials for a connection; `identify` is asked each time, so that a rewritten entry counts at once. */
  credentials(site: string, identify: () => Outcome<Identity>): Credentials {
    return {
      get: async (signal) => {
        const identity = identify()
        return identity.ok ? this.#get(site, identity.value, signal) : identity
      },
      refused: (credential) => {
        const identity = identify()
        return identity.ok && this.#refused(site, identity.value, credential)
      },
      accepted: () => {
        const identity = identify()
        const entry = identity.ok ? this.#entries.get(identity.value.key) : undefined
        if (entry) entry.refusedInARow = 0
      },
    }
  }
  /** A person asked for it: what failed before may be tried again. */
  allow(identity: Identity) {
    const entry = this.#entries.get(identity.key)
    if (!entry) return
    delete entry.blocked
    entry.refusedInARow = 0
  }
  /** When what is held for an identity ends; undefined where nothing is. */
  until(identity: Identity): number | undefined {
    return this.#entries.get(identity.key)?.held?.until
  }
  forget(identity: Identity) {
    this.#entries.delete(identity.key)
  }
  /** Drops what has ended meanwhile, after the machine slept. */
  resumed() {
    for (const entry of this.#entries.values())
      if (entry.held && entry.held.until <= this.#clock.now() + EARLY_MS) delete entry.held
  }

  async #get(site: string, identity: Identity, signal?: AbortSignal): Promise<Outcome<Credential>> {
    const entry = this.#entries.get(identity.key) ?? { refusedInARow: 0, refusals: 0 }
    this.#entries.set(identity.key, entry)
    const now = this.#clock.now()
    if (entry.held && entry.held.until > now) {
      // Renewed behind the back of whoever asks: the old one is good until its end.
      if (entry.held.until - now <= EARLY_MS && this.#mayObtain(entry, identity))
        void this.#obtain(entry, identity)
      return succeed(entry.held.credential)
    }
    if (entry.blocked) return fail(entry.blocked)
    if (!entry.flying && !this.#mayObtain(entry, identity))
      return fail(failure('SIGN_IN_WAITS', { site, identity: identity.name }))
    const obtained = await this.#obtain(entry, identity)
    signal?.throwIfAborted()
    return obtained.ok ? succeed(obtained.value.credential) : obtained
  }
  #mayObtain(entry: Entry, identity: Identity) {
    return !entry.blocked && (!identity.mayPrompt || !this.#presence.away())
  }
  // Nobody's signal goes along: whoever gives up must not take the credential from the others who wait.
  #obtain(entry: Entry, identity: Identity): Promise<Outcome<Held>> {
    entry.flying ??= this.#fresh(entry, identity)
      .then((obtained) => {
        if (obtained.ok) entry.held = obtained.value
        else if (identity.mayPrompt && obtained.failure.code !== 'PLUGIN_NEEDS_CONSENT')
          entry.blocked = obtained.failure
        return obtained
      })
      .finally(() => {
        delete entry.flying
      })
    return entry.flying
  }
  /** What was begun before a refusal may have read the very credential that was refused, so it is read once more. */
  async #fresh(entry: Entry, identity: Identity): Promise<Outcome<Held>> {
    const before = entry.refusals
    const obtained = await identity.obtain()
    const isOld =
      obtained.ok &&
      entry.refusals !== before &&
      entry.refused !== undefined &&
      isSame(obtained.value.credential, entry.refused)
    return isOld ? identity.obtain() : obtained
  }
  #refused(site: string, identity: Identity, refused: Credential | undefined): boolean {
    const entry = this.#entries.get(identity.key)
    if (!entry) return false
    // Many requests meet the same refusal: whoever comes late finds a newer credential already.
    if (refused && entry.held && !isSame(entry.held.credential, refused)) return true
    entry.refusals++
    if (refused) entry.refused = refused
    if (!entry.held && entry.flying) return true
    delete entry.held
    identity.drop?.()
    entry.refusedInARow++
    if (!identity.renewable) return false
    if (entry.refusedInARow < REFUSALS) return true
    entry.blocked = failure('CREDENTIAL_REFUSED', {
      site,
      says: `${identity.name} was refused again with a new credential.`,
    })
    return false
  }
}
