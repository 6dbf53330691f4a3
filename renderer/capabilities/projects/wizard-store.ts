import { useEffect } from 'react'
import { create } from 'zustand'
import type { Draft } from '../../../preload/contract/projects'
import { lastKnown, toTrouble, useCore, useWatch, type Client } from '../../client'
import { afterSave, afterTold, type InHand, type TypedFields } from './draft-sync'

/** The wizard in progress. It outlives its screen, so that what was typed is there after a look at the map or a lost connection. */
export const useWizardStore = create<InHand>(() => ({ saving: false }))

export const keepTyped = (typed: TypedFields) =>
  useWizardStore.setState((before) => ({ typed: { ...before.typed, ...typed } }))

export type Keep = Record<string, 'mine' | 'theirs'>
const SAVE_AFTER_MS = 400
let pending: ReturnType<typeof setTimeout> | undefined
let running = false

/** Keeps what stands in the wizard. One save at a time: the next is merged from what this one kept. */
async function save(client: Client, keep?: Keep): Promise<void> {
  const { draft: sent, base, gone } = useWizardStore.getState()
  if (!sent || gone) return
  if (running) return saveSoon(client)
  running = true
  useWizardStore.setState({ saving: true })
  try {
    const kept = await client.projects.saveDraft({
      draft: sent,
      ...(base && { basedOn: base }),
      ...(keep && { keep }),
    })
    useWizardStore.setState((state) => afterSave(state, sent, kept), true)
  } catch (error) {
    if (useWizardStore.getState().draft?.id === sent.id) refused(error)
  } finally {
    running = false
  }
}
function refused(error: unknown) {
  const trouble = toTrouble(error)
  const { failure } = trouble
  useWizardStore.setState({
    saving: false,
    trouble,
    ...(failure?.code === 'CONFLICT' && { conflict: failure.data }),
    ...(failure?.code === 'NOT_FOUND' && { gone: true }),
  })
}
function saveSoon(client: Client): void {
  clearTimeout(pending)
  pending = setTimeout(() => void save(client), SAVE_AFTER_MS)
}

/** Changes the draft at once and keeps it on this machine a moment later. */
export function changeDraft(client: Client, change: (draft: Draft) => Draft) {
  const { draft: before } = useWizardStore.getState()
  if (!before) return
  useWizardStore.setState({ draft: change(before) })
  saveSoon(client)
}
/** Settles fields that two windows changed. */
export function settleDraft(client: Client, keep: Keep): Promise<void> {
  clearTimeout(pending)
  return save(client, keep)
}
/** Begins a draft again, under another id, that was discarded or fulfilled elsewhere while somebody wrote in it. */
export function keepAsNew(client: Client, id: string) {
  const { draft, typed } = useWizardStore.getState()
  if (!draft) return
  const { revision: _, savedAt: __, ...rest } = draft
  useWizardStore.setState({ draft: { ...rest, id }, saving: false, ...(typed && { typed }) }, true)
  saveSoon(client)
}
/** Forgets the draft here and on this machine. */
export async function discardDraft(client: Client, id: string) {
  clearTimeout(pending)
  useWizardStore.setState({ saving: false }, true)
  await client.projects.discardDraft({ id })
}

/** Leaves a draft that this window's own operation has fulfilled. */
export function leaveFulfilled() {
  if (useWizardStore.getState().gone) useWizardStore.setState({ saving: false }, true)
}

const take = (draft: Draft) => useWizardStore.setState({ draft, base: draft, saving: false }, true)

/** Takes the defaults that arrived after the wizard was opened. Nobody chose them, so they are what it begins with. */
export function beginWith(draft: Draft) {
  const { draft: before, base } = useWizardStore.getState()
  if (before?.id === draft.id && before === base && base.revision === undefined) take(draft)
}

/** The draft with this id: the one in hand, else the one kept on this machine, else a new one; with what other windows keep of it. */
export function useDraft(
  id: string,
  makeNew: () => Draft,
): InHand & { change: (patch: Partial<Draft>) => void } {
  const { client } = useCore()
  const state = useWizardStore()
  const inHand = state.draft?.id === id
  useEffect(() => {
    if (inHand) return
    let left = false
    void client.projects
      .drafts()
      .catch(() => [])
      .then((kept) => {
        if (!left) take(kept.find((one) => one.id === id) ?? makeNew())
      })
    return () => {
      left = true
    }
  }, [client, id, inHand])
  useOtherWindows(id, inHand)
  return {
    ...(inHand ? state : { saving: false }),
    change: (patch) => changeDraft(client, (draft) => ({ ...draft, ...patch })),
  }
}

function useOtherWindows(id: string, inHand: boolean) {
  const { client } = useCore()
  const { remote } = useWatch((core, options) => core.projects.watchDrafts(undefined, options), [])
  const kept = lastKnown(remote)?.value
  useEffect(() => {
    if (!kept || !inHand) return
    const theirs = kept.find((one) => one.id === id)
    if (theirs) useWizardStore.setState((state) => afterTold(state, theirs), true)
    else if (useWizardStore.getState().base?.revision !== undefined) void lookAgain(client, id)
  }, [kept, id, inHand])
}
// What was told may be older than what this window has saved since.
async function lookAgain(client: Client, id: string) {
  const kept = await client.projects.drafts().catch(() => undefined)
  const { draft, base } = useWizardStore.getState()
  if (
    kept &&
    draft?.id === id &&
    base?.revision !== undefined &&
    !kept.some((one) => one.id === id)
  )
    useWizardStore.setState({ gone: true })
}
