import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Engine } from '../adapters/engine'

const folder = process.env['TAKT_TEST_DATA']
  ? join(process.env['TAKT_TEST_DATA'], 'drift-parity')
  : undefined
/** The published fixtures, where they are at hand. */
export const fixtures = folder && existsSync(join(folder, 'expected.json')) ? folder : undefined

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Block = Record<string, Json>
export type Case = Record<'scipy' | 'evidently' | 'nannyml', Block>

export const readJson = (...path: string[]): unknown =>
  JSON.parse(readFileSync(join(fixtures ?? '', ...path), 'utf8'))
export const cases = (): Record<string, Case> =>
  fixtures ? (readJson('expected.json') as { cases: Record<string, Case> }).cases : {}

export const openTestEngine = () =>
  Engine.open({ threads: 1, memoryMiB: 512, spillFolder: tmpdir() })

/** A number that may be written as text. */
export const numberOf = (value: Json): number =>
  typeof value === 'string' ? Number(value) : (value as number)

const isP = (path: string) => /(^|\.)p$/.test(path)
/** Whether a value is within the tolerance that its kind allows; `range` is that of the data, for Wasserstein distances. */
export function isWithin(path: string, [got, want]: [number, number], range = 1): boolean {
  if (Object.is(got, want)) return true
  if (isP(path))
    return want > 1e-12
      ? Math.abs(got - want) <= 1e-6 * want
      : Math.abs(Math.log10(got || 1e-320) - Math.log10(want || 1e-320)) <= 0.01
  if (/wasserstein/.test(path)) return Math.abs(got - want) <= 1e-9 * range
  return Math.abs(got - want) <= Math.max(1e-9 * Math.abs(want), 1e-12)
}

interface At {
  path?: string
  range?: number
}
const isFigure = (value: Json): boolean =>
  typeof value === 'number' || value === 'NaN' || value === 'Infinity' || value === '-Infinity'
const leavesEqual = (got: unknown, want: Json, { path = '', range = 1 }: At): boolean =>
  isFigure(want) && got !== undefined
    ? isWithin(path, [Number(got), numberOf(want)], range)
    : got === want

/** Every difference between what was found and what is wanted, by its path. */
export function differences(got: unknown, want: Json, at: At = {}): string[] {
  const path = at.path ?? ''
  if (want === null || typeof want !== 'object')
    return leavesEqual(got, want, at)
      ? []
      : [`${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`]
  if ('error' in want) return []
  if (Array.isArray(want) && (!Array.isArray(got) || got.length !== want.length))
    return [`${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`]
  return Object.entries(want).flatMap(([key, value]) =>
    differences((got as Record<string, unknown> | undefined)?.[key], value, {
      ...at,
      path: path ? `${path}.${key}` : key,
    }),
  )
}
