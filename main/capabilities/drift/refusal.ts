import { failure, type Failure } from '../../../preload/contract/failures'
import type { Outcome } from '../../kernel/outcome'
import { fail, succeed } from '../../kernel/outcome'
import { UnusableInput } from './domain/failures'

export const unusable = (says: string, remedy: string): Failure =>
  failure('INPUT_UNUSABLE', { says, remedy })
/** A desk's answer, or why its input could not be used; anything else is a bug and goes on. */
export async function asked<T>(answer: Promise<T>): Promise<Outcome<T>> {
  try {
    return succeed(await answer)
  } catch (error) {
    if (error instanceof UnusableInput) return fail(unusable(error.says, error.remedy))
    throw error
  }
}
