import type { KubeClient } from '../../../platform/kubernetes/types'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { Premise } from '../../operations'
import { jsonMark, Moved } from '../live/budgets'
import { MARK, type WorkloadFacts } from '../live/workload'
import type { MoveInput, ReturnInput } from './input'
import { look, type WorkloadAt } from './original'

/** The very workload that was planned for, or why there is none. */
async function original(
  home: KubeClient,
  input: WorkloadAt & { uid: string },
  signal: AbortSignal,
): Promise<Outcome<WorkloadFacts | string>> {
  const found = await look(home, input, signal)
  if (!found.ok) return found
  if (!found.value) return succeed(`${input.name} is gone.`)
  return succeed(
    found.value.uid === input.uid ? found.value : `${input.name} was deleted and made anew.`,
  )
}

/** What happened to the original since the plan was made, where that forbids the move. */
export function whyNot(
  { run, name, wasRunning, checkpoint }: MoveInput,
  work: WorkloadFacts,
): string | undefined {
  const holder = work.annotations[MARK.held]
  if (holder !== undefined) return holder === run ? undefined : 'Another move holds it.'
  if (work.ended) return `${name} ended meanwhile: there is nothing to move.`
  const started = work.active > 0 && !work.suspended && !wasRunning
  return started && checkpoint === undefined
    ? `${name} started meanwhile and names no checkpoints: it stays.`
    : undefined
}

/** A move rests on its original: that very one, and from the second step on held by this move, so that nobody lets it run beside its copy. */
export const movePremise: Premise<MoveInput> = {
  says: 'The original is still that very one, has neither ended nor started, and is held by no other move.',
  async asks({ input, client, signal }, step) {
    const home = client(input.site)
    if (!home.ok) return home
    const work = await original(home.value, input, signal)
    if (!work.ok) return work
    if (typeof work.value === 'string') return succeed(work.value)
    if (step === 'hold') return succeed(whyNot(input, work.value))
    return succeed(
      work.value.annotations[MARK.held] === input.run
        ? undefined
        : `${input.name} is held by this move no longer: somebody let it go.`,
    )
  },
}

/** A return rests on the original still pointing at this very copy. */
export const returnPremise: Premise<ReturnInput> = {
  says: 'The original is still that very one and points at the copy that goes, or at none once this return has put it back.',
  async asks({ input, client, signal }, step) {
    // Machines are given back by the claim of the move that ended, whatever became of the original.
    if (step === 'nodes') return succeed(undefined)
    const home = client(input.site)
    if (!home.ok) return home
    const work = await original(home.value, input, signal)
    if (!work.ok) return work
    if (typeof work.value === 'string') return succeed(work.value)
    const moved = jsonMark(work.value.annotations, MARK.movedTo, Moved)
    if (moved && moved.run !== input.copy.run)
      return succeed(`${input.name} was moved again meanwhile.`)
    return succeed(step === 'copy' && !moved ? `${input.name} was returned already.` : undefined)
  },
}
