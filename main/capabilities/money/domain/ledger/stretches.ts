import type { Span } from '../../../../kernel/spans'
import type { Ownership } from './records'

export const clipped = (span: Span, window: Span): Span => ({
  fromS: Math.max(span.fromS, window.fromS),
  toS: Math.min(span.toS, window.toS),
})
export const isEmpty = ({ fromS, toS }: Span): boolean => fromS >= toS
/** A span cut at every instant that lies inside it, so that nothing changes within a piece. */
export function cutAt(span: Span, ...instants: readonly (readonly number[])[]): Span[] {
  if (isEmpty(span)) return []
  const inside = instants.flatMap((some) =>
    some.filter((atS) => span.fromS < atS && atS < span.toS),
  )
  const edges = [span.fromS, ...[...new Set(inside)].sort((a, b) => a - b), span.toS]
  return edges.slice(1).map((toS, index) => ({ fromS: edges[index] ?? toS, toS }))
}

export type Owner = Pick<Ownership, 'team' | 'costCentre'>
const NOBODY: Owner = { team: '(unknown)', costCentre: '(unknown)' }

/** Who owned each project at the moment of use. */
export class Owners {
  readonly #byProject = new Map<string, Ownership[]>()
  constructor(owners: readonly Ownership[]) {
    for (const owner of owners.toSorted((a, b) => a.fromS - b.fromS)) {
      const known = this.#byProject.get(owner.project)
      if (known) known.push(owner)
      else this.#byProject.set(owner.project, [owner])
    }
  }
  changesS(project: string): number[] {
    return (this.#byProject.get(project) ?? []).map(({ fromS }) => fromS)
  }
  at(project: string, atS: number): Owner {
    return this.#byProject.get(project)?.findLast(({ fromS }) => fromS <= atS) ?? NOBODY
  }
}
