import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type {
  ListAsk,
  ListFilter,
  ListId,
  ListSort,
  ListUpdate,
} from '../../../preload/contract/cluster'
import { lastKnown, toTrouble, useCore, useWatch, type Remote } from '../../client'

let opened = 0
const newId = () => `list-${++opened}-${crypto.randomUUID()}`

export interface ListQuestion {
  site: string
  list: ListId
  filter: ListFilter
  sort: ListSort
  columns: string[] | undefined
}
export interface LiveList {
  remote: Remote<ListUpdate>
  update: ListUpdate | undefined
  id: string
  again: () => void
  look: (ask: { window?: { from: number; count: number }; hold?: boolean; apply?: boolean }) => void
}

/** Follows a list with a window that moves without the list being opened anew. What was shown stays while another order or filter is fetched. */
export function useList(question: ListQuestion): LiveList {
  const { client } = useCore()
  const key = JSON.stringify(question)
  const [round, setRound] = useState(0)
  const id = useMemo(newId, [key, round])
  const window = useRef({ from: 0, count: 60 })
  const held = useRef(false)
  // A lost connection opens the list again with the window of now, not of then.
  const { remote, again } = useWatch<ListUpdate>(
    (core, options) =>
      core.cluster.watchList(
        { ...question, id, window: window.current } satisfies ListAsk,
        options,
      ),
    [id],
  )
  const isOpen = lastKnown(remote) !== undefined
  const look = useCallback(
    (ask: { window?: { from: number; count: number }; hold?: boolean; apply?: boolean }) => {
      if (ask.window) window.current = ask.window
      if (ask.hold !== undefined) held.current = ask.hold
      // Asked before the list is open, it counts from its opening on.
      client.cluster.look({ id, ...ask }).catch((error: unknown) => {
        if (toTrouble(error).code !== 'NOT_FOUND') setRound((n) => n + 1)
      })
    },
    [client, id],
  )
  useEffect(() => {
    if (isOpen && (held.current || window.current.from > 0))
      look({ window: window.current, hold: held.current })
  }, [isOpen, look])
  return { remote, update: lastKnown(remote)?.value, id, again, look }
}
