import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { compose, type ComposeOptions, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'

export interface CoreOnPlant {
  core: Core
  takt: CoreClient
  storeDir: string
  end(): Promise<void>
}

/** A whole core on a store of its own with the plant open, at `speed` simulated seconds a second; `end` closes it and forgets the store. */
export async function coreOnPlant({
  speed,
  seed = 11,
  ...more
}: { speed: number; seed?: number } & Pick<
  Partial<ComposeOptions>,
  'steward' | 'plant'
>): Promise<CoreOnPlant> {
  const storeDir = mkdtempSync(join(tmpdir(), 'takt-on-plant-'))
  const core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { HOME: storeDir },
    clock: systemClock,
    random: seeded(seed),
    ...more,
    plant: { ...more.plant, speed },
  })
  const takt = createRouterClient(core.router) as CoreClient
  await core.started
  await takt.sites.openPlant()
  return {
    core,
    takt,
    storeDir,
    end: async () => {
      await core.close()
      rmSync(storeDir, { recursive: true, force: true })
    },
  }
}
