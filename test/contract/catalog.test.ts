import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '../../preload/contract/operations'
import type { CoreClient } from '../../main/compose'
import { coreOnPlant, type CoreOnPlant } from '../support/core-on-plant'
import { when } from '../support/stream'

let there: CoreOnPlant
let takt: CoreClient
beforeAll(async () => {
  there = await coreOnPlant({ speed: 600, seed: 5 })
  takt = there.takt
  await when(
    await takt.records.watch({ kinds: ['DataSource', 'Tool', 'Project'] }),
    ({ live }) => live,
  )
})
afterAll(() => there.end())

async function run(plan: Plan, typedName?: string) {
  expect(plan.blockedBy).toEqual([])
  const { operationId } = await takt.operations.start({
    planId: plan.id,
    ...(typedName !== undefined && { typedName }),
  })
  const all = await when(await takt.operations.watch(), (list) =>
    list.some(({ id, state }) => id === operationId && state !== 'running'),
  )
  const operation = all.find(({ id }) => id === operationId)
  expect(operation?.state, JSON.stringify(operation?.steps)).toBe('done')
}
const tool = (image: string) => ({
  title: 'Polynote',
  version: '0.17',
  kind: 'custom' as const,
  image: `${image}@sha256:${'ab'.repeat(32)}`,
  port: 2718,
  probePath: '/health',
  minimum: { cpuCores: 1, memoryGi: 2 },
  severalReplicas: false,
  stage: 'approved' as const,
  owner: 'chen.wu',
  notes: [],
})
const checksOf = async (name: string) => {
  const record = await takt.records.get({ kind: 'Tool', name })
  return record.kind === 'Tool'
    ? {
        stage: record.spec.stage,
        version: record.meta.resourceVersion,
        checks: record.status.testStart?.checks ?? [],
      }
    : undefined
}

describe('the catalog on the plant', () => {
  it('brings a tool as evaluating, tests it honestly, and approves it', async () => {
    await run(
      await takt.catalog.planBringTool({
        name: 'polynote',
        spec: tool('registry.example/tools/polynote'),
      }),
    )
    const found = await checksOf('polynote')
    expect(found?.stage).toBe('evaluating')
    expect(found?.checks.map(({ name, result }) => [name, result])).toEqual([
      ['image is pinned', 'pass'],
      ['image can be pulled', 'pass'],
      ['port 2718 answers', 'pass'],
      ['stays in its limits', 'pass'],
      ['runs as an ordinary user', 'pass'],
      ['writes only to its volume', 'unknown'],
      ['tells when it is idle', 'pass'],
    ])
    await takt.catalog.setToolStage({
      name: 'polynote',
      stage: 'approved',
      note: '',
      resourceVersion: found?.version ?? '',
    })
    expect((await checksOf('polynote'))?.stage).toBe('approved')
    await expect(
      takt.catalog.setToolStage({
        name: 'polynote',
        stage: 'retired',
        note: '',
        resourceVersion: found?.version ?? '',
      }),
    ).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('finds an image that is not there, and asks for a reason to approve it', async () => {
    await run(
      await takt.catalog.planBringTool({
        name: 'ghost',
        spec: tool('registry.invalid/tools/ghost'),
      }),
    )
    const found = await checksOf('ghost')
    expect(found?.checks.find(({ name }) => name === 'image can be pulled')?.result).toBe('fail')
    await expect(
      takt.catalog.setToolStage({
        name: 'ghost',
        stage: 'approved',
        note: 'fine',
        resourceVersion: found?.version ?? '',
      }),
    ).rejects.toMatchObject({ code: 'INVALID' })
  })

  it('adds a source, takes a snapshot of a volume and lets it go', async () => {
    const sources = await takt.records.list({ kind: 'DataSource' })
    const volume = sources.flatMap((record) =>
      record.kind === 'DataSource' && record.spec.kind === 'volume' ? [record] : [],
    )[0]
    const bad = await takt.catalog.planAddSource({
      name: 'nowhere',
      spec: {
        title: 'Nowhere',
        description: '',
        kind: 'volume',
        location: { namespace: 'datasets', claim: 'nothing' },
        site: 'mars',
        owner: 'ada',
        team: 'Voice',
        classification: 'internal',
        mayGoTo: ['oslo'],
      },
    })
    expect(bad.blockedBy.map(({ says }) => says)).toEqual([
      'There is no site called mars.',
      'There is no claim nothing in datasets.',
    ])
    await run(
      await takt.catalog.planAddSource({
        name: 'more',
        spec: {
          title: 'More',
          description: '',
          kind: 'share',
          location: { uri: 'nfs://filer/more' },
          site: 'oslo',
          owner: 'ada',
          team: 'Voice',
          classification: 'internal',
          mayGoTo: ['oslo'],
        },
      }),
    )
    const [project] = (await takt.records.list({ kind: 'Project' })).map(({ meta }) => meta.name)
    const plan = await takt.snapshots.planTake({
      source: volume?.meta.name ?? '',
      namespace: project ?? '',
      name: 'kept',
    })
    expect(plan.choices.join(' ')).toMatch(/Bytes copied: none/)
    await run(plan)
    const detail = await takt.catalog.source({ name: volume?.meta.name ?? '' })
    expect(detail.lineage.find(({ snapshot }) => snapshot === 'kept')?.pointer).toMatch(
      /^VolumeSnapshot\//,
    )
    expect(detail.rows.values).toEqual([])
    expect(detail.rows.says).toMatch(/No rows are shown/)
    const release = await takt.snapshots.planRelease({ namespace: project ?? '', name: 'kept' })
    await run(release, 'kept')
    await expect(
      takt.records.get({ kind: 'DataSnapshot', namespace: project ?? '', name: 'kept' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
