import type { CountScore } from '../../../../preload/contract/drift'
import type { Book } from '../../../../preload/contract/drift-bundle'
import type { SpecialFunctions } from '../domain/special'
import { canonical, scoreWindows } from '../profile'

export interface Verified {
  scores: number
  differing: { model: string; window: string; column: string }[]
}

/** Computes every score of every model again from its counts and tells which differ from those that were written. */
export function verifyBooks(books: readonly Book[], special: SpecialFunctions): Verified {
  const found: Verified = { scores: 0, differing: [] }
  for (const { about, profile, windows, scores } of books) {
    const model = about.settings.model,
      again = scoreWindows(profile, windows, { special, rule: about.settings.rule })
    again.forEach(({ window, columns }, at) => {
      found.scores += columns.length
      columns.forEach((score, index) => {
        const written = scores[at]?.columns[index]
        if (canonical(comparable(score, written)) !== canonical(written))
          found.differing.push({ model, window, column: score.column })
      })
    })
    if (again.length !== scores.length)
      found.differing.push({ model, window: 'all', column: 'the number of windows' })
  }
  return found
}

/** Bundles that were written before causes were kept say them in words only. */
function comparable(score: CountScore, written: CountScore | undefined): CountScore {
  if (written?.cause !== undefined || score.cause === undefined) return score
  const { cause: _cause, ...rest } = score
  return rest
}
