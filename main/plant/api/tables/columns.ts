import type { Column } from '../resource'
import { CREATED, NAME } from './format'

const COLUMNS: Record<string, Column[]> = {}

/** The columns of a built-in kind; kinds without any show name and creation time. */
export const columnsOf = (group: string, kind: string): Column[] => COLUMNS[`${group}/${kind}`] ?? [NAME, CREATED]
