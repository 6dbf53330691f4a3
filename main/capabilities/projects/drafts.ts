import { failure } from '../../../preload/contract/failures'
import { Draft } from '../../../preload/contract/projects'
import { timestamp, type Clock } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { Store } from '../../platform/store'
import { latest, listeners } from '../../platform/streams/latest'
import { mergeDraft, sameDraft } from './domain/draft-merge'
import type { FieldConflict, Keep } from './domain/three-way'

export interface DraftSave {
  draft: Draft
  /** The draft as this change began with it: as it was read, or as the wizard opened new. */
  basedOn?: Draft | undefined
  keep?: Keep | undefined
}
export interface DraftKept {
  draft: Draft
  merged: string[]
}

/** Wizards in progress, kept on this machine. Whoever saves merges with what was saved since, so that no window takes back what another wrote. */
export function makeDrafts({ kept, clock }: { kept: Store['drafts']; clock: Clock }) {
  const changes = listeners()
  /** Newest first; one that another version wrote and nobody can read any more is passed over. */
  const list = (): Draft[] =>
    kept.list().flatMap(({ value, savedAt }) => {
      const draft = Draft.safeParse(value)
      return draft.success ? [{ revision: 0, ...draft.data, savedAt: timestamp(savedAt) }] : []
    })
  const remove = (id: string): Outcome<void> => {
    const gone = kept.remove(id)
    if (gone.ok) changes.tell()
    return gone
  }
  const write = (
    draft: Draft,
    { merged, over }: { merged: string[]; over?: Draft },
  ): Outcome<DraftKept> => {
    const now = clock.now()
    // It only grows, also over a discarded draft of the same name, so that a window can tell what is newer.
    const revision = Math.max(now, (over?.revision ?? 0) + 1)
    const value = { ...draft, revision, savedAt: timestamp(now) }
    const done = kept.put({ id: draft.id, value, savedAt: now })
    if (!done.ok) return done
    changes.tell()
    return succeed({ draft: value, merged })
  }
  return {
    list,
    watch: (signal: AbortSignal | undefined) =>
      latest({ subscribe: changes.add, read: list, clock, signal }),
    save({ draft: mine, basedOn, keep }: DraftSave): Outcome<DraftKept> {
      const theirs = list().find(({ id }) => id === mine.id)
      // What was kept before and is gone was discarded or fulfilled: saving it again would bring it back.
      if (!theirs && basedOn?.revision !== undefined)
        return fail(failure('NOT_FOUND', { kind: 'draft', name: mine.name || mine.id }))
      if (!theirs) return write(mine, { merged: [] })
      const { draft, merged, conflicts } = mergeDraft(basedOn, { mine, theirs }, keep)
      if (conflicts.length > 0) return fail(conflictWith(theirs, mine, conflicts))
      return sameDraft(draft, theirs)
        ? succeed({ draft: theirs, merged })
        : write(draft, { merged, over: theirs })
    },
    discard: remove,
    /** Closes a draft that an operation has fulfilled; without one, or where it is gone already, nothing happens. */
    close(id: string | undefined): void {
      if (id !== undefined && kept.list().some((one) => one.id === id)) remove(id)
    },
  }
}

const conflictWith = (theirs: Draft, mine: Draft, fields: FieldConflict[]) =>
  failure('CONFLICT', {
    kind: 'draft',
    name: mine.name || 'this draft',
    theirs: 'Another window',
    resourceVersion: String(theirs.revision ?? 0),
    fields,
  })
export type Drafts = ReturnType<typeof makeDrafts>
