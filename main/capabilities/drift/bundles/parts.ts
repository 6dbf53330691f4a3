import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { strToU8 } from 'fflate'
import type { z } from 'zod'
import type { BooksManifest } from '../../../../preload/contract/drift-bundle'
import { canonical, sha256 } from '../hash'
import { damaged } from './refusals'

type Sealed = Pick<BooksManifest, 'parts' | 'signature'>
type Links = BooksManifest['parts']

/** What the chain begins with: all that a manifest says but of its parts. */
const headOf = ({ parts: _parts, signature: _signature, ...about }: Sealed): string =>
  sha256(canonical(about))

/** Chains each part to those before it: the last link stands for the whole. */
export const linksOf = (
  manifest: Sealed,
  parts: readonly (readonly [name: string, text: string])[],
): Links =>
  chainOf(
    manifest,
    parts.map(([name, text]) => [name, sha256(text)] as const),
  )
/** The same from the hashes of the parts, which is enough to know that the list of parts is true. */
export function chainOf(
  manifest: Sealed,
  parts: readonly (readonly [name: string, hash: string])[],
): Links {
  let chain = headOf(manifest)
  return parts.map(([name, hash]) => {
    chain = sha256(`${chain}\n${name}\n${hash}`)
    return { name, sha256: hash, chain }
  })
}

/** Puts links and, with a person's Ed25519 key, a signature on a manifest. */
export function seal(manifest: Sealed, links: Links, key?: KeyObject): void {
  manifest.parts = links
  if (key)
    manifest.signature = {
      publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
      value: sign(null, strToU8(links.at(-1)?.chain ?? ''), key).toString('base64'),
    }
}

const changed = (what: string) =>
  damaged(`was changed after it was written: ${what} is not what its hash says.`)

/** Every part, their chain and the signature have to be true. */
export function checkSeal(sealed: Sealed, links: Links, files: ReadonlyMap<string, string>): void {
  checkChain(sealed, links)
  if (files.size !== links.length + 1)
    throw damaged('holds files that its list of parts does not name.')
}
/** The list of parts has to be true, and signed where it says so. */
export function checkChain({ parts, signature }: Sealed, links: Links): void {
  const broken = links.find((link, at) => canonical(link) !== canonical(parts[at] ?? null))
  if (broken || links.length !== parts.length) throw changed(broken?.name ?? 'its list of parts')
  if (signature && !isSigned(signature, links.at(-1)?.chain ?? ''))
    throw damaged('carries a signature that is not true.')
}

/** The content of one part, which has to be what the list says. */
export function trueText(
  { parts }: Sealed,
  name: string,
  files: ReadonlyMap<string, string>,
): string {
  const text = files.get(name)
  if (text === undefined) throw damaged(`lacks ${name}.`)
  if (sha256(text) !== parts.find((part) => part.name === name)?.sha256) throw changed(name)
  return text
}

function isSigned(
  { publicKey, value }: { publicKey: string; value: string },
  chain: string,
): boolean {
  try {
    return verify(null, strToU8(chain), createPublicKey(publicKey), Buffer.from(value, 'base64'))
  } catch {
    return false
  }
}

/** A part of a bundle as its schema has it, or why it is damaged. */
export function parsePart<T>(schema: z.ZodType<T>, text: string | undefined, name: string): T {
  if (text === undefined) throw damaged(`lacks its ${name}.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged(`holds a ${name} that is not JSON.`)
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success)
    throw damaged(
      `holds a ${name} of another form: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}.`,
    )
  return parsed.data
}
