import { createHash } from 'node:crypto'
import type { Vault } from '../../../platform/secrets/vault'
import type { Store } from '../../../platform/store'

/** Keeps refresh tokens: encrypted by the machine's keyring where there is one, else in memory until the core ends. */
export interface RefreshTokens {
  read(id: string): Promise<string | undefined>
  write(id: string, token: string): Promise<void>
  forget(id: string): Promise<void>
}
const keyOf = (id: string) => `sites.refresh.${createHash('sha256').update(id).digest('hex')}`

export function refreshTokens(vault: Vault, settings: Store['settings']): RefreshTokens {
  const memory = new Map<string, string>()
  return {
    async read(id) {
      const held = memory.get(id)
      if (held !== undefined) return held
      const kept = vault.keeps ? settings.get(keyOf(id)) : undefined
      const token = typeof kept === 'string' ? await vault.decrypt(kept) : undefined
      if (token !== undefined) memory.set(id, token)
      return token
    },
    async write(id, token) {
      memory.set(id, token)
      const kept = vault.keeps ? await vault.encrypt(token) : undefined
      // What cannot be kept stays in memory; the screen says so from the vault's own state.
      if (kept !== undefined) settings.set(keyOf(id), kept)
    },
    forget(id) {
      memory.delete(id)
      settings.remove(keyOf(id))
      return Promise.resolve()
    },
  }
}
