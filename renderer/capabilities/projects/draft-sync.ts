import type { Draft } from '../../../preload/contract/projects'
import type { FailureOf } from '../../../preload/contract/failures'
import type { Trouble } from '../../client'
import { typedOfMachine, type MachineTyped } from '../environments/forms'
import { typedOfDraft, type DefineTyped } from './forms'

/** Texts of fields that were typed into, beside what the draft could read of them. */
export interface TypedFields {
  define?: Partial<DefineTyped>
  machine?: Partial<MachineTyped>
}
export type DraftConflict = FailureOf<'CONFLICT'>['data']
/** A wizard in hand: what stands in it, and what it was begun with, which every save is merged from. */
export interface InHand {
  draft?: Draft
  base?: Draft
  typed?: TypedFields
  saving: boolean
  trouble?: Trouble
  /** Fields that another window changed too. */ conflict?: DraftConflict
  /** What came from another window by itself. */ merged?: boolean
  /** It was discarded or fulfilled elsewhere. */ gone?: boolean
}

/** Texts that were typed stay in their fields, but where the draft says something else by now. */
function typedStill(typed: TypedFields | undefined, before: Draft, after: Draft): TypedFields {
  const still = <T extends object>(texts: Partial<T> | undefined, was: T, is: T): Partial<T> =>
    Object.fromEntries(
      Object.entries(texts ?? {}).filter(([name]) => was[name as keyof T] === is[name as keyof T]),
    ) as Partial<T>
  return {
    define: still(typed?.define, typedOfDraft(before), typedOfDraft(after)),
    machine: still(typed?.machine, typedOfMachine(before), typedOfMachine(after)),
  }
}
const settled = ({ trouble: _t, conflict: _c, merged: _m, ...rest }: InHand): InHand => rest

/** After the core kept what was sent. What was typed meanwhile stays, and is merged from what was sent at the next save. */
export function afterSave(
  state: InHand,
  sent: Draft,
  { draft: kept, merged }: { draft: Draft; merged: string[] },
): InHand {
  if (state.draft?.id !== sent.id) return state
  const told = merged.length > 0 ? { merged: true } : {}
  if (state.draft !== sent)
    return {
      ...settled(state),
      ...told,
      saving: false,
      base: { ...sent, revision: kept.revision, savedAt: kept.savedAt },
    }
  return {
    ...settled(state),
    ...told,
    saving: false,
    draft: kept,
    base: kept,
    typed: typedStill(state.typed, sent, kept),
  }
}

/** After the core told what is kept of this draft. Nothing unsaved is touched: the next save merges it. */
export function afterTold(state: InHand, theirs: Draft): InHand {
  const { draft, base } = state
  if (!draft || draft.id !== theirs.id || draft !== base || state.saving) return state
  if ((theirs.revision ?? 0) <= (base.revision ?? -1)) return state
  return {
    ...settled(state),
    draft: theirs,
    base: theirs,
    merged: true,
    typed: typedStill(state.typed, base, theirs),
  }
}
