import { createHash } from 'node:crypto'
import type { DriftProfile } from '../../../preload/contract/drift'

/** JSON with its keys in order, so that equal contents have equal hashes. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) return String(part)
    return part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part
  })
export const sha256 = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('hex')
export const hashOf = ({
  hash: _hash,
  ...rest
}: Omit<DriftProfile, 'hash'> & { hash?: string }): string => sha256(canonical(rest))
/** Fingerprint of a public key, as people compare it. */
export const fingerprint = (publicKey: string): string => sha256(publicKey)
