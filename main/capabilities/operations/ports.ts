import type { z } from 'zod'
import type { Failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import type { Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { Unattended } from './domain/facts'

export type { Unattended }

/** What a step may use. Everything it learns that a later step or an undo needs goes into `kept`, which is journaled before the step counts as done. */
export interface StepContext<I> {
  input: I
  /** Strings kept by this and earlier steps; survives a crash. */
  kept: Record<string, string>
  client(site: string): Outcome<KubeClient>
  /** Says what is happening; share is 0..1 where it is known. */
  progress(detail: string, share?: number): void
  /** Adds a plain sentence to the journal of the operation. */
  note(says: string): void
  signal: AbortSignal
}
/** One idempotent step: running it twice, or again after a crash in the middle, ends in the same state. */
export interface Step<I> {
  id: string
  title: string
  promiseSeconds?: number
  run(context: StepContext<I>): Promise<Outcome<void>>
  /**
   * Why what this step rests on is no longer so, as a sentence; undefined while it still is. Asked each time before it runs, so also after a restart hours
   * later and when it is tried again. It has to count what the step itself did before it was cut short as still so. The operation then ends as overtaken.
   */
  overtaken?(context: StepContext<I>): Promise<Outcome<string | undefined>>
  /** Takes back what run made; must also work when run was cut short. Absent: nothing to take back. */
  undo?(context: StepContext<I>): Promise<Outcome<void>>
  /** Whether the other steps go on when this one fails so. The operation then ends as failed, names it, and retry does again only what failed. */
  passes?(failure: Failure): boolean
}
/** What a kind rests on beside its input: for a core that was away for hours, and goes on. */
export interface Premise<I> {
  /** Why a late run does no harm: what is asked, or why nothing has to be. */
  says: string
  /**
   * Why what it rests on is no longer so, before each of its steps; undefined while it still is. As a step's own `overtaken`, and asked before that: what the
   * operation itself did so far has to count as still so.
   */
  asks?(context: StepContext<I>, step: string): Promise<Outcome<string | undefined>>
}
/** A kind of operation, registered once. Steps are a pure function of the input, so that a restarted core finds the same list. */
export interface OperationKind<I> {
  kind: string
  input: z.ZodType<I>
  premise: Premise<I>
  steps(input: I): Step<I>[]
  /** What Cancel leaves behind, one sentence. */
  cancelLeaves(input: I): string
  /** Sites that it needs beside its own; after a restart it goes on when all of them are connected. */
  sites?(input: I): string[]
  /** Whether a finished operation can be taken back as a whole. */
  undoable: boolean | ((input: I) => boolean)
  /** What ends on this machine with it once all is done. Called before the journal says so, so maybe twice over a crash. */
  settle?(input: I): void
}
/** A plan as its capability made it: what is shown, and what runs when it is confirmed. */
export interface MadePlan<I> {
  plan: Omit<Plan, 'id' | 'madeAt' | 'expiresAt'>
  kind: OperationKind<I>
  input: I
  /** Makes the plan again to see whether facts moved. */ again(
    signal: AbortSignal,
  ): Promise<Outcome<MadePlan<I>>>
}

/** What begins by itself, and whether it may at the very moment it would. */
export interface UnattendedStart {
  on: Unattended
  mayAct(): boolean
}

/** What other capabilities use of operations. */
export interface Operations {
  register<I>(kind: OperationKind<I>): void
  /** Keeps a plan for five minutes and gives it its id. */
  offer<I>(made: MadePlan<I>): Plan
}
