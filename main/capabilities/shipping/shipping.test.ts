import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { DataSource } from '../../../preload/contract/records'
import type { Outcome } from '../../kernel/outcome'
import { aCloud, objectStoresOf } from '../../../test/support/cloud'
import { makeShipping } from './service'
import { idOf } from './transfer'
import { makeWorkspaces } from './workspace'

const JOBS = { group: 'batch', version: 'v1', plural: 'jobs' }
let world: Awaited<ReturnType<typeof aCloud>>
let shipping: ReturnType<typeof makeShipping>
const source = (name: string, uri: string, mayGoTo: string[]) =>
  ({
    kind: 'DataSource',
    meta: { name, uid: name, resourceVersion: '1', createdAt: '2026-01-01T00:00:00Z' },
    spec: { kind: 's3', location: { uri }, site: 'oslo', owner: 'jonas.weber', mayGoTo },
    status: {},
  }) as unknown as DataSource
const sources = [
  source('holidays', 's3://holidays/', ['oslo', 'aws-burst']),
  source('voice-prompts', 's3://voice-prompts/', ['oslo']),
]
const ports = () => ({
  ...world.ports,
  sites: world.sites,
  objects: objectStoresOf(world.plant, world.clock),
  records: {
    find: () => undefined,
    known: () => ({ items: sources, asOf: 0, live: true }),
  } as never,
})
const ask = {
  uri: 's3://holidays/',
  from: 'oslo',
  to: 'aws-burst',
  namespace: 'call-intent',
  claim: 'job-1',
}
const target = () =>
  Object.keys(world.aws.account.state.buckets['acme-takt-burst']?.objects ?? {}).filter((key) =>
    key.startsWith('data/'),
  )
const telling = () => ({ signal: new AbortController().signal, progress: () => undefined })
beforeAll(async () => {
  world = await aCloud()
  shipping = makeShipping(ports())
})
afterAll(() => world.close())

describe('data that follows its work', () => {
  test('says first what would travel', async () => {
    const seen = await shipping.shipment(ask)
    expect(seen).toMatchObject({
      ok: true,
      value: {
        target: 's3://acme-takt-burst/data/oslo/holidays/',
        says: expect.stringMatching(/^4 of 4 objects are missing, 0\.1 GB\.$/) as string,
      },
    })
  })
  test('what may not leave is refused by name, before anything is asked of anybody', async () => {
    expect(await shipping.ship({ ...ask, uri: 's3://voice-prompts/' }, telling())).toMatchObject({
      ok: false,
      failure: {
        code: 'DATA_MAY_NOT_LEAVE',
        data: { source: 'voice-prompts', owner: 'jonas.weber' },
      },
    })
  })
  test('it travels by a Job, is compared at the other end, and is then there', async () => {
    const shipped = await world.live(shipping.ship(ask, telling()))
    expect(shipped).toEqual({
      ok: true,
      value: { uri: 's3://acme-takt-burst/data/oslo/holidays/' },
    })
    expect(target()).toHaveLength(4)
    expect(shipping.view().shipments[0]).toMatchObject({
      state: 'done',
      objects: 4,
      objectsDone: 4,
      verified: 4,
      objectsThere: 0,
    })
    expect(
      Object.keys(world.aws.account.state.buckets['acme-takt-burst']?.objects ?? {}).some((key) =>
        /^\.takt\/manifests\/[0-9a-f]{64}\.json$/.test(key),
      ),
    ).toBe(true)
  })
  test('the second time nothing travels: it was shipped once for everybody', async () => {
    const before = JSON.stringify(
      world.aws.account.state.buckets['acme-takt-burst']?.objects[
        'data/oslo/holidays/part-00000.parquet'
      ],
    )
    expect(await shipping.shipment(ask)).toMatchObject({ value: { missingBytes: 0 } })
    expect(await world.live(shipping.ship({ ...ask, claim: 'job-2' }, telling()))).toMatchObject({
      ok: true,
    })
    expect(
      JSON.stringify(
        world.aws.account.state.buckets['acme-takt-burst']?.objects[
          'data/oslo/holidays/part-00000.parquet'
        ],
      ),
    ).toBe(before)
    expect(shipping.view().shipments[0]).toMatchObject({
      state: 'done',
      objectsThere: 4,
      bytesThere: shipping.view().shipments[0]?.bytes,
    })
  })
  test('an object that arrives damaged is sent again, and only that one', async () => {
    world.aws.faults.damage('part-00001')
    for (const key of target())
      delete world.aws.account.state.buckets['acme-takt-burst']?.objects[key]
    expect(await world.live(shipping.ship({ ...ask, claim: 'job-3' }, telling()))).toMatchObject({
      ok: true,
    })
    const [from, to] = [
      world.aws.account.state.building['holidays']?.objects['part-00001.parquet'],
      world.aws.account.state.buckets['acme-takt-burst']?.objects[
        'data/oslo/holidays/part-00001.parquet'
      ],
    ]
    expect(to?.etag).toBe(from?.etag)
  })
  test('a large one keeps to its cap, tells its progress, and measures the line once it is not capped', async () => {
    const seen: number[] = []
    const calls = { ...ask, uri: 's3://parcels/main/', claim: 'job-4' }
    const shipped = world.live(
      shipping.ship(calls, {
        signal: new AbortController().signal,
        progress: (_says, share = 0) => seen.push(share),
      }),
    )
    expect(await shipped).toMatchObject({ ok: true })
    expect(seen.length).toBeGreaterThan(3)
    expect([...seen].sort((a, b) => a - b)).toEqual(seen)
    const link = shipping.link('aws-burst')
    expect(link.measuredAt).toBeDefined()
    expect(link.bytesPerSecond / 1e6).toBeGreaterThan(120)
    expect(link.bytesPerSecond / 1e6).toBeLessThan(170)
  }, 60_000)
  test.each(['a shipment', 'a workspace'] as const)(
    'a Job of the same name that somebody else made is neither followed nor removed by %s',
    async (which) => {
      const client = world.sites.client('oslo')
      if (!client.ok) throw new Error(client.failure.code)
      const bucket = world.aws.account.state.buckets['acme-takt-burst']
      for (const key of target().filter((one) => one.includes('parcels')))
        delete bucket?.objects[key]
      const strange = { ...ask, uri: 's3://parcels/main/', claim: 'job-9' }
      const work = {
        site: 'oslo',
        depot: 'aws-burst',
        namespace: 'call-intent',
        claim: 'nb-work',
        name: 'nb',
        way: 'out' as const,
        run: 'run-9',
      }
      const name = which === 'a shipment' ? `takt-${idOf(strange)}` : 'takt-workspace-out-run-9'
      const containers = [{ name: 'theirs', image: 'theirs:1' }]
      const at = { namespace: 'call-intent', name }
      const theirs = await client.value.create(JOBS, {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: at,
        spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers } } },
      })
      if (!theirs.ok) throw new Error(theirs.failure.code)
      const workspaces = makeWorkspaces(ports())
      const tried =
        which === 'a shipment'
          ? shipping.ship(strange, telling())
          : workspaces.carry(work, telling())
      expect(await world.live<Outcome<unknown>>(tried)).toMatchObject({
        ok: false,
        failure: { code: 'NOT_OURS' },
      })
      if (which === 'a workspace')
        expect(await workspaces.stop(work, new AbortController().signal)).toMatchObject({
          ok: true,
        })
      const left = await client.value.get(JOBS, at, z.looseObject({ metadata: z.looseObject({}) }))
      expect(left).toMatchObject({ value: { metadata: { uid: theirs.value.metadata.uid } } })
      expect(left).not.toHaveProperty('value.metadata.deletionTimestamp')
    },
    60_000,
  )
  test('stopped in the middle it leaves nothing that goes on sending, and goes on where it was', async () => {
    for (const key of target().filter((one) => one.includes('parcels')))
      delete world.aws.account.state.buckets['acme-takt-burst']?.objects[key]
    const stop = new AbortController()
    const calls = { ...ask, uri: 's3://parcels/main/', claim: 'job-5' }
    await world.live(
      shipping
        .ship(calls, {
          signal: stop.signal,
          progress: (_says, share = 0) => {
            if (share > 0.3) stop.abort(new Error('enough'))
          },
        })
        .catch(() => undefined),
    )
    await world.pass(30)
    const half = target().filter((one) => one.includes('parcels')).length
    expect(half).toBeGreaterThan(10)
    expect(half).toBeLessThan(128)
    await world.pass(600)
    expect(target().filter((one) => one.includes('parcels'))).toHaveLength(half)
    expect(shipping.view().shipments[0]?.state).toBe('cancelled')
    expect(await world.live(shipping.ship(calls, telling()))).toMatchObject({ ok: true })
    expect(target().filter((one) => one.includes('parcels'))).toHaveLength(128)
  }, 60_000)
})
