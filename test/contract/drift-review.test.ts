import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import type { Fleet } from '../../preload/contract/drift-review'
import { buildDriftWorker } from '../support/drift-worker'
import { when } from '../support/stream'

const storeDir = mkdtempSync(join(tmpdir(), 'takt-drift-'))
let worker: Awaited<ReturnType<typeof buildDriftWorker>>, core: Core, takt: CoreClient, fleet: Fleet
const LOANS = 'simulated-credit-default-v14'
async function open() {
  core = await compose({ storeDir, host: 'test', version: '0.0.0', env: { HOME: storeDir }, clock: systemClock, random: seeded(5), plant: { speed: 60 }, driftWorker: worker.script })
  takt = createRouterClient(core.router) as CoreClient
  await core.started
}
beforeAll(async () => {
  worker = await buildDriftWorker()
  await open()
  await takt.sites.openPlant()
  fleet = await when(await takt.drift.watchFleet({}), ({ rows }) => rows.length > 15 && rows.every(({ asOf, failure }) => asOf !== undefined || failure !== undefined))
}, 240_000)
afterAll(async () => {
  await core.close()
  worker.remove()
  rmSync(storeDir, { recursive: true, force: true })
}, 30_000)

describe('the simulated fleet', () => {
  test('is scored by the engine, worst first', () => {
    expect(fleet.rows.length).toBe(19)
    expect(LOANS).toBeDefined()
  })
})
