import { answer } from './answer'
import type { Desk } from './questions'

/** A desk in this thread, for commands and where the program of the thread was not built. */
export const inlineDesk = (): Desk => ({
  ask: (question, telling) => answer(question, telling ?? {}),
  close: () => Promise.resolve(),
})
