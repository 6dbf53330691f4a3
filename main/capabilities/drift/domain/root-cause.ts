import type { Evidence, SizeLimits } from './decide'

/** A column that may explain what a model does: how much the model leans on it and how far it moved, in units of its own limit. */
export interface Cause {
  column: string
  importance: number
  size: number
  weight: number
}

/** Ranks columns by the model's importance times how far beyond their own limits they moved; a column within its limit explains nothing. */
export function rankCauses(
  columns: readonly {
    column: string
    evidence: Pick<Evidence, 'js' | 'second'>
    limits: Pick<SizeLimits, 'js' | 'second'>
  }[],
  importance: Readonly<Record<string, number>>,
): Cause[] {
  const beyond = (size: number, limit: number) =>
    limit > 0 ? size / limit : size > 0 ? Infinity : 0
  return columns
    .map(({ column, evidence, limits }) => {
      const size = Math.max(
          beyond(evidence.js, limits.js),
          beyond(evidence.second ?? 0, limits.second ?? 0),
        ),
        leans = importance[column] ?? 0
      return {
        column,
        importance: leans,
        size,
        weight: size > 1 ? leans * Math.min(size, 1000) : 0,
      }
    })
    .sort((a, b) => b.weight - a.weight || b.size - a.size)
}
