import type { NodeGroupView } from '../../../../preload/contract/cloud'

/** How long a machine may have nothing to do before it is given back. */
export const IDLE_S = 10 * 60
export interface Release {
  group: string
  nodes: string[]
  keeps: number
}

/**
 * Which idle machines of a group go back now: those idle longer than allowed, save as many as others hold a claim on. Machines that are claimed but still
 * boot count as well, so that what was just asked for is never taken away.
 */
export function releases(
  group: Pick<NodeGroupView, 'name' | 'nodes' | 'min'>,
  { claimed, idleS = IDLE_S }: { claimed: number; idleS?: number },
): Release | undefined {
  const busy = group.nodes.filter(({ state }) => state === 'busy').length
  const long = group.nodes
    .filter(({ state, idleSeconds }) => state === 'idle' && (idleSeconds ?? 0) >= idleS)
    .toSorted((a, b) => (b.idleSeconds ?? 0) - (a.idleSeconds ?? 0))
  const wanted = Math.max(group.min, claimed - busy)
  const others = group.nodes.filter(
    ({ state, idleSeconds }) =>
      state === 'booting' || (state === 'idle' && (idleSeconds ?? 0) < idleS),
  ).length
  const keep = Math.max(0, wanted - others)
  const nodes = long.slice(keep).map(({ name }) => name)
  return nodes.length === 0
    ? undefined
    : { group: group.name, nodes, keeps: group.nodes.length - nodes.length }
}
