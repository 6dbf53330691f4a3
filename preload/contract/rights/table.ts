import type { Right, RoleName } from './right'
import { SHARED_RIGHTS } from './shared'
import { WORK_RIGHTS } from './work'

/** Every right that Takt uses, and whose role holds it. The roles of a prepared cluster are made from it, and each entry of the contract names what it uses of it. */
export const RIGHTS = { ...SHARED_RIGHTS, ...WORK_RIGHTS }
export type RightName = keyof typeof RIGHTS
export const RIGHT_NAMES = Object.keys(RIGHTS) as RightName[]
export const rightOf = (name: RightName): Right => RIGHTS[name]
/** The rights of a role, in the order of the table. */
export const rightsOf = (role: RoleName): Right[] =>
  RIGHT_NAMES.map(rightOf).filter(({ roles }) => roles.includes(role))
