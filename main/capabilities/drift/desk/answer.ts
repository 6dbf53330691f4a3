import { createPrivateKey } from 'node:crypto'
import type { Book } from '../../../../preload/contract/drift-bundle'
import { openBooks, packBooks } from '../bundles/form'
import { verifyBooks } from '../bundles/verify'
import { writeDemoModel } from '../demo/write'
import { loadSpecialFunctions } from '../../../platform/numerics'
import { bookOf } from './cache'
import { countModel } from './count'
import { featureOf, featuresOf } from './feature'
import { lookAt } from './look'
import { keptMultivariate, multivariateOf } from './multivariate'
import type { Answers, OpenAsk, PackAsk, QuestionOf, Telling } from './questions'
import { summaryOf } from './summary'

type Handlers = {
  [A in keyof Answers]: (
    question: QuestionOf<A>,
    telling: Telling,
  ) => Promise<Answers[A]> | Answers[A]
}
const HANDLERS: Handlers = {
  count: countModel,
  open,
  summary: ({ book }) => summaryOf(bookOf(book)),
  features: featuresOf,
  feature: featureOf,
  multivariate: ({ book, window, located }) => {
    const read = bookOf(book)
    return located ? multivariateOf(read, { window, located }) : keptMultivariate(read, window)
  },
  look: lookAt,
  pack,
  demo: writeDemoModel,
}

/** Answers one question, whatever thread this is. */
export const answer = async <A extends keyof Answers>(
  question: QuestionOf<A>,
  telling: Telling,
): Promise<Answers[A]> => {
  const handle = HANDLERS[question.ask] as unknown as (
    question: QuestionOf<A>,
    telling: Telling,
  ) => Promise<Answers[A]>
  return await handle(question, telling)
}

async function open({ bytes }: OpenAsk): Promise<Answers['open']> {
  const special = await loadSpecialFunctions(),
    { manifest, books, form, signedBy } = openBooks(new Uint8Array(bytes)),
    { scores, differing } = verifyBooks(books, special)
  return {
    summaries: books.map(summaryOf),
    form,
    name: manifest.name,
    createdAt: manifest.createdAt,
    signer: manifest.signer,
    signedBy,
    recomputed: scores,
    differing: differing.length,
  }
}

function pack({ books, head, key }: PackAsk): Answers['pack'] {
  const whole = books.map(({ book, verdicts, settings, events }): Book => {
    const { about, ...rest } = bookOf(book)
    // Paths tell where things lie on this machine; whoever opens it needs their names only.
    return { ...rest, verdicts, about: { ...about, settings, events, sql: about.sql } }
  })
  return { bytes: packBooks(whole, head, key === undefined ? undefined : createPrivateKey(key)) }
}
