import type { Operation } from '../../../../preload/contract/operations'
import { timestamp } from '../../../kernel/clock'
import { isActive, type OperationFacts, type StepFacts } from './facts'

export interface Progress {
  detail?: string
  share?: number
}
export interface Told {
  journal: readonly { at: number; says: string }[]
  progress: Progress | undefined
  now: number
}

const JOURNAL_SHOWN = 200

/** An operation as the contract shows it. */
export function toOperation(facts: OperationFacts, { journal, progress, now }: Told): Operation {
  const {
    number: _number,
    input: _input,
    back: _back,
    unattended: _unattended,
    kept,
    undoable,
    startedAt,
    endedAt,
    steps,
    ...rest
  } = facts
  return {
    ...rest,
    startedAt: timestamp(startedAt),
    ...(endedAt !== undefined && { endedAt: timestamp(endedAt) }),
    elapsedSeconds: Math.max(0, ((endedAt ?? now) - startedAt) / 1000),
    canUndo: undoable && facts.state === 'done',
    steps: steps.map((step) => toStep(step, progress)),
    journal: journal.slice(-JOURNAL_SHOWN).map(({ at, says }) => ({ at: timestamp(at), says })),
    ...(facts.state === 'done' && { result: kept }),
  }
}

function toStep(
  { startedAt, endedAt, passed: _passed, ...step }: StepFacts,
  progress: Progress | undefined,
): Operation['steps'][number] {
  return {
    ...step,
    ...(startedAt !== undefined && { startedAt: timestamp(startedAt) }),
    ...(endedAt !== undefined && { endedAt: timestamp(endedAt) }),
    ...(step.state === 'running' && progress),
  }
}

/** Running first, then the newest; at most a hundred. */
export const shown = <T extends { facts: OperationFacts }>(all: Iterable<T>): T[] =>
  [...all]
    .sort(
      (a, b) =>
        Number(isActive(b.facts)) - Number(isActive(a.facts)) || b.facts.number - a.facts.number,
    )
    .slice(0, 100)
