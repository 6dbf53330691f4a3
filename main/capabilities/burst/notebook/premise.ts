import { succeed, type Outcome } from '../../../kernel/outcome'
import type { Premise, StepContext } from '../../operations'
import type { AwayMark, NotebookMoveInput, NotebookReturnInput } from './input'
import { pointerOf } from './marks'

/** Where the very environment that was planned for points, or why there is none. */
async function pointer({
  input,
  client,
  signal,
}: StepContext<NotebookMoveInput | NotebookReturnInput>): Promise<
  Outcome<{ away: AwayMark | undefined } | string>
> {
  const home = client(input.site)
  if (!home.ok) return home
  const found = await pointerOf(home.value, input, signal)
  if (!found.ok) return found
  if (!found.value) return succeed(`${input.name} is gone.`)
  return succeed(
    input.uid === undefined || found.value.uid === input.uid
      ? found.value
      : `${input.name} was deleted and made anew.`,
  )
}

/** A move rests on the environment that was planned for, and from its second step on on its pointing at this move. */
export const notebookMovePremise: Premise<NotebookMoveInput> = {
  says: 'The environment is still that very one, and points at no other move.',
  async asks(context, step) {
    const found = await pointer(context)
    if (!found.ok) return found
    if (typeof found.value === 'string') return succeed(found.value)
    const { away } = found.value
    const { name, run } = context.input
    if (away?.run === run || (!away && step === 'hold')) return succeed(undefined)
    return succeed(
      away
        ? `${name} is away by another move.`
        : `${name} points at this move no longer: somebody let it go.`,
    )
  },
}

/** A return rests on the environment still pointing at this copy; once it goes here again, on nobody having moved it again. */
export const notebookReturnPremise: Premise<NotebookReturnInput> = {
  says: 'The environment is still that very one and points at the copy that goes, or at none once this return lets it go here.',
  async asks(context, step) {
    // The machine is given back by the claim of the move that ended, whatever became of the environment.
    if (step === 'machines') return succeed(undefined)
    const found = await pointer(context)
    if (!found.ok) return found
    if (typeof found.value === 'string') return succeed(found.value)
    const { away } = found.value
    const { name } = context.input
    if (away) {
      // Its volume there goes only once it goes here.
      const moved = away.run !== context.input.away.run || step === 'clear'
      return succeed(moved ? `${name} was moved again meanwhile.` : undefined)
    }
    return succeed(
      step === 'resume' || step === 'clear' ? undefined : `${name} was returned already.`,
    )
  },
}
