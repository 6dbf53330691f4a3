import { explain } from '../../../../preload/contract/explain'
import { failure, parseFailure, type Failure } from '../../../../preload/contract/failures'
import type { Operation, OperationState } from '../../../../preload/contract/operations'

type KeptFailure = NonNullable<Operation['failure']>
export interface StepFacts {
  id: string
  title: string
  promiseSeconds?: number | undefined
  state: Operation['steps'][number]['state']
  startedAt?: number | undefined
  endedAt?: number | undefined
  failure?: KeptFailure | undefined
  /** Failed in this round without stopping the others. */
  passed?: true | undefined
}
/** On whose authority something acts while nobody looks: that of the Lease, or of the signed-in person for what is theirs. */
export type Unattended = 'lease' | 'owner'
/** What an operation that was taken back is called. */
type BackAs = 'cancelled' | 'undone' | 'overtaken'
/** All that is journaled about an operation; times are milliseconds of its site's clock. */
export interface OperationFacts {
  id: string
  number: number
  kind: string
  title: string
  site: string
  subject: Operation['subject']
  by: string
  input: unknown
  state: OperationState
  back?: BackAs | undefined
  /** Why it went no further than it did. */
  overtakenBy?: string | undefined
  /** On whose authority it began by itself; absent where a person pressed the button. */
  unattended?: Unattended | undefined
  startedAt: number
  endedAt?: number | undefined
  promiseSeconds?: number | undefined
  resumedAtStep?: number | undefined
  cancelLeaves: string
  undoable: boolean
  failure?: KeptFailure | undefined
  steps: StepFacts[]
  kept: Record<string, string>
}

/** What an operation does next. */
export type Move =
  | { do: 'run' | 'undo'; index: number }
  | { do: 'end'; state: 'done' | BackAs }
  | { do: 'fail' }
  | { do: 'rest' }

const ACTIVE = new Set<OperationFacts['state']>(['running', 'cancelling', 'undoing'])
export const isActive = ({ state }: Pick<OperationFacts, 'state'>): boolean => ACTIVE.has(state)
type About = Pick<OperationFacts, 'site' | 'subject'>
/** Whether two operations work on one and the same object. */
export const sameObject = (a: About, b: About): boolean =>
  a.site === b.site &&
  a.subject.kind === b.subject.kind &&
  a.subject.name === b.subject.name &&
  a.subject.namespace === b.subject.namespace

const TOUCHED = new Set<StepFacts['state']>(['done', 'running', 'failed'])

/** Forward to the first step that is not done; backward from the last step that may have left something. Steps that failed without stopping the others wait for the next round. */
export function nextMove({ state, steps, back }: OperationFacts): Move {
  const end = (as: 'done' | BackAs): Move =>
    steps.some(({ passed }) => passed) ? { do: 'fail' } : { do: 'end', state: as }
  if (state === 'running') {
    const index = steps.findIndex((step) => step.state !== 'done' && !step.passed)
    return index < 0 ? end('done') : { do: 'run', index }
  }
  if (state !== 'cancelling' && state !== 'undoing') return { do: 'rest' }
  const index = steps.findLastIndex((step) => TOUCHED.has(step.state) && !step.passed)
  return index < 0 ? end(back ?? 'cancelled') : { do: 'undo', index }
}

const withStep = (
  facts: OperationFacts,
  index: number,
  change: Partial<StepFacts>,
): OperationFacts => ({
  ...facts,
  steps: facts.steps.map((step, at) => (at === index ? { ...step, ...change } : step)),
})

export function stepStarted(facts: OperationFacts, index: number, now: number): OperationFacts {
  const start = ({ failure: _failure, endedAt: _endedAt, ...step }: StepFacts): StepFacts => ({
    ...step,
    state: 'running',
    startedAt: step.startedAt ?? now,
  })
  return { ...facts, steps: facts.steps.map((step, at) => (at === index ? start(step) : step)) }
}
export const stepDone = (facts: OperationFacts, index: number, now: number): OperationFacts =>
  withStep(facts, index, { state: 'done', endedAt: now })
export const stepUndone = (facts: OperationFacts, index: number, now: number): OperationFacts =>
  withStep(facts, index, { state: 'undone', endedAt: now })

/** Leaves a step as failed and goes on with the others. */
export const stepPassed = (
  facts: OperationFacts,
  { index, failure, now }: { index: number; failure: Failure; now: number },
): OperationFacts =>
  withStep(facts, index, { state: 'failed', failure, endedAt: now, passed: true })

/** Stops where it is: forward or back, a failure waits for a person. */
export const stopped = (
  facts: OperationFacts,
  { index, failure, now }: { index: number; failure: Failure; now: number },
): OperationFacts => ({
  ...withStep(facts, index, { state: 'failed', failure, endedAt: now }),
  state: 'failed',
  failure,
  endedAt: now,
})

/** Every step had its turn, and some failed: what is not done waits for a person. */
export function endedInPart(
  facts: OperationFacts,
  now: number,
): { facts: OperationFacts; failure: Failure } {
  const failed = facts.steps.flatMap(({ title, failure: met, passed }) =>
    passed ? [{ step: title, says: saysOf(met) }] : [],
  )
  const told = failure('SOME_STEPS_FAILED', { steps: facts.steps.length, failed })
  return { facts: { ...facts, state: 'failed', failure: told, endedAt: now }, failure: told }
}
function saysOf(met: KeptFailure | undefined): string {
  const known = met && parseFailure(met.code, met.data)
  return known ? explain(known).says : (met?.code ?? '')
}

export const ended = (
  facts: OperationFacts,
  state: 'done' | BackAs,
  now: number,
): OperationFacts => ({
  ...facts,
  state,
  endedAt: now,
  steps: facts.steps.map((step) =>
    step.state === 'waiting' ? { ...step, state: 'skipped' } : step,
  ),
})

type Answer = { facts: OperationFacts } | { refused: string }
const goingOn = ({
  failure: _failure,
  endedAt: _endedAt,
  ...facts
}: OperationFacts): OperationFacts => ({
  ...facts,
  steps: facts.steps.map(({ passed: _passed, ...step }) => step),
})

export function cancel(facts: OperationFacts): Answer {
  if (facts.state === 'cancelling') return { facts }
  if (facts.state !== 'running' && !(facts.state === 'failed' && facts.back === undefined))
    return { refused: `"${facts.title}" is ${facts.state}: there is nothing to cancel.` }
  return { facts: { ...goingOn(facts), state: 'cancelling', back: 'cancelled' } }
}

/** Takes back what was done so far, because what it rested on is no longer so. */
export const overtaken = (facts: OperationFacts, says: string): OperationFacts => ({
  ...goingOn(facts),
  state: 'cancelling',
  back: 'overtaken',
  overtakenBy: says,
})

export function undo(facts: OperationFacts): Answer {
  if (facts.state !== 'done')
    return {
      refused: `"${facts.title}" is ${facts.state}: only a finished operation can be taken back.`,
    }
  if (!facts.undoable) return { refused: `"${facts.title}" cannot be taken back.` }
  return { facts: { ...goingOn(facts), state: 'undoing', back: 'undone' } }
}

export function retry(facts: OperationFacts): Answer {
  if (facts.state !== 'failed')
    return {
      refused: `"${facts.title}" is ${facts.state}: only a failed operation can be tried again.`,
    }
  // From here on it is that person's, whoever began it.
  const { unattended: _unattended, ...again } = goingOn(facts)
  if (facts.back === undefined) return { facts: { ...again, state: 'running' } }
  return { facts: { ...again, state: facts.back === 'undone' ? 'undoing' : 'cancelling' } }
}

/** What a restarted core makes of an operation that was under way. */
export function resumed(facts: OperationFacts): { facts: OperationFacts; says: string } {
  const move = nextMove(facts)
  const step = 'index' in move ? move.index + 1 : facts.steps.length
  const says =
    move.do === 'undo'
      ? `Resumed taking back at step ${step} of ${facts.steps.length}`
      : `Resumed at step ${step} of ${facts.steps.length}`
  return { facts: { ...facts, resumedAtStep: step }, says }
}
