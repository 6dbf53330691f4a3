import { seeded } from '../../kernel/random'
import { Engine } from './adapters/engine'
import type { Runner, WorkerStart } from './adapters/pool'
import { SortSpace } from './domain/radix'
import type { Tools } from './domain/score'
import { loadSpecialFunctions } from '../../platform/numerics'
import { scoreColumn, type JobResult } from './score-column'

/** Seed of everything that draws by chance, so that the same data always gives the same score. */
export const SEED = 20_240_229

/** Chance for one column: the same for its name whatever thread scores it and whichever columns came before. */
export const randomOf = (seed: number, name: string) =>
  seeded(
    [...name].reduce(
      (hash, letter) => Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193),
      seed ^ 0x811c9dc5,
    ),
  )

/** Scores columns one after the other in this thread; its engine is opened with the first and kept. */
export function makeInlineRunner({
  settings,
  seed,
}: WorkerStart): Runner & { close(): Promise<void> } {
  let engine: Promise<Engine> | undefined
  const space = new SortSpace()
  return {
    async run(jobs, { signal, done }) {
      const special = await loadSpecialFunctions(),
        opened = await (engine ??= Engine.open(settings))
      const results: JobResult[] = []
      for (const job of jobs) {
        const tools: Tools = { special, space, random: randomOf(seed, job.name) }
        const result = await scoreColumn(job, { engine: opened, tools, signal })
        results.push(result)
        done?.(result)
      }
      return results
    },
    async close() {
      ;(await engine)?.close()
    },
  }
}
