import type { WatchItem } from './types'

interface Named {
  metadata: { name: string; namespace?: string }
}
/** What an object is known by among those of its kind on one site. */
export const keyOf = ({
  name,
  namespace,
}: {
  name: string
  namespace?: string | undefined
}): string => `${namespace ?? ''}/${name}`

/** Takes what a watch tells into what is known so far. */
export function keep<T extends Named>(into: Map<string, T>, item: WatchItem<T>): void {
  if (item.type === 'reset') into.clear()
  for (const object of item.type === 'reset' ? item.items : item.upserts)
    into.set(keyOf(object.metadata), object)
  if (item.type === 'changed') for (const gone of item.removed) into.delete(keyOf(gone))
}
