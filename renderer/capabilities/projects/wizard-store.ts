import { useEffect } from 'react'
import { create } from 'zustand'
import type { Draft } from '../../../preload/contract/projects'
import type { MachineTyped } from '../environments/forms'
import { toTrouble, useCore, type Client, type Trouble } from '../../client'
import type { DefineTyped } from './forms'

/** Texts of fields that were typed into, beside what the draft could read of them. */
export interface TypedFields {
  define?: Partial<DefineTyped>
  machine?: Partial<MachineTyped>
}
interface WizardState {
  draft?: Draft
  typed?: TypedFields
  savedAt?: string
  saving: boolean
  trouble?: Trouble
}
/** The wizard in progress. It outlives its screen, so that what was typed is there after a look at the map or a lost connection. */
export const useWizardStore = create<WizardState>(() => ({ saving: false }))

export const keepTyped = (typed: TypedFields) =>
  useWizardStore.setState((before) => ({ typed: { ...before.typed, ...typed } }))

const SAVE_AFTER_MS = 400
let pending: ReturnType<typeof setTimeout> | undefined
let newest = 0

async function save(client: Client, draft: Draft, round: number) {
  useWizardStore.setState({ saving: true })
  try {
    const { savedAt } = await client.projects.saveDraft(draft)
    if (round === newest)
      useWizardStore.setState((before) => {
        const { trouble: _, ...rest } = before
        return { ...rest, saving: false, savedAt }
      }, true)
  } catch (error) {
    if (round === newest) useWizardStore.setState({ saving: false, trouble: toTrouble(error) })
  }
}
/** Changes the draft at once and keeps it on this machine a moment later. */
export function changeDraft(client: Client, change: (draft: Draft) => Draft) {
  const { draft: before } = useWizardStore.getState()
  if (!before) return
  const draft = change(before)
  useWizardStore.setState({ draft })
  const round = ++newest
  clearTimeout(pending)
  pending = setTimeout(() => void save(client, draft, round), SAVE_AFTER_MS)
}
/** Forgets the draft here and on this machine. */
export async function discardDraft(client: Client, id: string) {
  clearTimeout(pending)
  newest++
  useWizardStore.setState({ saving: false }, true)
  await client.projects.discardDraft({ id })
}

/** The draft with this id: the one in hand, else the one kept on this machine, else a new one. */
export function useDraft(
  id: string,
  makeNew: () => Draft,
): WizardState & { change: (patch: Partial<Draft>) => void } {
  const { client } = useCore()
  const state = useWizardStore()
  const inHand = state.draft?.id === id
  useEffect(() => {
    if (inHand) return
    let gone = false
    void client.projects
      .drafts()
      .catch(() => [])
      .then((kept) => {
        if (gone) return
        const draft = kept.find((one) => one.id === id)
        useWizardStore.setState(
          {
            draft: draft ?? makeNew(),
            saving: false,
            ...(draft?.savedAt && { savedAt: draft.savedAt }),
          },
          true,
        )
      })
    return () => {
      gone = true
    }
  }, [client, id, inHand])
  return {
    ...(inHand ? state : { saving: false }),
    change: (patch) => changeDraft(client, (draft) => ({ ...draft, ...patch })),
  }
}
