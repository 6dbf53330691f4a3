import type { Approval, BurstQueue, NotebookAsk } from '../../../preload/contract/burst'
import { lastKnown, useWatch, type Remote } from '../../client'

/** The queue of the home site while a screen of Burst is open. */
export const useQueue = () =>
  useWatch<BurstQueue>((client, options) => client.burst.watch({}, options), [])
export const useApprovals = () =>
  useWatch<Approval[]>((client, options) => client.burst.approvals({}, options), [])
/** Environments that people ask a lead to move. */
export const useNotebookAsks = () =>
  useWatch<NotebookAsk[]>((client, options) => client.burst.notebookAsks(undefined, options), [])
export const valueOf = <T>(remote: Remote<T>): T | undefined => lastKnown(remote)?.value
