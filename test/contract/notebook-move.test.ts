import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { parse, stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation, Plan } from '../../preload/contract/operations'
import { compose, type Core, type CoreClient } from '../../main/compose'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { when } from '../support/stream'

const SPEED = 120
const storeDir = mkdtempSync(join(tmpdir(), 'takt-notebook-'))
const HERE = 'oslo'
const THERE = 'aws-burst'
let core: Core
let takt: CoreClient
let ref: { namespace: string; name: string }

async function open() {
  core = await compose({
    storeDir,
    host: 'test',
    version: '0.0.0',
    env: { HOME: storeDir },
    clock: systemClock,
    random: seeded(13),
    plant: { speed: SPEED },
  })
  takt = createRouterClient(core.router) as CoreClient
  await core.started
}
beforeAll(async () => {
  await open()
  await takt.sites.openPlant()
  const seen = await when(
    await takt.records.watch({ kinds: ['Environment', 'Project', 'DataSource'] }),
    ({ upserts }) =>
      upserts.some(({ kind, meta }) => kind === 'Environment' && meta.namespace === 'parcel-ocr'),
  )
  const found = seen.upserts.find(
    ({ kind, meta }) => kind === 'Environment' && meta.namespace === 'parcel-ocr',
  )
  ref = { namespace: 'parcel-ocr', name: found?.meta.name ?? '' }
  await when(await takt.burst.watch({}), ({ to, price }) => to !== undefined && !price.stale)
})
afterAll(async () => {
  await core.close()
  rmSync(storeDir, { recursive: true, force: true })
})

const start = async (plan: Plan) => {
  expect(plan.blockedBy).toEqual([])
  return (await takt.operations.start({ planId: plan.id })).operationId
}
async function ended(id: string): Promise<Operation> {
  const all = await when(await takt.operations.watch(), (each) =>
    each.some((one) => one.id === id && !['running', 'undoing', 'cancelling'].includes(one.state)),
  )
  const operation = all.find((one) => one.id === id)
  if (operation?.state !== 'done') throw new Error(JSON.stringify(operation, undefined, 1))
  return operation
}
const at = (site: string, plural: string, group = '') => ({
  site,
  resource: { group, version: 'v1', plural },
  namespace: ref.namespace,
  name: plural === 'persistentvolumeclaims' ? `${ref.name}-work` : ref.name,
})
/** A cap of its own for the project, so that nothing else counts on it. */
async function cap(capUsd: number, hard: boolean) {
  const { spec, resourceVersion } = await takt.burst.policy()
  await ended(
    await start(
      await takt.burst.planPolicy({
        spec: {
          ...spec,
          caps: [{ scope: 'project', name: ref.namespace, period: 'month', capUsd, hard }],
        },
        ...(resourceVersion !== undefined && { resourceVersion }),
      }),
    ),
  )
}
const capped = async (is: (line: { capUsd: number; committedUsd: number }) => boolean) =>
  when(await takt.burst.watch({}), ({ budgets }) =>
    budgets.some((line) => line.scope === `project/${ref.namespace}` && is(line)),
  )
const record = () => ({
  site: HERE,
  resource: { group: 'takt.dev', version: 'v1alpha1', plural: 'environments' },
  ...ref,
})
const yamlOf = async (site: string, plural: string, group?: string) =>
  (await takt.objects.yaml(at(site, plural, group)).catch(() => ({ yaml: '' }))).yaml
const notebook = (site: string) => yamlOf(site, 'notebooks', 'kubeflow.org')
const volume = (site: string) => yamlOf(site, 'persistentvolumeclaims')
const stateHere = async (state: string) =>
  when(await takt.records.watch({ kinds: ['Environment'] }), ({ upserts }) =>
    upserts.some(
      (one) =>
        one.kind === 'Environment' &&
        one.meta.name === ref.name &&
        one.meta.namespace === ref.namespace &&
        one.spec.state === state,
    ),
  )
async function rests(id: string): Promise<Operation> {
  const all = await when(await takt.operations.watch(), (each) =>
    each.some((one) => one.id === id && !['running', 'undoing', 'cancelling'].includes(one.state)),
  )
  const operation = all.find((one) => one.id === id)
  if (!operation) throw new Error('the operation is gone')
  return operation
}
const beginning = async (id: string, step: string) =>
  when(await takt.operations.watch(), (all) =>
    all.some(
      (one) =>
        one.id === id && one.steps.some((each) => each.id === step && each.state !== 'waiting'),
    ),
  )
/** The machine that was rented for it is given back: no group has more nodes than before it went. */
const rentedNow = async () => {
  const { groups } = await when(await takt.cloud.nodeGroups(), () => true)
  return groups.reduce((sum, { desired }) => sum + desired, 0)
}
let rentedBefore = 0
const machinesGone = async () =>
  when(
    await takt.cloud.nodeGroups(),
    ({ groups }) => groups.reduce((sum, { desired }) => sum + desired, 0) <= rentedBefore,
  )
const nothingThere = async () => {
  expect(await notebook(THERE)).toBe('')
  expect((await takt.burst.notebook(ref)).away).toBeUndefined()
  await stateHere('running')
  await machinesGone()
}
const imageIn = (yaml: string) => /image: (\S+)/.exec(yaml)?.[1]

describe('an environment that moves', () => {
  it('is told first what is lost, then what travels, what it costs and when it starts', async () => {
    rentedBefore = await rentedNow()
    const plan = await takt.burst.planNotebookMove(ref)
    expect(plan.blockedBy).toEqual([])
    expect(plan.quotas.map(({ name }) => name).join()).toMatch(/Budget/)
    expect(plan.risks[0]).toMatch(/memory of its kernels is lost/)
    expect(plan.choices.join('\n')).toMatch(
      /Ships volume .* by way of s3:\/\/acme-takt-burst\/workspaces\/parcel-ocr\//,
    )
    expect(plan.price?.usdPerHour).toBeGreaterThan(1)
    expect(plan.time?.says).toMatch(/min/)
    expect(await takt.burst.notebook(ref)).toEqual({ to: THERE })
  })
  it('that somebody asks a lead to move stands in the list with its price, and a no with its reason stands on it until somebody asks again', async () => {
    const askedBy = async (by: string, since: string) => {
      const { yaml, resourceVersion } = await takt.objects.yaml(record())
      const { metadata, ...rest } = parse(yaml) as {
        metadata: { annotations?: Record<string, string> }
      }
      const annotations = {
        ...metadata.annotations,
        'takt.dev/burst-asked': JSON.stringify({ by, at: since, usd: 3.5, pool: 'g6e-a' }),
      }
      await ended(
        await start(
          await takt.objects.planApply({
            ...record(),
            yaml: stringify({ ...rest, metadata: { ...metadata, annotations } }),
            resourceVersion,
          }),
        ),
      )
    }
    await askedBy('jonas.weber', '2026-11-23T12:00:00Z')
    const [ask, ...others] = await when(await takt.burst.notebookAsks(), (asks) => asks.length > 0)
    expect([ask, others]).toEqual([
      {
        site: HERE,
        ...ref,
        by: 'jonas.weber',
        at: '2026-11-23T12:00:00Z',
        pool: 'g6e-a',
        usdPerHour: 3.5,
      },
      [],
    ])
    await takt.burst.refuseNotebook({ ...ref, reason: 'Not before the demo' })
    await when(await takt.burst.notebookAsks(), (asks) => asks.length === 0)
    expect(await takt.burst.notebook(ref)).toMatchObject({
      to: THERE,
      refused: { reason: 'Not before the demo' },
    })
    await expect(takt.burst.refuseNotebook({ ...ref, reason: 'Twice' })).rejects.toThrow()
    await askedBy('jonas.weber', '2026-11-23T13:00:00Z')
    await when(await takt.burst.notebookAsks(), (asks) => asks.length > 0)
  })
  it('works there with the same image and files, and stays paused here, though the core closed on the way', async () => {
    const before = imageIn(await notebook(HERE))
    await cap(100_000, false)
    await capped(({ committedUsd }) => committedUsd === 0)
    const files = await volume(HERE)
    expect(files).toContain('explore.ipynb')
    const id = await start(await takt.burst.planNotebookMove(ref))
    await when(await takt.operations.watch(), (all) =>
      all.some(
        (one) =>
          one.id === id &&
          one.steps.some((step) => step.id === 'workspace-out' && step.state !== 'waiting'),
      ),
    )
    await core.close()
    await open()
    const operation = await ended(id)
    expect(operation.resumedAtStep).toBeDefined()
    await stateHere('paused')
    const place = await takt.burst.notebook(ref)
    expect([place.away?.site, place.asked, place.refused]).toEqual([THERE, undefined, undefined])
    // A day of its machine is committed for what is planned for jobs too.
    await capped(({ committedUsd }) => committedUsd >= 24 * (place.away?.usdPerHour ?? Infinity))
    expect(imageIn(await notebook(THERE))).toBe(before)
    expect(await volume(THERE)).toContain('explore.ipynb')
    const resume = await takt.environments.planChange({ ...ref, change: { to: 'resume' } })
    expect(resume.blockedBy.map(({ says }) => says).join()).toMatch(/is away/)
    expect(
      (await takt.burst.planNotebookMove(ref)).blockedBy.map(({ says }) => says).join(),
    ).toMatch(/away already/)
  }, 240_000)
  it('comes back with what was written there, and gives the machine back', async () => {
    const there = await takt.objects.yaml(at(THERE, 'persistentvolumeclaims'))
    await ended(
      await start(
        await takt.objects.planApply({
          ...at(THERE, 'persistentvolumeclaims'),
          yaml: there.yaml.replace('What we tried, newest first.', 'Found on rented hardware.'),
          resourceVersion: there.resourceVersion,
        }),
      ),
    )
    expect(await volume(HERE)).not.toContain('Found on rented hardware.')
    const plan = await takt.burst.planNotebookReturn(ref)
    expect(plan.risks[0]).toMatch(/memory of its kernels is lost/)
    await ended(await start(plan))
    await stateHere('running')
    expect(await volume(HERE)).toContain('Found on rented hardware.')
    expect((await takt.burst.notebook(ref)).away).toBeUndefined()
    expect(await notebook(THERE)).toBe('')
    expect(await volume(THERE)).toBe('')
    await machinesGone()
    await expect(takt.burst.planNotebookReturn(ref)).rejects.toThrow()
  }, 240_000)
  it.each(['hold', 'workspace-out', 'machines', 'workspace-in', 'start'])(
    'cancelled while it is at %s it works here again, and nothing is rented or left there',
    async (step) => {
      const id = await start(await takt.burst.planNotebookMove(ref))
      await beginning(id, step)
      await takt.operations.cancel({ operationId: id })
      expect((await rests(id)).state).toBe('cancelled')
      await nothingThere()
      expect(await volume(THERE)).toBe('')
    },
    240_000,
  )
  it('taken back after its end it brings what was written there, and gives the machine back', async () => {
    const id = await start(await takt.burst.planNotebookMove(ref))
    await ended(id)
    expect(await rentedNow()).toBeGreaterThan(rentedBefore)
    const there = await takt.objects.yaml(at(THERE, 'persistentvolumeclaims'))
    await ended(
      await start(
        await takt.objects.planApply({
          ...at(THERE, 'persistentvolumeclaims'),
          yaml: there.yaml.replace('Found on rented hardware.', 'Written before the undo.'),
          resourceVersion: there.resourceVersion,
        }),
      ),
    )
    await takt.operations.undo({ operationId: id })
    expect((await rests(id)).state).toBe('undone')
    await nothingThere()
    expect(await volume(THERE)).toBe('')
    expect(await volume(HERE)).toContain('Written before the undo.')
  }, 300_000)
  it('a return that is cancelled leaves its copy working, with its mark', async () => {
    await ended(await start(await takt.burst.planNotebookMove(ref)))
    const id = await start(await takt.burst.planNotebookReturn(ref))
    await beginning(id, 'workspace-out')
    await takt.operations.cancel({ operationId: id })
    expect((await rests(id)).state).toBe('cancelled')
    expect(imageIn(await notebook(THERE))).toBe(imageIn(await notebook(HERE)))
    expect((await takt.burst.notebook(ref)).away).toMatchObject({ site: THERE })
    await stateHere('paused')
    await ended(await start(await takt.burst.planNotebookReturn(ref)))
    await nothingThere()
  }, 300_000)
  it('is refused where a hard cap has too little left for a day', async () => {
    await cap(2, true)
    await capped(({ capUsd }) => capUsd === 2)
    expect(
      (await takt.burst.planNotebookMove(ref)).blockedBy.map(({ says }) => says).join(' '),
    ).toMatch(
      /Cloud cap of parcel-ocr has \$2\.00 of \$2\.00 left, and \$\d+\.\d\d is needed for \d+ h/,
    )
  })
})
