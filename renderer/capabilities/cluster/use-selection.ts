import { useCallback, useMemo, useRef, useState } from 'react'
import type { ListRow, ListUpdate, RowRef } from '../../../preload/contract/cluster'
import { useCore } from '../../client'

const MOST = 5000
export interface Selected {
  ref: RowRef
  gpus: number | undefined
}
export interface Selection {
  keys: ReadonlySet<string>
  rows: ReadonlyMap<string, Selected>
  isCut: boolean
  pick: (row: ListRow, at: number, how: { extend: boolean }) => void
  all: (matched: number) => void
  clear: () => void
}
/** What is selected, also beyond what is in sight: Shift takes everything between, by asking which rows stand there. */
export function useSelection(id: string, update: ListUpdate | undefined): Selection {
  const { client } = useCore()
  const [rows, setRows] = useState<ReadonlyMap<string, Selected>>(new Map())
  const [isCut, setCut] = useState(false)
  const anchor = useRef<number>(undefined)
  const gpusAt = update?.columns.findIndex((column) => column.id === 'gpus') ?? -1
  const gpusOf = useRef<(row: ListRow) => number | undefined>(() => undefined)
  gpusOf.current = ({ cells }) => {
    const many = cells[gpusAt]
    return typeof many === 'number' ? many : undefined
  }
  const range = useCallback(
    async (from: number, to: number) => {
      const found = await client.cluster
        .range({ id, from: Math.min(from, to), count: Math.min(MOST, Math.abs(to - from) + 1) })
        .catch(() => ({ rows: [] }))
      setRows(
        (before) =>
          new Map([
            ...before,
            ...found.rows.map(
              ({ key, ref }) => [key, before.get(key) ?? { ref, gpus: undefined }] as const,
            ),
          ]),
      )
    },
    [client, id],
  )
  const pick = useCallback(
    (row: ListRow, at: number, { extend }: { extend: boolean }) => {
      if (extend && anchor.current !== undefined) return void range(anchor.current, at)
      anchor.current = at
      setRows((before) => {
        const next = new Map(before)
        if (!next.delete(row.key)) next.set(row.key, { ref: row.ref, gpus: gpusOf.current(row) })
        return next
      })
    },
    [range],
  )
  const all = useCallback(
    (matched: number) => {
      setCut(matched > MOST)
      void range(0, matched - 1)
    },
    [range],
  )
  const clear = useCallback(() => {
    setRows(new Map())
    setCut(false)
    anchor.current = undefined
  }, [])
  const keys = useMemo(() => new Set(rows.keys()), [rows])
  return { keys, rows, isCut, pick, all, clear }
}
