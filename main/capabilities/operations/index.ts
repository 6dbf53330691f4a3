export type * from './ports'
