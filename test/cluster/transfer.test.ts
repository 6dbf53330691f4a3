import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  makeShipping,
  type ObjectStore,
  type Shipping,
  type ShippingPorts,
} from '../../main/capabilities/shipping'
import { progressOf } from '../../main/capabilities/shipping/adapters/progress'
import { readKubeconfigs } from '../../main/capabilities/sites/adapters/kubeconfig'
import { targetOf } from '../../main/capabilities/sites/adapters/credentials'
import { makeMeans } from '../../main/capabilities/sites'
import { succeed } from '../../main/kernel/outcome'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { makeKubeClient } from '../../main/platform/kubernetes/client'
import type { KubeClient } from '../../main/platform/kubernetes/types'
import { silentLog } from '../../main/platform/log'
import { openStore, type Store } from '../../main/platform/store'
import { folderOf, lacking } from './stack/found'
import { startAws, type Aws } from './stack/moto'
import { startPlane, type Plane } from './stack/plane'
import { kill, playKubelet, type Kubelet } from './stack/standins/kubelet'
import { soon } from './discovery/watching'

const lacks = lacking('moto', 'rclone')
const KEYS = {
  building: {
    accessKeyId: 'AKIABUILDINGBUILDING',
    secretAccessKey: 'the-secret-of-the-building-for-tests-0000',
  },
  cloud: {
    accessKeyId: 'AKIACLOUDCLOUDCLOUD1',
    secretAccessKey: 'the-secret-of-the-cloud-for-tests-0000000',
  },
}
const MIB = 2 ** 20
const digest = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

describe.skipIf(lacks !== undefined)(
  `data that travels by a real rclone between real stores${lacks ? ` (${lacks})` : ''}`,
  () => {
    let [plane, aws, kubelet]: [Plane | undefined, Aws | undefined, Kubelet | undefined] = [
      undefined,
      undefined,
      undefined,
    ]
    let shipping: Shipping
    let s3: S3Client
    let client: KubeClient
    let store: Store
    const folder = mkdtempSync(join(tmpdir(), 'takt-transfer-'))
    const originals = new Map<string, Buffer>()
    const put = async (bucket: string, key: string, body: Buffer) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
    }
    const keysIn = async (bucket: string, prefix: string) =>
      (
        (await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))).Contents ?? []
      ).flatMap(({ Key }) => Key ?? [])
    const read = async (bucket: string, key: string) =>
      Buffer.from(
        (await (
          await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        ).Body?.transformToByteArray()) ?? [],
      )
    /** How often each object was written by a transfer: it signs with the keys of the store it writes to. */
    const written = (bucket: string, by: string) =>
      (aws?.proxy.calls ?? []).flatMap(({ action, signedBy }) => {
        const [, key] = new RegExp(`^PUT /${bucket}/(?!\\.takt/)(.*)$`).exec(action) ?? []
        return key !== undefined && signedBy === by ? [decodeURIComponent(key)] : []
      })
    const told = (index: number) => progressOf(kubelet?.ran[index]?.log ?? '')
    /** Stores tell the times of versions in whole seconds. */
    const nextSecond = () => {
      const second = () => Math.floor(Date.now() / 1000)
      const begun = second()
      return soon(() => Promise.resolve(second() > begun), 'time stands still', 5)
    }
    const ask = {
      uri: 's3://datasets/parcels/',
      from: 'building',
      to: 'cloud',
      namespace: 'default',
      claim: 'job-1',
    }
    const telling = (
      progress: (says: string, share?: number) => void = () => undefined,
      signal = new AbortController().signal,
    ) => ({ signal, progress })
    const there = (key: string) => `data/building/datasets/parcels/${key}`

    beforeAll(async () => {
      ;[plane, aws] = await Promise.all([startPlane({ nodes: false }), startAws()])
      const endpoint = aws.endpoint
      s3 = new S3Client({
        endpoint,
        region: aws.region,
        forcePathStyle: true,
        credentials: { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'secret-of-the-test' },
      })
      for (const Bucket of ['datasets', 'outputs', 'depot'])
        await s3.send(new CreateBucketCommand({ Bucket }))
      await s3.send(
        new PutBucketVersioningCommand({
          Bucket: 'datasets',
          VersioningConfiguration: { Status: 'Enabled' },
        }),
      )
      for (const key of [
        'part-0.bin',
        'part-1.bin',
        'part-2.bin',
        'a folder/with space & more.bin',
        'sum $(id) `id`.bin',
      ]) {
        const bytes = randomBytes(MIB)
        originals.set(key, bytes)
        await put('datasets', `parcels/${key}`, bytes)
      }
      await put('datasets', 'parcels/', Buffer.alloc(0))
      await plane.applyManifests(
        Object.entries(KEYS).map(([site, { accessKeyId, secretAccessKey }]) => ({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: `takt-store-${site}`, namespace: 'default' },
          stringData: { ACCESS_KEY_ID: accessKeyId, SECRET_ACCESS_KEY: secretAccessKey },
        })),
      )
      kubelet = await playKubelet({
        plane,
        labelSelector: 'takt.dev/transfer',
        programs: folderOf('rclone'),
      })
      const [context] = readKubeconfigs([{ path: plane.kubeconfigPath, asked: true }]).contexts
      const means = makeMeans({
        clock: systemClock,
        env: {},
        settings: {
          get: () => undefined,
          set: () => succeed(undefined),
          remove: () => succeed(undefined),
        },
      })
      const target = context && targetOf(() => succeed(context), means)
      const opened = openStore(folder, { pid: process.pid, now: () => systemClock.now() })
      if (!target?.ok || !opened.ok) throw new Error('the plane cannot be reached')
      client = makeKubeClient(target.value, { clock: systemClock, random: seeded(1) })
      store = opened.value
      const objects = (site: string) =>
        succeed<ObjectStore>({
          site,
          profile: site,
          region: 'us-east-1',
          provider: 'Other',
          endpoint,
          bucket: site === 'cloud' ? 'depot' : 'outputs',
          client: () => Promise.resolve(s3),
        })
      shipping = makeShipping({
        sites: {
          client: () => succeed(client),
          homeId: () => 'building',
          clockOf: () => systemClock,
        } as unknown as ShippingPorts['sites'],
        records: {
          find: () => undefined,
          known: () => ({ items: [] }),
        } as unknown as ShippingPorts['records'],
        operations: { register: () => undefined } as unknown as ShippingPorts['operations'],
        objects,
        store,
        clock: systemClock,
        random: seeded(3),
        log: silentLog,
      })
    })
    afterAll(async () => {
      await kubelet?.stop()
      client?.close()
      store?.close()
      s3?.destroy()
      await Promise.all([plane?.stop(), aws?.stop()])
      rmSync(folder, { recursive: true, force: true })
    })

    test('all of it arrives whole under its own names, by keys that stand in no command', async () => {
      expect(await shipping.ship(ask, telling())).toEqual({
        ok: true,
        value: { uri: 's3://depot/data/building/datasets/parcels/' },
      })
      for (const [key, bytes] of originals)
        expect(digest(await read('depot', there(key)))).toBe(digest(bytes))
      expect(written('depot', KEYS.cloud.accessKeyId).toSorted()).toEqual(
        [...originals.keys()].map(there).toSorted(),
      )
      const [ran] = kubelet?.ran ?? []
      const said = JSON.stringify([ran?.command, ran?.log])
      for (const { accessKeyId, secretAccessKey } of Object.values(KEYS))
        expect([said.includes(secretAccessKey), said.includes(accessKeyId)]).toEqual([false, false])
      expect(ran?.env['RCLONE_CONFIG_SRC_SECRET_ACCESS_KEY']).toBe(KEYS.building.secretAccessKey)
      expect(told(0)).toMatchObject({ bytes: 5 * MIB, objects: 5, errors: 0 })
      expect(shipping.view().shipments[0]).toMatchObject({
        state: 'done',
        objects: 5,
        verified: 5,
        objectsThere: 0,
      })
    })

    test('only what is missing or damaged travels, and nothing where all is there', async () => {
      const before = written('depot', KEYS.cloud.accessKeyId).length
      await s3.send(new DeleteObjectCommand({ Bucket: 'depot', Key: there('part-1.bin') }))
      await put('depot', there('part-2.bin'), randomBytes(MIB))
      const jobs = kubelet?.ran.length
      expect(await shipping.ship({ ...ask, claim: 'job-2' }, telling())).toMatchObject({ ok: true })
      expect(written('depot', KEYS.cloud.accessKeyId).slice(before).toSorted()).toEqual([
        there('part-1.bin'),
        there('part-2.bin'),
      ])
      expect(digest(await read('depot', there('part-2.bin')))).toBe(
        digest(originals.get('part-2.bin') ?? Buffer.alloc(0)),
      )
      expect(await shipping.ship({ ...ask, claim: 'job-3' }, telling())).toMatchObject({ ok: true })
      expect(kubelet?.ran.length).toBe((jobs ?? 0) + 1)
    })

    test('killed in the middle it goes on where it was, and keeps to its rate', async () => {
      const large = Array.from(
        { length: 24 },
        (_, index) => `shards/${String(index).padStart(2, '0')}.bin`,
      )
      await Promise.all(large.map((key) => put('datasets', key, randomBytes(MIB))))
      const cap = 3 * MIB
      const before = written('depot', KEYS.cloud.accessKeyId).length
      const first = kubelet?.ran.length ?? 0
      const at = 'data/building/datasets/shards/'
      const shares: number[] = []
      const shipped = shipping.ship(
        { ...ask, uri: 's3://datasets/shards/', claim: 'job-4', capBytesPerSecond: cap },
        telling((_says, share = 0) => shares.push(share)),
      )
      await soon(async () => (await keysIn('depot', at)).length >= 6, 'nothing arrived', 40)
      const ran = kubelet?.ran[first]
      if (!ran) throw new Error('no transfer ran')
      kill(ran)
      await soon(() => Promise.resolve(ran.ended), 'it was not killed', 10)
      const half = await keysIn('depot', at)
      expect(half.length).toBeLessThan(large.length)
      expect(await shipped).toMatchObject({ ok: true })
      expect(
        (await keysIn('depot', at))
          .map((key) => key.slice('data/building/datasets/'.length))
          .toSorted(),
      ).toEqual(large)
      // What had arrived before is not sent again by the pod that follows.
      const times = Map.groupBy(
        written('depot', KEYS.cloud.accessKeyId).slice(before),
        (key) => key,
      )
      expect(half.filter((key) => times.get(key)?.length !== 1)).toEqual([])
      const second = told(first + 1)
      if (!second) throw new Error('no second pod went on')
      expect(second.objects).toBeGreaterThan(0)
      expect(second.objects).toBeLessThanOrEqual(large.length - half.length)
      // No bucket of allowance is full at the beginning, so no second may carry more than the rate.
      expect(second.bytes / second.elapsedSeconds).toBeLessThan(cap * 1.15)
      expect(shares.length).toBeGreaterThan(0)
    })

    test('data as it was at an instant travels, whatever was written since', async () => {
      await put('datasets', 'history/a.bin', Buffer.from('as it was'))
      await nextSecond()
      const asOf = new Date().toISOString()
      await nextSecond()
      await put('datasets', 'history/a.bin', Buffer.from('as it is now'))
      await put('datasets', 'history/b.bin', Buffer.from('new'))
      expect(
        await shipping.ship(
          { ...ask, uri: `s3://datasets/history/?as-of=${asOf}`, claim: 'job-5' },
          telling(),
        ),
      ).toMatchObject({ ok: true })
      expect(await keysIn('depot', 'data/building/datasets/history/')).toEqual([
        'data/building/datasets/history/a.bin',
      ])
      expect((await read('depot', 'data/building/datasets/history/a.bin')).toString()).toBe(
        'as it was',
      )
    })

    test('results come back by the same way, each store with its own keys', async () => {
      await put('depot', 'results/run-7/model.bin', Buffer.from('weights'))
      expect(
        await shipping.ship(
          {
            uri: 's3://depot/results/run-7/',
            from: 'cloud',
            to: 'building',
            namespace: 'default',
            claim: 'back-1',
            direction: 'back',
          },
          telling(),
        ),
      ).toEqual({ ok: true, value: { uri: 's3://outputs/data/cloud/depot/results/run-7/' } })
      expect((await read('outputs', 'data/cloud/depot/results/run-7/model.bin')).toString()).toBe(
        'weights',
      )
      expect(written('outputs', KEYS.building.accessKeyId)).toEqual([
        'data/cloud/depot/results/run-7/model.bin',
      ])
      expect(shipping.view().shipments[0]).toMatchObject({ direction: 'back', state: 'done' })
    })

    test('an image without a digest never runs', async () => {
      await put('datasets', 'denied/a.bin', Buffer.from('never'))
      const before = kubelet?.ran.length
      store.settings.set('shipping.image', 'docker.io/rclone/rclone:latest')
      expect(
        await shipping.ship({ ...ask, uri: 's3://datasets/denied/', claim: 'job-6' }, telling()),
      ).toMatchObject({ ok: false, failure: { code: 'NOT_SUPPORTED_HERE' } })
      expect(kubelet?.ran.length).toBe(before)
      store.settings.remove('shipping.image')
    })
  },
)
