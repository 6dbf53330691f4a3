import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, describe, expect, it } from 'vitest'
import { MapView } from '../../preload/contract/flow'
import { compose, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { when } from '../support/stream'

const storeDir = mkdtempSync(join(tmpdir(), 'takt-flow-'))
const open = async () => {
  const core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { HOME: storeDir },
    clock: systemClock,
    random: seeded(3),
    plant: { speed: 60 },
  })
  return { core, takt: createRouterClient(core.router) as CoreClient }
}
afterAll(() => rmSync(storeDir, { recursive: true, force: true }))

describe('the map on the plant', () => {
  it('shows both lines, lanes, queue and demand, and paints from the store the next time', async () => {
    const first = await open()
    await first.takt.sites.openPlant()
    const map = await when(
      await first.takt.flow.map({}),
      (view) =>
        view.live &&
        view.lanes.some(({ site, useKnown }) => site === 'oslo' && useKnown) &&
        view.waiting.length > 0,
    )
    expect(MapView.parse(map)).toEqual(map)
    expect(map.stations).toHaveLength(15)
    // Colleagues of the plant may bring one more meanwhile.
    expect(map.stations.find(({ id }) => id === 'backlog')?.items.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['route-eta-v11', 'defect-cam-v5', 'query-rank-v8']),
    )
    expect(map.stations.find(({ id }) => id === 'decide')?.lamp).toBe('stopped')
    expect(map.figures.open).toBeGreaterThan(15)
    const oslo = map.lanes.find(({ site }) => site === 'oslo')
    expect(oslo?.nodes.map(({ gpus }) => gpus.length)).toEqual([8, 8, 8, 8])
    expect(oslo?.nodes.flatMap(({ gpus }) => gpus).some(({ state }) => state === 'faulted')).toBe(
      true,
    )
    expect(map.demand.capacity).toBe(32)
    const item = map.stations
      .flatMap(({ items }) => items)
      .find(({ name }) => name === 'route-eta-v11')
    const course = await first.takt.flow.item({
      namespace: item?.namespace ?? '',
      name: item?.name ?? '',
    })
    expect(course.stations.at(-1)).toMatchObject({ station: 'backlog', touchSeconds: 0 })
    const money = await first.takt.money.budgets()
    expect(money.some(({ committedUsdPerHour }) => committedUsdPerHour > 0)).toBe(true)
    const asOf = map.asOf
    await first.core.close()

    const second = await open()
    const painted = await when(await second.takt.flow.map({}), () => true)
    expect(painted.live).toBe(false)
    expect(painted.lanes.map(({ site }) => site)).toContain('oslo')
    expect(Date.parse(painted.asOf)).toBeLessThanOrEqual(Date.parse(asOf) + 600_000)
    await second.core.close()
  })
})
