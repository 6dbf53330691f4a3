import type { Cell, ListColumn, ListId, ListSort } from '../../../../preload/contract/cluster'
import type { Peek } from './peek'
import type { Projected } from './row'

export interface Resource {
  group: string
  version: string
  plural: string
}
/** One kind of object that a list shows. */
export interface Source {
  kind: string
  /** The versions known, the best first. */
  resources: Resource[]
  namespaced: boolean
  /** Present in every cluster, so nobody needs to ask. */
  builtIn?: true
  /** Left out of the list itself: read for what the others need from it. */
  hidden?: true
  project(object: Peek, now: number): Projected | undefined
  /** How a row of the server's own table is read, by the names of its columns; undefined where the list has no use for it. */
  printed?: (
    cell: (name: string) => unknown,
    at: { now: number; namespace: string },
  ) => Omit<Projected, 'namespace' | 'uid'> | undefined
}
export interface ListDefinition {
  id: ListId
  columns: ListColumn[]
  sort: ListSort
  /** States in the order in which people want to see them. */
  states: readonly string[]
  sources: Source[]
}

export const column = (id: string, as: ListColumn['as'] = 'text', usual = true): ListColumn => ({
  id,
  as,
  usual,
})
/** Cells in the order of the columns: what is not named is not known. */
export const cellsOf = (
  columns: readonly ListColumn[],
  known: Record<string, Cell | undefined>,
): Cell[] => columns.map(({ id }) => known[id] ?? null)
/** Where a column stands. */
export const indexOf = (columns: readonly ListColumn[], id: string): number =>
  columns.findIndex((one) => one.id === id)
