import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import type { KubeObject } from '../types'
import type { Authorizer } from './rbac/authorizer'
import type { Registry } from './registry'
import type { Resource } from './resource'
import type { Store } from './store'

export interface User {
  name: string
  uid?: string
  groups: string[]
  extra?: Record<string, string[]>
}
/** What every part of one API server stands on. */
export interface Cluster {
  clock: Clock
  random: Random
  store: Store
  registry: Registry
  authorizer: Authorizer
}
/** How a write is asked for. */
export interface How {
  user: User
  manager: string
  dryRun?: boolean
  subresource?: string
  /** Whether only a part was sent, so that what it leaves alone is the server's own. */
  isPatch?: boolean
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
  /** Warnings for the person who asked; they travel as Warning headers. */
  warn?: (message: string) => void
}
/** One write on its way through defaulting, admission and validation. The object is a draft and may be changed. */
export interface Attempt {
  cluster: Cluster
  resource: Resource
  object: KubeObject
  before: KubeObject | undefined
  how: How
}

/** Whoever acts inside the cluster: controllers and the server itself. */
export const SYSTEM: User = {
  name: 'system:apiserver',
  groups: ['system:masters', 'system:authenticated'],
}

const SAFE = 'bcdfghjklmnpqrstvwxz2456789'
/** The five characters that generateName adds. */
export const randomSuffix = (random: Random, length = 5): string =>
  Array.from({ length }, () => SAFE[Math.floor(random.next() * SAFE.length)] ?? 'x').join('')
/** A version 4 uid drawn from the cluster's own chance, so that a seed reproduces it. */
export function uidFrom(random: Random): string {
  const hex = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random.next() * 16).toString(16)).join('')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(random.next() * 4)] ?? '8'}${hex(3)}-${hex(12)}`
}
export const draftOf = (object: KubeObject): KubeObject => structuredClone(object)
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const recordAt = (
  value: unknown,
  ...path: string[]
): Record<string, unknown> | undefined => {
  let at: unknown = value
  for (const step of path) at = isRecord(at) ? at[step] : undefined
  return isRecord(at) ? at : undefined
}
export const listAt = (value: unknown, ...path: string[]): unknown[] => {
  const last = path.at(-1)
  const parent = recordAt(value, ...path.slice(0, -1))
  const found = last === undefined ? undefined : parent?.[last]
  return Array.isArray(found) ? found : []
}
export const textAt = (value: unknown, ...path: string[]): string | undefined => {
  const last = path.at(-1)
  const found = last === undefined ? undefined : recordAt(value, ...path.slice(0, -1))?.[last]
  return typeof found === 'string' ? found : undefined
}
export const numberAt = (value: unknown, ...path: string[]): number | undefined => {
  const last = path.at(-1)
  const found = last === undefined ? undefined : recordAt(value, ...path.slice(0, -1))?.[last]
  return typeof found === 'number' ? found : undefined
}

/** Equal as JSON values, whatever the order of members. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((value, index) => sameJson(value, b[index]))
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a).filter((key) => a[key] !== undefined)
  return (
    keys.length === Object.keys(b).filter((key) => b[key] !== undefined).length &&
    keys.every((key) => key in b && sameJson(a[key], b[key]))
  )
}
