import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compose, type Core } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { Draft } from '../../preload/contract/projects'
import { when } from '../support/stream'

const storeDir = mkdtempSync(join(tmpdir(), 'takt-idle-'))
let core: Core
beforeAll(async () => {
  core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { KUBECONFIG: join(storeDir, 'none') },
    clock: systemClock,
    random: seeded(5),
  })
})
afterAll(async () => {
  await core.close()
  rmSync(storeDir, { recursive: true, force: true })
})

test('an environment that nobody works in is paused by itself, and says since when', async () => {
  const client = createRouterClient(core.router)
  await client.sites.openPlant()
  const { offers } = await client.environments.offers({})
  const size = offers.find(({ size: { name } }) => name === 'CPU small')?.size
  const draft = Draft.parse({
    id: 'idle',
    step: 'button',
    name: 'idle-voice',
    size,
    tool: 'jupyter',
    pauseAfterMinutes: 5,
    project: {
      title: 'Idle',
      question: 'Does it stop by itself?',
      owner: 'mara.lind',
      team: 'Voice',
      members: [],
      costCentre: '4410',
      timeBox: { start: '2026-01-01T00:00:00Z', due: '2099-01-01T00:00:00Z' },
      budgetUsd: 50,
      sites: ['oslo'],
    },
  })
  const plan = await client.environments.planProvision({ draft })
  expect(plan.blockedBy).toEqual([])
  await client.operations.start({ planId: plan.id })
  const environment = async () =>
    (await client.records.list({ kind: 'Environment', namespace: 'idle-voice' }))[0]
  const phase = async () => {
    const found = await environment()
    return found?.kind === 'Environment' ? found.status.phase : undefined
  }
  const seen = await when(
    await client.environments.watch({ namespace: 'idle-voice', name: 'idle-voice-nb' }),
    ({ phase }) => phase === 'Ready' || phase === 'Paused',
  )
  expect(seen.phase).toBe('Ready')
  await expect.poll(phase, { timeout: 90_000, interval: 500 }).toBe('Paused')
  for await (const operations of await client.operations.watch()) {
    const paused = operations.find(({ title }) => title === 'Stop idle-voice-nb')
    expect(JSON.stringify(paused)).toMatch(/Nobody worked in it since/)
    break
  }
})
