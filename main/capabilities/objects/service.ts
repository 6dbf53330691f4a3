import type { ObjectRef } from '../../../preload/contract/objects'
import { makeKeeper } from './kept'
import type { ObjectPorts } from './ports'
import { stories } from './stories'

/** One object of a cluster at a time. */
export function makeObjects(ports: ObjectPorts) {
  const keeper = makeKeeper(ports)
  return {
    watch: (ref: ObjectRef, signal?: AbortSignal) => stories(ports, keeper, { ref, signal }),
  }
}
export type Objects = ReturnType<typeof makeObjects>
