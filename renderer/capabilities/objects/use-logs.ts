import { useCallback, useEffect, useRef, useState } from 'react'
import type { LogLine, LogsAsk, LogState } from '../../../preload/contract/objects'
import { lastKnown, useCore, useWatch, type Trouble } from '../../client'
import { toTrouble } from '../../client'
import { BLOCK, blocksFor } from './logs-window'

const MOST_BLOCKS = 40
export interface Hit {
  line?: number | undefined
  nth: number
  matches: number
  wrapped: boolean
}
export interface Needle {
  text: string
  regex: boolean
  matchCase: boolean
}

/** A log being read by the core; lines are fetched where they are looked at. */
export function useLogs(ask: Omit<LogsAsk, 'containers'> & { containers: string[] }) {
  const { client } = useCore()
  const key = JSON.stringify(ask)
  const { remote, again } = useWatch<LogState>(
    (core, options) => core.objects.logs(ask, options),
    [key],
  )
  const state = remote.at === 'loading' && !remote.last ? undefined : lastKnown(remote)?.value
  const blocks = useRef(new Map<number, LogLine[]>())
  const session = useRef('')
  const [, drawn] = useState(0)
  if (state && state.session !== session.current) {
    session.current = state.session
    blocks.current.clear()
  }
  const linesAt = useCallback(
    (from: number, count: number): (LogLine | undefined)[] => {
      const tail = state?.tail ?? []
      const first = tail[0]?.n ?? Infinity
      return Array.from({ length: count }, (_unused, index) => {
        const n = from + index
        if (n >= first) return tail[n - first]
        return blocks.current.get(Math.floor(n / BLOCK) * BLOCK)?.find((line) => line.n === n)
      })
    },
    [state],
  )
  const fetchAround = useCallback(
    (from: number, count: number) => {
      const one = session.current
      const last = state?.end ?? 0
      for (const start of blocksFor(from, count)) {
        const known = blocks.current.get(start)
        if (
          one === '' ||
          start >= last ||
          (known && (known.length === BLOCK || start + known.length >= last))
        )
          continue
        blocks.current.set(start, known ?? [])
        client.objects.logLines({ session: one, from: start, count: BLOCK }).then(
          (lines) => {
            if (session.current !== one) return
            blocks.current.delete(start)
            blocks.current.set(start, lines)
            for (const old of [...blocks.current.keys()].slice(
              0,
              Math.max(0, blocks.current.size - MOST_BLOCKS),
            ))
              blocks.current.delete(old)
            drawn((times) => times + 1)
          },
          () => blocks.current.delete(start),
        )
      }
    },
    [client, state],
  )
  return { state, remote, again, linesAt, fetchAround, session: state?.session }
}

/** Searching an open log in the core; the last search wins. */
export function useLogSearch(session: string | undefined) {
  const { client } = useCore()
  const [hit, setHit] = useState<Hit>()
  const [trouble, setTrouble] = useState<Trouble>()
  const [busy, setBusy] = useState(false)
  const running = useRef<AbortController>(undefined)
  useEffect(() => setHit(undefined), [session])
  const search = useCallback(
    async (
      needle: Needle,
      at: { from: number; direction: 'next' | 'previous' },
    ): Promise<Hit | undefined> => {
      running.current?.abort()
      if (session === undefined || needle.text === '') {
        setHit(undefined)
        return undefined
      }
      const own = new AbortController()
      running.current = own
      setBusy(true)
      setTrouble(undefined)
      try {
        const found = await client.objects.searchLogs(
          { session, needle, ...at },
          { signal: own.signal },
        )
        setHit(found)
        return found
      } catch (error) {
        if (!own.signal.aborted) setTrouble(toTrouble(error))
        return undefined
      } finally {
        if (running.current === own) setBusy(false)
      }
    },
    [client, session],
  )
  return { hit, trouble, busy, search, clear: () => setHit(undefined) }
}
