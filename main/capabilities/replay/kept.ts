import { createHash } from 'node:crypto'
import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { ReplayRun, type ReplayQuestion, type SavedReplay } from '../../../preload/contract/replay'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { keepPacked, readPacked } from './packed'
import type { ReplayPorts } from './ports'

const INDEX = 'replay.kept'
const FRONTIERS = 'replay.frontiers'
const blobOf = (id: string) => `replay/run/${id}`
const REMEMBERED = 12
const PLAYED = 24
const Ids = z.array(z.string())

/** Runs that people kept, the newest frontiers, and what was played since the core began. */
export function makeKept({ store }: Pick<ReplayPorts, 'store'>) {
  const played = new Map<string, ReplayRun>()
  const ids = (key: string): string[] => Ids.safeParse(store.settings.get(key)).data ?? []
  const read = (id: string) => readPacked(store.blobs, blobOf(id), ReplayRun)
  const find = (id: string): Outcome<ReplayRun> => {
    const run = played.get(id) ?? read(id)
    return run ? succeed(run) : fail(failure('NOT_FOUND', { kind: 'run', name: id }))
  }
  return {
    find,
    /** Holds a run that was just played, so that it can be kept. */
    hold(run: ReplayRun) {
      played.set(run.id, run)
      for (const id of [...played.keys()].slice(0, Math.max(0, played.size - PLAYED)))
        played.delete(id)
    },
    remembered: (id: string) => read(id),
    remember(run: ReplayRun): Outcome<void> {
      const kept = keepPacked(store.blobs, blobOf(run.id), run)
      if (!kept.ok) return kept
      const all = [run.id, ...ids(FRONTIERS).filter((id) => id !== run.id)]
      for (const id of all.slice(REMEMBERED)) store.blobs.remove(blobOf(id))
      return store.settings.set(FRONTIERS, all.slice(0, REMEMBERED))
    },
    keep(id: string, title: string | undefined): Outcome<{ id: string; number: number }> {
      const run = find(id)
      if (!run.ok) return run
      const number =
        run.value.number > 0
          ? run.value.number
          : 1 + ids(INDEX).reduce((most, kept) => Math.max(most, read(kept)?.number ?? 0), 0)
      const kept = keepPacked(store.blobs, blobOf(id), {
        ...run.value,
        number,
        title: title ?? run.value.title,
      })
      if (!kept.ok) return kept
      played.delete(id)
      const listed = store.settings.set(INDEX, [id, ...ids(INDEX).filter((other) => other !== id)])
      return listed.ok ? succeed({ id, number }) : listed
    },
    list: (): SavedReplay[] =>
      ids(INDEX)
        .flatMap((id) => read(id) ?? [])
        .map(({ played: rows, ...run }) => ({
          ...run,
          figures: rows.map(({ figures }) => figures),
        })),
    rename(id: string, title: string): Outcome<void> {
      const run = read(id)
      return run
        ? keepPacked(store.blobs, blobOf(id), { ...run, title })
        : fail(failure('NOT_FOUND', { kind: 'run', name: id }))
    },
    remove(id: string): Outcome<void> {
      const gone = store.blobs.remove(blobOf(id))
      return gone.ok
        ? store.settings.set(
            INDEX,
            ids(INDEX).filter((other) => other !== id),
          )
        : gone
    },
  }
}
export type Kept = ReturnType<typeof makeKept>

/** A run is known by its question: asked again it is the same run. The knob does not move a frontier. */
export function runId(
  kind: ReplayRun['kind'],
  { usdPerWaitHour, ...question }: ReplayQuestion,
  sourceAt: string,
): string {
  const text = JSON.stringify([
    kind,
    Object.entries({ ...question, ...(kind === 'run' && { usdPerWaitHour }) }).toSorted(
      ([a], [b]) => a.localeCompare(b),
    ),
    sourceAt,
  ])
  return `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 20)}`
}
