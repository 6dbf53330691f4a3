import { beforeAll, describe, expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { KINDS, RecordMeta, type RecordKind } from '../../../preload/contract/records'
import { crds } from '../../capabilities/records/crds'
import { seeded } from '../../kernel/random'
import { quantityOf } from '../../kernel/quantities'
import { createPlantApi, type SimulatedApi } from '../api'
import { startControllers } from '../controllers'
import { EVENT, JOB, NODE, POD, WORKLOAD } from '../controllers/kinds'
import {
  conditionOf,
  isFinished,
  type Condition,
  type Node,
  type Pod,
} from '../controllers/objects'
import { devicesOf, gpusOf } from '../controllers/scheduling/requests'
import { burstNodes, seedBurst } from './burst'
import { startLife } from './life'
import { seedWorld } from './seed'
import { travelClock } from './travel'
import { DAY, kindOf, MINUTE } from './words'

function open() {
  const hand = new HandClock()
  const clock = travelClock(hand)
  const errors: string[] = []
  const api = createPlantApi({ clock, random: seeded(1) })
  const controllers = startControllers(api, {
    onError: (error, where) => errors.push(`${where}: ${(error as Error).stack ?? ''}`),
  })
  return { hand, clock, api, errors, controllers }
}
function oslo() {
  const site = open()
  const { api, clock, controllers } = site
  seedWorld(api, { controllers, clock, prepared: crds() })
  startLife(api, controllers)
  return site
}
const podsOf = (api: SimulatedApi) => api.list(POD) as Pod[]
const at = (text: string | undefined) => Date.parse(text ?? '')

/** Devices that two pods hold at once, and nodes that gave more GPUs than they have. */
function overAllocated(api: SimulatedApi): string[] {
  return (api.list(NODE) as Node[]).flatMap((node) => {
    const holders = podsOf(api).filter(
      (pod) => pod.spec.nodeName === node.metadata.name && !isFinished(pod),
    )
    const devices = holders.flatMap(devicesOf)
    const gpus = holders.reduce((sum, pod) => sum + gpusOf(pod.spec), 0)
    const twice = devices
      .filter((device, index) => devices.indexOf(device) !== index)
      .map((device) => `${node.metadata.name} ${device} is held twice`)
    return gpus > quantityOf(node.status?.capacity, 'nvidia.com/gpu')
      ? [...twice, `${node.metadata.name} gave ${String(gpus)} GPUs`]
      : twice
  })
}

/** The moments of a pod's life that are known, in the order they must have. */
function momentsOf({ metadata, status = {} }: Pod): [name: string, moment: number][] {
  const scheduled = conditionOf(status.conditions, 'PodScheduled')
  const { running, terminated } = status.containerStatuses?.[0]?.state ?? {}
  const all: [string, number][] = [
    ['created', at(metadata.creationTimestamp)],
    ['scheduled', scheduled?.status === 'True' ? at(scheduled.lastTransitionTime) : NaN],
    ['arrived', at(status.startTime)],
    ['started', at((running ?? terminated)?.startedAt)],
    ['ended', at(terminated?.finishedAt)],
  ]
  return all.filter(([, moment]) => !Number.isNaN(moment))
}

function inconsistencies(pod: Pod, now: number): string[] {
  const { name } = pod.metadata
  const moments = [...momentsOf(pod), ['now', now] as const]
  const disorder = moments
    .filter(([, moment], index) => index > 0 && moment < (moments[index - 1]?.[1] ?? 0))
    .map(([what]) => `${name}: ${what} too early`)
  const known = moments.map(([what]) => what)
  if ((pod.spec.nodeName !== undefined) !== known.includes('scheduled'))
    disorder.push(`${name}: bound and scheduled differ`)
  if (isFinished(pod) && !known.includes('ended')) disorder.push(`${name}: finished without an end`)
  return disorder
}

describe('the on-prem world as it is first seen', () => {
  let site: ReturnType<typeof oslo>
  beforeAll(() => {
    site = oslo()
  })

  test('is made without a bug', () => expect(site.errors).toEqual([]))
  test('has 32 GPUs of two kinds, one faulted and one left free', () => {
    const nodes = site.api.list(NODE) as Node[]
    expect(
      nodes.reduce(
        (sum, node) => sum + Number(node.metadata.labels?.['nvidia.com/gpu.count'] ?? 0),
        0,
      ),
    ).toBe(32)
    expect(
      nodes
        .filter((node) => conditionOf(node.status?.conditions, 'GPUFault')?.status === 'True')
        .map(({ metadata }) => metadata.name),
    ).toEqual(['l40s-2'])
    const held = podsOf(site.api)
      .filter((pod) => pod.spec.nodeName && !isFinished(pod))
      .reduce((sum, pod) => sum + gpusOf(pod.spec), 0)
    expect(held).toBe(29)
  })
  test('has a queue that says what it waits for', () => {
    const waiting = site.api
      .list(WORKLOAD)
      .filter(
        (workload) =>
          conditionOf(
            (workload['status'] as { conditions?: Condition[] } | undefined)?.conditions,
            'QuotaReserved',
          )?.status !== 'True',
      )
    expect(
      waiting.map(({ metadata }) => metadata.name.replace(/^job-|-[0-9a-f]{5}$/g, '')).sort(),
    ).toEqual(['backtest-119', 'sweep-77', 'train-0412'])
    const said = waiting.map(
      (workload) =>
        conditionOf(
          (workload['status'] as { conditions?: Condition[] } | undefined)?.conditions,
          'QuotaReserved',
        )?.message ?? '',
    )
    expect(
      said.every((text) =>
        /insufficient unused quota for nvidia\.com\/gpu in flavor (a100-80g|l40s-48g), \d more needed/.test(
          text,
        ),
      ),
    ).toBe(true)
  })
  test('holds records that the contract can read, events of each item once and in order', () => {
    for (const kind of Object.keys(KINDS) as RecordKind[]) {
      const objects = site.api.list(kindOf(kind))
      // Nobody has reviewed any drift yet.
      expect(objects.length, kind).toBeGreaterThan(kind === 'DriftReview' ? -1 : 0)
      for (const { metadata, spec, status } of objects) {
        const meta = {
          name: metadata.name,
          uid: metadata.uid,
          resourceVersion: metadata.resourceVersion,
          createdAt: metadata.creationTimestamp,
          ...(metadata.namespace && { namespace: metadata.namespace }),
        }
        expect(
          () =>
            KINDS[kind].schema.parse({
              kind,
              meta: RecordMeta.parse(meta),
              spec,
              status: status ?? {},
            }),
          `${kind} ${metadata.name}`,
        ).not.toThrow()
      }
    }
    for (const item of site.api.list(kindOf('WorkItem'))) {
      const events = (item['status'] as { events: { id: string; at: string }[] }).events
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
      expect(
        events.map((event) => at(event.at)),
        item.metadata.name,
      ).toEqual(events.map((event) => at(event.at)).sort((a, b) => a - b))
      expect(at(item.metadata.creationTimestamp)).toBeLessThanOrEqual(at(events[0]?.at))
    }
  })
  test('has environments that run, one that is paused and one that has just been started', () => {
    const phases = site.api
      .list(kindOf('Environment'))
      .map((environment) => (environment['status'] as { phase: string }).phase)
    expect(phases.filter((phase) => phase === 'Paused')).toHaveLength(1)
    expect(phases.filter((phase) => phase === 'Ready').length).toBeGreaterThanOrEqual(11)
  })
  test('keeps no event beyond its hour', () => {
    const oldest = Math.min(
      ...site.api.list(EVENT).map((event) => at(event['lastTimestamp'] as string)),
    )
    expect(site.hand.now() - oldest).toBeLessThan(70 * MINUTE)
  })
})

test('a day passes: runs come and go, no GPU is given twice, every pod has a consistent history', async () => {
  const { api, hand, errors } = oslo()
  const problems = new Set<string>()
  api.onChange([POD], () => {
    for (const problem of overAllocated(api)) problems.add(problem)
  })
  const before = new Set(
    api.list(JOB).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`),
  )
  await hand.advance(DAY)
  expect(errors).toEqual([])
  expect([...problems]).toEqual([])
  expect(podsOf(api).flatMap((pod) => inconsistencies(pod, hand.now()))).toEqual([])
  const since = api
    .list(JOB)
    .filter(({ metadata }) => !before.has(`${metadata.namespace ?? ''}/${metadata.name}`))
  expect(since.length).toBeGreaterThan(15)
  const completed = since.filter(
    (job) =>
      conditionOf(
        (job['status'] as { conditions?: Condition[] } | undefined)?.conditions,
        'Complete',
      )?.status === 'True',
  )
  expect(completed.length).toBeGreaterThan(5)
}, 60_000)

test('the same seed makes the same world, and the same hours after it', async () => {
  const dumps = await Promise.all(
    [oslo(), oslo()].map(async ({ api, hand }) => {
      const fresh = JSON.stringify(api.dump())
      await hand.advance(3 * 3_600_000)
      return { fresh, later: JSON.stringify(api.dump()) }
    }),
  )
  expect(dumps[0]?.fresh).toBe(dumps[1]?.fresh)
  expect(dumps[0]?.later).toBe(dumps[1]?.later)
}, 60_000)

test('the cloud site runs on one machine while a second one boots for what waits', async () => {
  const { api, hand, clock, controllers, errors } = open()
  const nodes = burstNodes(api, controllers)
  seedBurst(api, { controllers, clock, prepared: crds() }, nodes)
  expect(
    podsOf(api)
      .filter((pod) => pod.status?.phase === 'Running' && gpusOf(pod.spec) === 8)
      .map((pod) => pod.spec.nodeName),
  ).toEqual(['p4d-1'])
  expect(nodes.booting().map(({ name }) => name)).toEqual(['p4d-2'])
  await hand.advance(15 * MINUTE)
  expect(nodes.booting()).toEqual([])
  expect(
    podsOf(api)
      .filter((pod) => pod.status?.phase === 'Running' && gpusOf(pod.spec) === 8)
      .map((pod) => pod.spec.nodeName)
      .sort(),
  ).toEqual(['p4d-1', 'p4d-2'])
  expect(() => nodes.setDesired(5)).toThrow(RangeError)
  nodes.setDesired(0)
  await hand.advance(MINUTE)
  expect(
    (api.list(NODE) as Node[]).filter(({ metadata }) => metadata.name.startsWith('p4d')).length,
  ).toBe(0)
  expect(errors).toEqual([])
})
