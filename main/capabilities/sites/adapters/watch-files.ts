import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Clock } from '../../../kernel/clock'
import { coalesced } from '../../../platform/streams/latest'

/** Calls back once after files were written, replaced or removed; watches their folders, because editors replace files. */
export function watchFiles(
  paths: readonly string[],
  clock: Clock,
  changed: () => void,
): () => void {
  const beat = coalesced(clock, changed, 300)
  const watchers: FSWatcher[] = []
  for (const [folder, names] of Map.groupBy(paths, dirname)) {
    const wanted = new Set(names.map((path) => basename(path)))
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || wanted.has(name)) beat.poke()
      })
      watcher.on('error', () => watcher.close())
      watchers.push(watcher)
    } catch {
      // A folder that is not there has nothing to watch; the files are read again with the next question anyway.
    }
  }
  return () => {
    beat.stop()
    for (const watcher of watchers) watcher.close()
  }
}
