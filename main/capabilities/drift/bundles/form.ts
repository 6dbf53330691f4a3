import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import {
  DriftProfile,
  DriftWindow,
  VerdictOperation,
  WindowScores,
} from '../../../../preload/contract/drift'
import { BookAbout, BooksManifest, type Book } from '../../../../preload/contract/drift-bundle'
import { canonical, fingerprint, hashOf } from '../hash'
import type { Bundle } from './bundle'
import { bookOfFirstForm } from './first-form'
import { chainOf, checkChain, checkSeal, linksOf, parsePart, seal, trueText } from './parts'
import { damaged, fromTheFuture } from './refusals'
import { pack, unpack } from './zip'

/** The form of bundles written now. */
const FORM = 2
const PARTS = ['about', 'profile', 'windows', 'scores', 'verdicts'] as const
type Part = (typeof PARTS)[number]
const SCHEMAS: { [P in Part]: z.ZodType<Book[P]> } = {
  about: BookAbout,
  profile: DriftProfile,
  windows: z.array(DriftWindow).max(5000),
  scores: z.array(WindowScores).max(5000),
  verdicts: z.array(VerdictOperation).max(10_000),
}

export interface BundleHead {
  createdAt: string
  name: string
  signer?: string | undefined
}

const nameOf = (at: number, part: Part) => `models/${at}/${part}.json`

/** The parts of every model in the order that they are chained in. */
const partsOf = (files: ReadonlyMap<string, string>, { models }: BooksManifest) =>
  models.flatMap((_, at) =>
    PARTS.map((part) => {
      const name = nameOf(at, part),
        text = files.get(name)
      if (text === undefined) throw damaged(`lacks ${name}.`)
      return [name, text] as const
    }),
  )

/** Writes a bundle; with a person's Ed25519 key it is signed. */
export function packBooks(
  books: readonly Book[],
  { createdAt, name, signer }: BundleHead,
  key?: KeyObject,
): Uint8Array<ArrayBuffer> {
  const manifest: BooksManifest = {
    format: 'takt-drift-bundle',
    version: FORM,
    createdAt,
    name,
    ...(signer !== undefined && { signer }),
    models: books.map(({ about }) => ({ id: about.id, model: about.settings.model })),
    parts: [],
  }
  const files = new Map(
    books.flatMap((book, at) =>
      PARTS.map((part) => [nameOf(at, part), canonical(book[part])] as const),
    ),
  )
  seal(manifest, linksOf(manifest, partsOf(files, manifest)), key)
  return pack({ 'manifest.json': canonical(manifest), ...Object.fromEntries(files) })
}

/** Opens a bundle of any form so far: its hashes, chain and signature have to be true. Needs nothing but the bytes. */
export function openBooks(bytes: Uint8Array): Bundle {
  const files = unpack(bytes),
    { version } = parsePart(
      z.object({ version: z.number() }),
      files.get('manifest.json'),
      'manifest',
    )
  if (version > FORM) throw fromTheFuture(version, FORM)
  if (version === 1) return bookOfFirstForm(files)
  const manifest = parsePart(BooksManifest, files.get('manifest.json'), 'manifest')
  checkSeal(manifest, linksOf(manifest, partsOf(files, manifest)), files)
  const books = manifest.models.map((_, at) => bookFrom(files, at))
  return {
    manifest,
    books,
    form: version,
    ...(manifest.signature && { signedBy: fingerprint(manifest.signature.publicKey) }),
  }
}
function bookFrom(files: ReadonlyMap<string, string>, at: number): Book {
  const part = <P extends Part>(name: P): Book[P] =>
    parsePart(SCHEMAS[name], files.get(nameOf(at, name)), nameOf(at, name))
  const book = {
    about: part('about'),
    profile: part('profile'),
    windows: part('windows'),
    scores: part('scores'),
    verdicts: part('verdicts'),
  }
  if (hashOf(book.profile) !== book.profile.hash)
    throw damaged('holds a profile that is not what its hash says.')
  return book
}

/** One model of a bundle without unpacking the others: its parts, the list that names them and the signature have to be true. */
export function openBook(bytes: Uint8Array, at: number): Book | undefined {
  const own = PARTS.map((part) => nameOf(at, part)),
    files = unpack(bytes, (name) => name === 'manifest.json' || own.includes(name))
  if (
    parsePart(z.object({ version: z.number() }), files.get('manifest.json'), 'manifest').version !==
    FORM
  )
    return openBooks(bytes).books[at]
  const manifest = parsePart(BooksManifest, files.get('manifest.json'), 'manifest')
  if (at >= manifest.models.length) return undefined
  checkChain(
    manifest,
    chainOf(
      manifest,
      manifest.parts.map(({ name, sha256: hash }) => [name, hash] as const),
    ),
  )
  for (const name of own) trueText(manifest, name, files)
  return bookFrom(files, at)
}
