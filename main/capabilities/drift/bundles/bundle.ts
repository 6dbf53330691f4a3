import type { Book, BooksManifest } from '../../../../preload/contract/drift-bundle'

/** An opened bundle; everything in it is as it was written. */
export interface Bundle {
  manifest: BooksManifest
  books: Book[]
  /** The form it was written in. */ form: number
  /** Fingerprint of the key that signed it. */ signedBy?: string
}
