import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { z } from 'zod'
import type { Store } from '../../../platform/store'
import type { Vault } from '../../../platform/secrets/vault'
import { fingerprint } from '../hash'

const KEY = 'drift.signing'
const Kept = z.object({ publicKey: z.string(), secret: z.string(), name: z.string() })
export interface Signing {
  pem: string
  fingerprint: string
}

/** The person's Ed25519 key: kept by the machine's keyring, made with the first signature; without a keyring nothing is signed. */
export class Signer {
  readonly #ports: { vault: Vault; store: Pick<Store, 'settings'> }
  constructor(ports: { vault: Vault; store: Pick<Store, 'settings'> }) {
    this.#ports = ports
  }
  async key(name: string): Promise<Signing | undefined> {
    const { vault, store } = this.#ports,
      kept = Kept.safeParse(store.settings.get(KEY)).data
    if (!vault.keeps) return undefined
    if (kept) {
      const pem = await vault.decrypt(kept.secret)
      return pem === undefined ? undefined : { pem, fingerprint: fingerprint(kept.publicKey) }
    }
    const pem = generateKeyPairSync('ed25519')
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
      secret = await vault.encrypt(pem)
    if (secret === undefined) return undefined
    const publicKey = createPublicKey(createPrivateKey(pem))
      .export({ type: 'spki', format: 'pem' })
      .toString()
    return store.settings.set(KEY, { publicKey, secret, name } satisfies z.infer<typeof Kept>).ok
      ? { pem, fingerprint: fingerprint(publicKey) }
      : undefined
  }
  /** Whose key it is, where it is known here. */
  nameOf(print: string): string | undefined {
    const kept = Kept.safeParse(this.#ports.store.settings.get(KEY)).data
    return kept && fingerprint(kept.publicKey) === print ? kept.name : undefined
  }
}
