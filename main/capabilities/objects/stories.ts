import type { ObjectRef, ObjectStory } from '../../../preload/contract/objects'
import { timestamp } from '../../kernel/clock'
import { latest } from '../../platform/streams/latest'
import { emptyStory, Follow } from './follow'
import type { Keeper } from './kept'
import type { ObjectPorts } from './ports'

/** One object's story for as long as somebody reads: first as last seen, then live, again live after each reconnect of its site. */
export async function* stories(
  ports: ObjectPorts,
  keeper: Keeper,
  { ref, signal }: { ref: ObjectRef; signal: AbortSignal | undefined },
): AsyncGenerator<ObjectStory, void> {
  const over = new AbortController()
  const ending = signal ? AbortSignal.any([signal, over.signal]) : over.signal
  const kept = keeper.load(ref)
  if (kept && (ref.uid === undefined || kept.uid === ref.uid)) yield { ...kept.story, live: false }
  try {
    while (!ending.aborted) {
      const client = ports.sites.client(ref.site)
      const change = changeOf(ports, ref.site, ending)
      if (client.ok)
        yield* oneConnection(ports, keeper, {
          ref,
          client: client.value,
          signal: AbortSignal.any([ending, change.signal]),
        })
      else {
        const last = keeper.load(ref)
        yield {
          ...(last?.story ?? emptyStory(timestamp(ports.clock.now()))),
          live: false,
          failure: client.failure,
        }
      }
      await change.happened
    }
  } finally {
    over.abort()
  }
}

/** Aborts and resolves when the site is reached by another connection than now, or not at all any more. */
function changeOf(ports: ObjectPorts, site: string, ending: AbortSignal) {
  const before = ports.sites.client(site)
  const changed = new AbortController()
  const happened = new Promise<void>((resolve) => {
    const stop = ports.sites.onChange(() => {
      const now = ports.sites.client(site)
      if (now.ok === before.ok && (!now.ok || !before.ok || now.value === before.value)) return
      done()
    })
    const done = () => {
      stop()
      ending.removeEventListener('abort', done)
      changed.abort()
      resolve()
    }
    ending.addEventListener('abort', done, { once: true })
  })
  return { signal: changed.signal, happened }
}

async function* oneConnection(
  ports: ObjectPorts,
  keeper: Keeper,
  {
    ref,
    client,
    signal,
  }: {
    ref: ObjectRef
    client: ConstructorParameters<typeof Follow>[1]['client']
    signal: AbortSignal
  },
): AsyncGenerator<ObjectStory, void> {
  const follow = new Follow(ports, { ref, client, keeper })
  try {
    const gone = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    )
    await Promise.race([follow.begin(), gone])
    if (!signal.aborted)
      yield* latest({
        subscribe: follow.onChange,
        read: () => follow.story(),
        clock: ports.clock,
        signal,
      })
  } finally {
    follow.end()
  }
}
