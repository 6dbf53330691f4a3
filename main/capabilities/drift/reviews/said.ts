import { z } from 'zod'
import { VerdictOperation } from '../../../../preload/contract/drift'
import { NamespacedRef } from '../../../../preload/contract/common'
import type { Outcome } from '../../../kernel/outcome'
import { succeed } from '../../../kernel/outcome'
import type { Store } from '../../../platform/store'

/** Something said on this machine, and where its shared home is; it stays here until that home has it. */
export const Said = z.object({
  model: z.string(),
  owner: z.string(),
  id: z.string(),
  bundle: z.string().optional(),
  /** Hash of the frozen reference: what the model is, whatever it is called. */
  profile: z.string().max(64).optional(),
  workItem: NamespacedRef.optional(),
  operation: VerdictOperation,
  merged: z.boolean(),
})
export type Said = z.infer<typeof Said>
/** A model that things are said of. */
export interface SpokenModel {
  id: string
  model: string
  profile?: string | undefined
}
/** Two models of one name are told apart by their references; what was kept before those were has its name alone. */
const isOf = (said: Said, { id, model, profile }: SpokenModel): boolean => {
  if (said.model !== model) return false
  if (said.profile === undefined || profile === undefined) return true
  return said.profile === profile || (said.bundle === undefined && said.id === id)
}
const KEY = 'drift.said'
/** What has merged is kept this long in number, so that it shows before the shared record is read again. */
const MERGED_KEPT = 200

/** Verdicts, notes and proposals said on this machine: only ever added, taken back only before they merge. */
export class SaidHere {
  readonly #store: Pick<Store, 'settings'>
  #all: Said[] | undefined
  constructor(store: Pick<Store, 'settings'>) {
    this.#store = store
  }
  all(): readonly Said[] {
    return (this.#all ??= z.array(Said).safeParse(this.#store.settings.get(KEY) ?? []).data ?? [])
  }
  waiting(): Said[] {
    return this.all().filter(({ merged }) => !merged)
  }
  of(model: SpokenModel): VerdictOperation[] {
    return this.all()
      .filter((said) => isOf(said, model))
      .map(({ operation }) => operation)
  }
  add(said: Said): Outcome<void> {
    return this.#write([...this.all(), said])
  }
  /** False where it is not here or has merged already. */
  takeBack(operation: string): Outcome<boolean> {
    const found = this.all().find((said) => said.operation.id === operation && !said.merged)
    if (!found) return succeed(false)
    const written = this.#write(this.all().filter((said) => said !== found))
    return written.ok ? succeed(true) : written
  }
  markMerged(ids: ReadonlySet<string>): Outcome<void> {
    const all = this.all().map((said) =>
        ids.has(said.operation.id) ? { ...said, merged: true } : said,
      ),
      merged = all.filter((said) => said.merged),
      dropped = new Set(merged.slice(0, Math.max(0, merged.length - MERGED_KEPT)))
    return this.#write(all.filter((said) => !dropped.has(said)))
  }
  #write(all: Said[]): Outcome<void> {
    const kept = this.#store.settings.set(KEY, all)
    if (kept.ok) this.#all = all
    return kept
  }
}
