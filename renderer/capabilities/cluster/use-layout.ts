import { useCallback, useState } from 'react'
import type { ListColumn, ListId } from '../../../preload/contract/cluster'
import { readLayout, usualLayout, type Layout } from './view-model'

const keyOf = (list: ListId) => `takt-columns-${list}`
const kept = (list: ListId) => {
  try {
    return localStorage.getItem(keyOf(list))
  } catch {
    return null
  }
}

/** Which columns a person sees, in which order and how wide; kept on this machine. Undefined until a list has told its columns, unless some were chosen before. */
export function useLayout(list: ListId) {
  const [chosen, setChosen] = useState<Layout | undefined>(() => {
    const text = kept(list)
    return text === null ? undefined : readLayout(text, asIs(text))
  })
  const change = useCallback(
    (next: Layout | undefined) => {
      setChosen(next)
      try {
        if (next) localStorage.setItem(keyOf(list), JSON.stringify(next))
        else localStorage.removeItem(keyOf(list))
      } catch {
        /* it holds for as long as the page is open */
      }
    },
    [list],
  )
  const learn = useCallback(
    (columns: readonly ListColumn[]) => setChosen((now) => now ?? usualLayout(columns)),
    [],
  )
  return { layout: chosen, change, learn }
}
/** Columns that were kept are taken as they are until the core has told which there are. */
const asIs = (text: string): ListColumn[] => {
  try {
    return ((JSON.parse(text) as Partial<Layout>).order ?? []).map((id) => ({
      id,
      as: 'text',
      usual: true,
    }))
  } catch {
    return []
  }
}
