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
        if (canonical(score) !== canonical(scores[at]?.columns[index]))
          found.differing.push({ model, window, column: score.column })
      })
    })
    if (again.length !== scores.length)
      found.differing.push({ model, window: 'all', column: 'the number of windows' })
  }
  return found
}
