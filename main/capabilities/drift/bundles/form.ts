import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { strToU8 } from 'fflate'
import { z } from 'zod'
import { DriftProfile, DriftWindow, VerdictOperation, WindowScores } from '../../../../preload/contract/drift'
import { BookAbout, BooksManifest, type Book } from '../../../../preload/contract/drift-bundle'
import { canonical, fingerprint, hashOf, sha256 } from '../hash'
import type { Bundle } from './bundle'
import { bookOfFirstForm } from './first-form'
import { damaged, fromTheFuture } from './refusals'
import { pack, unpack } from './zip'

/** The form of bundles written now. */
export const FORM = 2
const PARTS = ['about', 'profile', 'windows', 'scores', 'verdicts'] as const
type Part = (typeof PARTS)[number]
const SCHEMAS: { [P in Part]: z.ZodType<Book[P]> } = { about: BookAbout, profile: DriftProfile, windows: z.array(DriftWindow).max(5000), scores: z.array(WindowScores).max(5000), verdicts: z.array(VerdictOperation).max(10_000) }

export interface BundleHead { createdAt: string; name: string; signer?: string | undefined }

const nameOf = (at: number, part: Part) => `models/${at}/${part}.json`
const headOf = ({ parts: _parts, signature: _signature, ...about }: BooksManifest): string => sha256(canonical(about))

/** Chains each part to those before it: the last link stands for the whole. */
function linksOf(files: ReadonlyMap<string, string>, manifest: BooksManifest) {
  let chain = headOf(manifest)
  return manifest.models.flatMap((_, at) => PARTS.map((part) => {
    const name = nameOf(at, part), text = files.get(name)
    if (text === undefined) throw damaged(`lacks ${name}.`)
    const hash = sha256(text)
    chain = sha256(`${chain}\n${name}\n${hash}`)
    return { name, sha256: hash, chain }
  }))
}

/** Writes a bundle; with a person's Ed25519 key it is signed. */
export function packBooks(books: readonly Book[], { createdAt, name, signer }: BundleHead, key?: KeyObject): Uint8Array<ArrayBuffer> {
  const manifest: BooksManifest = { format: 'takt-drift-bundle', version: FORM, createdAt, name, ...(signer !== undefined && { signer }), models: books.map(({ about }) => ({ id: about.id, model: about.settings.model })), parts: [] }
  const files = new Map(books.flatMap((book, at) => PARTS.map((part) => [nameOf(at, part), canonical(book[part])] as const)))
  manifest.parts = linksOf(files, manifest)
  const last = manifest.parts.at(-1)?.chain ?? ''
  if (key) manifest.signature = { publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(), value: sign(null, strToU8(last), key).toString('base64') }
  return pack({ 'manifest.json': canonical(manifest), ...Object.fromEntries(files) })
}

export function parsePart<T>(schema: z.ZodType<T>, text: string | undefined, name: string): T {
  if (text === undefined) throw damaged(`lacks its ${name}.`)
  let value: unknown
  try { value = JSON.parse(text) } catch { throw damaged(`holds a ${name} that is not JSON.`) }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw damaged(`holds a ${name} of another form: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}.`)
  return parsed.data
}

/** Opens a bundle of any form so far: its hashes, chain and signature have to be true. Needs nothing but the bytes. */
export function openBooks(bytes: Uint8Array): Bundle {
  const files = unpack(bytes), { version } = parsePart(z.object({ version: z.number() }), files.get('manifest.json'), 'manifest')
  if (version > FORM) throw fromTheFuture(version, FORM)
  if (version === 1) return bookOfFirstForm(bytes)
  const manifest = parsePart(BooksManifest, files.get('manifest.json'), 'manifest')
  checkChain(files, manifest)
  const books = manifest.models.map((_, at): Book => {
    const part = <P extends Part>(name: P): Book[P] => parsePart(SCHEMAS[name], files.get(nameOf(at, name)), nameOf(at, name))
    const book = { about: part('about'), profile: part('profile'), windows: part('windows'), scores: part('scores'), verdicts: part('verdicts') }
    if (hashOf(book.profile) !== book.profile.hash) throw damaged('holds a profile that is not what its hash says.')
    return book
  })
  return { manifest, books, form: version, ...(manifest.signature && { signedBy: fingerprint(manifest.signature.publicKey) }) }
}

/** Every part, their chain and the signature have to be true. */
function checkChain(files: ReadonlyMap<string, string>, manifest: BooksManifest): void {
  const links = linksOf(files, manifest)
  const broken = links.find((link, at) => canonical(link) !== canonical(manifest.parts[at] ?? null))
  if (broken || links.length !== manifest.parts.length) throw damaged(`was changed after it was written: ${broken?.name ?? 'its list of parts'} is not what its hash says.`)
  if (files.size !== links.length + 1) throw damaged('holds files that its list of parts does not name.')
  if (manifest.signature && !isSigned(manifest.signature, links.at(-1)?.chain ?? '')) throw damaged('carries a signature that is not true.')
}

function isSigned({ publicKey, value }: { publicKey: string; value: string }, chain: string): boolean {
  try { return verify(null, strToU8(chain), createPublicKey(publicKey), Buffer.from(value, 'base64')) } catch { return false }
}
