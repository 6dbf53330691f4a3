import { failure, type Failure } from '../../../preload/contract/failures'

/** No list comes near these; a server that always has another page would fill the memory, or hold its reader for good. */
const MOST = { objects: 1_000_000, characters: 2 ** 30, pages: 20_000 }
export interface ListPage {
  objects: number
  characters: number
  /** Where this page was asked to begin, and where it says that the next one does. */
  from: string | undefined
  next: string | undefined
}

/** Counts the pages of one list; answers what is wrong once there are more than any list has, or one leads back to where it began. */
export function boundOfList(
  site: string,
  most: typeof MOST = MOST,
): (page: ListPage) => Failure | undefined {
  const all = { objects: 0, characters: 0, pages: 0 }
  return ({ objects, characters, from, next }) => {
    all.objects += objects
    all.characters += characters
    all.pages++
    const circles = next !== undefined && next === from
    const isTooMuch =
      all.objects > most.objects || all.characters > most.characters || all.pages > most.pages
    if (!circles && !isTooMuch) return undefined
    const size = String(Math.round(all.characters / 2 ** 20))
    return failure('CLUSTER_FAILED', {
      site,
      status: 200,
      says: `its list did not end after ${String(all.objects)} objects of ${size} MB in ${String(all.pages)} pages`,
    })
  }
}
