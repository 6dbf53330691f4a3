import type { Pod } from '../objects'
import { occupy, refusalsOf, type Room } from './fits'

interface Ranks {
  priority: number
  priorityOf: (pod: Pod) => number
}

/** The node where the fewest pods of lower priority have to leave for this one, lowest priority first; undefined where none helps. */
export function choosePreemption(
  pod: Pod,
  rooms: Room[],
  ranks: Ranks,
): { room: Room; victims: Pod[] } | undefined {
  const options = rooms.flatMap((room) => {
    const victims = victimsOn(pod, room, ranks)
    return victims ? [{ room, victims }] : []
  })
  return options.sort(
    (a, b) =>
      a.victims.length - b.victims.length ||
      a.room.node.metadata.name.localeCompare(b.room.node.metadata.name),
  )[0]
}

function victimsOn(pod: Pod, room: Room, { priority, priorityOf }: Ranks): Pod[] | undefined {
  // Pods that are already leaving will make room by themselves: wait for them instead of sending more away.
  const lower = room.pods.filter(
    (other) => priorityOf(other) < priority && !other.metadata.deletionTimestamp,
  )
  if (lower.length === 0 || room.pods.some((other) => other.metadata.deletionTimestamp))
    return undefined
  const left: Room = { node: room.node, used: new Map(), pods: [] }
  for (const other of room.pods.filter((each) => !lower.includes(each))) occupy(left, other)
  if (refusalsOf(pod, left).length > 0) return undefined
  const spared = lower.sort(
    (a, b) => priorityOf(b) - priorityOf(a) || a.metadata.name.localeCompare(b.metadata.name),
  )
  const victims: Pod[] = []
  for (const other of spared) {
    const trial: Room = { node: room.node, used: new Map(left.used), pods: [...left.pods] }
    occupy(trial, other)
    if (refusalsOf(pod, trial).length === 0) occupy(left, other)
    else victims.push(other)
  }
  return victims.length > 0 ? victims : undefined
}
