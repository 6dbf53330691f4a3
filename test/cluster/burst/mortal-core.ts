import { createRouterClient } from '@orpc/server'
import { compose } from '../../../main/compose'
import { seeded } from '../../../main/kernel/random'
import { systemClock } from '../../../main/platform/clock/system'
import { readHere } from '../../support/kubeconfigs'

// A core in a process of its own, so that it can be killed: it answers the contract to whoever started it.
export interface Asking {
  id: number
  path: string[]
  input: unknown
}
export interface Answering {
  id: number
  value?: unknown
  error?: string
}
type Callable = Record<string, unknown> & ((input: unknown) => Promise<unknown>)

const core = await compose({
  kubeconfigs: readHere,
  storeDir: process.env['TAKT_STORE'] ?? '',
  host: 'test',
  version: '0.0.0',
  plant: false,
  random: seeded(Number(process.env['TAKT_TEST_SEED'] ?? '1')),
  env: process.env,
  clock: { now: () => systemClock.now(), sleep: (ms, signal) => systemClock.sleep(ms / 4, signal) },
})
await core.started
const client = createRouterClient(core.router) as unknown as Callable
/** A stream's first item stands for it: it is what is true now. */
async function first(value: unknown): Promise<unknown> {
  if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return value
  for await (const item of value as AsyncIterable<unknown>) return item
  return undefined
}
const tell = (answer: Answering) => process.send?.(answer)
process.on('message', ({ id, path, input }: Asking) => {
  let at: Callable = client
  for (const name of path) at = at[name] as Callable
  at(input)
    .then(first)
    .then(
      (value) => tell({ id, value }),
      (error: unknown) =>
        tell({
          id,
          error:
            error instanceof Error
              ? `${error.message} ${JSON.stringify('data' in error ? error.data : undefined)}`
              : String(error),
        }),
    )
})
process.on('disconnect', () => process.exit(0))
tell({ id: 0 })
