import { createHash, randomBytes } from 'node:crypto'

/** Where a person's own salt is kept. */
interface SaltPlace {
  get(key: string): unknown
  set(key: string, value: unknown): unknown
}
const SALT = 'forward names'
const READABLE = 40
/**
 * The host name of a forward: of what it leads to, the same at each start, and no other forward's. Names under localhost lead to this machine, and a
 * browser keeps the cookies and storage of each apart, as it does not for ports.
 */
export function forwardHost(name: string, identity: readonly string[], place: SaltPlace): string {
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, READABLE)
    .replaceAll(/^-+|-+$/g, '')
  const digest = createHash('sha256')
    .update(JSON.stringify([saltIn(place), ...identity]))
    .digest('hex')
    .slice(0, 10)
  return `${readable === '' ? 'forward' : readable}-${digest}.localhost`
}
/** Whoever else works on this machine must not be able to serve under a name in which this person's browser keeps cookies. */
function saltIn(place: SaltPlace): string {
  const kept = place.get(SALT)
  if (typeof kept === 'string' && kept !== '') return kept
  const salt = randomBytes(12).toString('base64url')
  place.set(SALT, salt)
  return salt
}
