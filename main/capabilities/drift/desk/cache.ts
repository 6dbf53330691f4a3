import type { Book } from '../../../../preload/contract/drift-bundle'
import { openBook } from '../bundles/form'
import { UnusableInput } from '../domain/failures'
import type { BookAt } from './questions'

const MOST = 6
const read = new Map<string, Book>()

/** A book of those read last, else read from its bytes; of a bundle no other model is read for it. */
export function bookOf({ key, bytes, at = 0 }: BookAt): Book {
  const name = `${key}/${at}`,
    book = read.get(name) ?? openBook(new Uint8Array(bytes), at)
  if (!book) throw new UnusableInput('This model is not in the bundle.', 'Pick one of its list.')
  read.delete(name)
  read.set(name, book)
  for (const oldest of read.keys()) if (read.size > MOST) read.delete(oldest)
  return book
}
