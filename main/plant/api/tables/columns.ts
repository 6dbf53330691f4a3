import type { Column } from '../resource'
import { coreColumns } from './core'
import { CREATED, NAME } from './format'
import { workloadColumns } from './workloads'

const COLUMNS: Record<string, Column[]> = { ...coreColumns, ...workloadColumns }

/** The columns of a built-in kind; kinds without any show name and creation time. */
export const columnsOf = (group: string, kind: string): Column[] =>
  COLUMNS[`${group}/${kind}`] ?? [NAME, CREATED]
