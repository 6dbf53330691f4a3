import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Vault } from '../../main/platform/secrets/vault'

const key = randomBytes(32)
/** A keyring that really encrypts, so that nothing it keeps is found in what it wrote. */
export const sealingVault: Vault = {
  backend: 'test',
  keeps: true,
  encrypt(text) {
    const iv = randomBytes(16)
    const cipher = createCipheriv('aes-256-ctr', key, iv)
    return Promise.resolve(
      Buffer.concat([iv, cipher.update(text), cipher.final()]).toString('base64'),
    )
  },
  decrypt(text) {
    const sealed = Buffer.from(text, 'base64')
    const cipher = createDecipheriv('aes-256-ctr', key, sealed.subarray(0, 16))
    return Promise.resolve(
      Buffer.concat([cipher.update(sealed.subarray(16)), cipher.final()]).toString(),
    )
  },
}
