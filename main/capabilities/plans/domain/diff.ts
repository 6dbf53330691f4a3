import type { PlanChange } from '../../../../preload/contract/operations'
import { stringifyExact } from '../../../kernel/exact-json'

export type DiffLine = NonNullable<PlanChange['lines']>[number]
const LONGEST = 60

const show = (value: unknown): string =>
  typeof value === 'string' ? `"${value}"` : stringifyExact(value)
const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every leaf of an object as path and text; lists are leaves, because their order has a meaning. */
export function leaves(value: unknown, path = ''): [path: string, text: string][] {
  if (!isPlain(value)) return value === undefined ? [] : [[path, show(value)]]
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, path === '' ? key : `${path}.${key}`),
  )
}

const IGNORED =
  /^(metadata\.(managedFields|resourceVersion|uid|generation|creationTimestamp|selfLink|annotations\.takt\.dev\/run)|status)(\.|$)/

/** What applying changes: each field that differs, its value before and after. Empty where nothing does. */
export function diffLines(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): DiffLine[] {
  const was = new Map(leaves(before).filter(([path]) => !IGNORED.test(path)))
  const is = new Map(leaves(after).filter(([path]) => !IGNORED.test(path)))
  const lines: DiffLine[] = []
  for (const path of new Set([...was.keys(), ...is.keys()])) {
    const [old, young] = [was.get(path), is.get(path)]
    if (old === young) continue
    if (old !== undefined) lines.push({ op: '-', text: `${path}: ${old}` })
    if (young !== undefined) lines.push({ op: '+', text: `${path}: ${young}` })
  }
  return lines.length <= LONGEST
    ? lines
    : [
        ...lines.slice(0, LONGEST),
        { op: ' ', text: `and ${String(lines.length - LONGEST)} more lines` },
      ]
}
