import type { Book } from '../../../../preload/contract/drift-bundle'
import { openBooks } from '../bundles/form'
import { UnusableInput } from '../domain/failures'
import type { BookAt } from './questions'

const MOST = 4
const read = new Map<string, Book[]>()

/** A book of those read last, else read from its bytes. */
export function bookOf({ key, bytes, at = 0 }: BookAt): Book {
  const books = read.get(key) ?? openBooks(new Uint8Array(bytes)).books
  read.delete(key)
  read.set(key, books)
  for (const oldest of read.keys()) if (read.size > MOST) read.delete(oldest)
  const book = books[at]
  if (!book) throw new UnusableInput('This model is not in the bundle.', 'Pick one of its list.')
  return book
}
