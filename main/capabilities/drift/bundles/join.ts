import type { Book } from '../../../../preload/contract/drift-bundle'
import { UnusableInput } from '../domain/failures'
import { canonical, sha256 } from '../hash'
import { united } from '../reviews/conflicts'

/** What a bundle can hold; more would not be opened again. */
const MOST_MODELS = 200
const MOST_VERDICTS = 10_000

/**
 * What a model is, whatever the file calls it: its name, its frozen reference, its windows and their scores. Names are defaults often
 * enough that they alone say nothing, and what people said of it is no part of it.
 */
export const identityOf = ({ about, profile, windows, scores }: Book): string =>
  sha256(canonical([about.settings.model, profile.hash, windows, scores]))

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100) || 'model'

/** The later of two accounts of one model; where they are of one time, one of them whatever the order. */
function laterOf(a: Book['about'], b: Book['about']): Book['about'] {
  const rank = (about: Book['about']) => [about.madeAt, canonical(about)] as const
  const [madeA, textA] = rank(a),
    [madeB, textB] = rank(b)
  if (madeA !== madeB) return madeA > madeB ? a : b
  return textA >= textB ? a : b
}

/**
 * The models of several bundles in one: each model once, with everything that anybody said of it. The same comes out in any order and
 * grouping, and joining it again changes nothing.
 */
export function joinBooks(books: readonly Book[]): Book[] {
  const joined = new Map<string, Book>()
  for (const book of books) {
    const identity = identityOf(book),
      id = `${plain(book.about.settings.model)}-${identity.slice(0, 16)}`,
      own = { ...book, about: { ...book.about, id }, verdicts: united(book.verdicts) }
    const other = joined.get(identity)
    joined.set(
      identity,
      other
        ? {
            ...own,
            about: laterOf(other.about, own.about),
            verdicts: united(other.verdicts, own.verdicts),
          }
        : own,
    )
  }
  return withinBounds([...joined.values()].sort((a, b) => (a.about.id < b.about.id ? -1 : 1)))
}

function withinBounds(books: Book[]): Book[] {
  const longest = books.find(({ verdicts }) => verdicts.length > MOST_VERDICTS)
  if (books.length > MOST_MODELS)
    throw new UnusableInput(
      `These bundles hold ${books.length} models, and one can hold ${MOST_MODELS}.`,
      'Join fewer bundles.',
    )
  if (longest)
    throw new UnusableInput(
      `${longest.verdicts.length} verdicts were given on ${longest.about.settings.model}, and a bundle can hold ${MOST_VERDICTS}.`,
      'Join fewer bundles.',
    )
  return books
}
