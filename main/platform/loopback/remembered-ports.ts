import { z } from 'zod'
import type { Store } from '../store'

const KEY = 'forward.ports'
/** Forwards whose port is kept for the next time; pods come and go under ever new names. */
const MOST = 200
const Port = z.number().int().min(1_024).max(65_535)
const List = z.array(z.tuple([z.string(), Port])).catch([])
/** What versions before kept: an entry for each forward that ever was. */
const oldKey = (forward: string) => `forward ${forward}`

/** Ports that forwards had last, so that a bookmark stays true. */
export function rememberedPorts(settings: Store['settings']) {
  const all = () => List.parse(settings.get(KEY) ?? [])
  return {
    of(forward: string): number | undefined {
      const known = all().find(([name]) => name === forward)?.[1]
      return known ?? Port.safeParse(settings.get(oldKey(forward))).data
    },
    keep(forward: string, port: number): void {
      const others = all().filter(([name]) => name !== forward)
      settings.set(KEY, [[forward, port], ...others].slice(0, MOST))
      settings.remove(oldKey(forward))
    },
  }
}
