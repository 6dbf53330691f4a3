import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { renameSync, writeFileSync } from 'node:fs'
import { explain } from '../../preload/contract/explain'
import { preparedObjects } from '../capabilities/prepare'
import type { Clock } from '../kernel/clock'
import type { Random } from '../kernel/random'
import { MOST_BYTES, readRegularText } from '../platform/files'
import { privateFolder } from '../platform/store'
import { servePlant, type ServedPlant } from '../plant/serve'

export interface ServeAsk {
  folder: string
  port: number
  speed: number
  clock: Clock
  random: Random
  /** Told what went wrong beside the serving itself. */
  tell(says: string): void
}
const STATE = 'state.json'
const SAVE_EVERY_MS = 60_000

/** Serves the simulated sites as clusters of their own; what happened on them is kept in the folder and gone on with next time. */
export async function serveInFolder(
  { folder, port, speed, clock, random, tell }: ServeAsk,
  stop: AbortSignal,
): Promise<ServedPlant> {
  privateFolder(folder)
  const file = join(folder, STATE)
  const kept = await readRegularText(file, { mostBytes: MOST_BYTES.trace })
  if (!kept.ok && !kept.missing) throw new Error(explain(kept.failure).says)
  const options = {
    folder,
    clock,
    random,
    speed,
    token: () => randomBytes(24).toString('base64url'),
    prepared: preparedObjects(),
    ...(port > 0 && { ports: { oslo: port } }),
    onError: (error: unknown, where: string) => tell(`${where}: ${String(error)}`),
  }
  const begin = (persisted: string | undefined) => servePlant({ ...options, persisted })
  const served = await begin(kept.ok ? kept.value : undefined).catch((error: unknown) => {
    if (!(error instanceof SyntaxError)) throw error
    tell(`${file} could not be read: the sites begin anew.`)
    return begin(undefined)
  })
  const keep = () => {
    writeFileSync(`${file}.new`, served.plant.snapshot(), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  keep()
  void keepNowAndThen(keep, { clock, stop, tell })
  return {
    ...served,
    async close() {
      keep()
      await served.close()
    },
  }
}
async function keepNowAndThen(
  keep: () => void,
  { clock, stop, tell }: Pick<ServeAsk, 'clock' | 'tell'> & { stop: AbortSignal },
) {
  while (!stop.aborted) {
    await clock.sleep(SAVE_EVERY_MS, stop).catch(() => undefined)
    try {
      if (!stop.aborted) keep()
    } catch (error) {
      tell(`The state of the sites could not be kept: ${String(error)}`)
    }
  }
}
