import { generateKeyPairSync } from 'node:crypto'

/** The key that signs service-account tokens, PEM. */
export function makeTokenKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}
