import { z } from 'zod'
import { fullAddress, hasDots, splitAddress } from '../../../preload/contract/text/address'
import type { Store } from '../store'
import type { Vault } from './vault'

const KEY = 'secrets.addresses'
const Kept = z.record(z.string(), z.string()).catch({})
const Sealed = z.object({ shown: z.string(), userinfo: z.string() })
type Held = z.infer<typeof Sealed>

/**
 * User names and passwords that stood in addresses. They are taken out where an address comes in, kept by the machine's keyring where there is one,
 * else in memory until the core ends, and put back only where a connection is made. `of` names what an address is for.
 */
export class AddressSecrets {
  readonly #vault: Vault
  readonly #settings: Store['settings']
  readonly #memory = new Map<string, Held>()
  constructor({ vault, settings }: { vault: Vault; settings: Store['settings'] }) {
    this.#vault = vault
    this.#settings = settings
  }
  /** Reads what the keyring keeps, before the first connection is made. */
  async load(): Promise<void> {
    if (!this.#vault.keeps) return
    for (const [of, sealed] of Object.entries(this.#kept())) {
      const opened = await this.#vault.decrypt(sealed)
      const held = Sealed.safeParse(opened === undefined ? undefined : parsed(opened))
      if (held.success && !this.#memory.has(of)) this.#memory.set(of, held.data)
    }
  }
  /**
   * The address as it may be kept and shown. Dots mean what is kept already, for the same host alone: sent to another one, a password would be
   * given away by whoever can change an address. An address without either forgets it.
   */
  take(of: string, address: string): string {
    const { shown, userinfo } = splitAddress(address)
    if (userinfo !== undefined) {
      this.#keep(of, { shown, userinfo })
      return shown
    }
    const held = this.#memory.get(of)
    if (hasDots(address) && held && hostOf(held.shown) === hostOf(address)) return shown
    this.forget(of)
    return fullAddress(address, undefined)
  }
  /** The address to connect to. */
  full(of: string, shown: string): string {
    const held = this.#memory.get(of)
    return fullAddress(
      shown,
      held && hostOf(held.shown) === hostOf(shown) ? held.userinfo : undefined,
    )
  }
  forget(of: string): void {
    this.#memory.delete(of)
    const { [of]: gone, ...others } = this.#kept()
    if (gone !== undefined) this.#settings.set(KEY, others)
  }
  /** What is held, by what it is for. */
  held(): { of: string; kept: boolean }[] {
    const kept = this.#kept()
    return [...this.#memory.keys()].map((of) => ({ of, kept: of in kept }))
  }

  #keep(of: string, held: Held) {
    this.#memory.set(of, held)
    if (!this.#vault.keeps) return
    // Written behind whoever saves an address: until it is, memory has it.
    void this.#vault.encrypt(JSON.stringify(held)).then((sealed) => {
      if (sealed !== undefined && this.#memory.get(of) === held)
        this.#settings.set(KEY, { ...this.#kept(), [of]: sealed })
    })
  }
  #kept(): Record<string, string> {
    return Kept.parse(this.#settings.get(KEY))
  }
}
const hostOf = (shown: string) => /\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(shown)?.[1]
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
