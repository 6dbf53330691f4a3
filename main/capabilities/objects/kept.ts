import { z } from 'zod'
import { Moment, ObjectEvent, ObjectStory, type ObjectRef } from '../../../preload/contract/objects'
import { stringifyExact } from '../../kernel/exact-json'
import type { ObjectPorts } from './ports'

const Kept = z.object({
  uid: z.string(),
  at: z.number(),
  moments: z.array(Moment.omit({ overwritten: true })),
  events: z.array(ObjectEvent),
  story: ObjectStory,
})
export type Kept = z.infer<typeof Kept>
const Index = z.array(z.object({ key: z.string(), at: z.number() })).catch([])
const INDEX = 'objects.kept'
const MOST_KEPT = 500

const keyOf = ({ site, resource, namespace, name }: ObjectRef) =>
  `object ${[site, resource.group, resource.plural, namespace ?? '', name].join('/')}`
const parsed = (bytes: Uint8Array | undefined): unknown => {
  if (!bytes) return undefined
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
}

/** What was observed of objects, on this machine: the five hundred looked at last. */
export function makeKeeper({ store, log }: Pick<ObjectPorts, 'store' | 'log'>) {
  const write = (key: string, value: unknown) => {
    const done = store.blobs.set(key, Buffer.from(stringifyExact(value)))
    if (!done.ok)
      log.warn('What was seen of an object could not be kept.', { code: done.failure.code })
  }
  return {
    load(ref: ObjectRef): Kept | undefined {
      const kept = Kept.safeParse(parsed(store.blobs.get(keyOf(ref))))
      return kept.success ? kept.data : undefined
    },
    save(ref: ObjectRef, kept: Kept): void {
      const key = keyOf(ref)
      write(key, kept)
      const index = [
        { key, at: kept.at },
        ...Index.parse(parsed(store.blobs.get(INDEX))).filter((one) => one.key !== key),
      ]
      for (const old of index.slice(MOST_KEPT)) store.blobs.remove(old.key)
      write(INDEX, index.slice(0, MOST_KEPT))
    },
  }
}
export type Keeper = ReturnType<typeof makeKeeper>
