import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  PutObjectCommand,
  S3Client,
  DeleteObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aPlantWithAws } from '../../../../test/support/plant-aws'
import { fakeRecords } from '../../../../test/support/fakes/ports'
import { FakeKube } from '../../../../test/support/fakes/kube'
import { HandClock } from '../../../../test/support/clock'
import { s3Reader } from '../adapters/s3'
import type { DriftPorts } from '../ports'
import { Tables } from '../testing/tables'
import { locate } from './locate'
import { fetchObjects, matcher } from './objects'

let plant: Awaited<ReturnType<typeof aPlantWithAws>>,
  tables: Tables,
  client: S3Client,
  ports: Pick<DriftPorts, 'objects' | 'store' | 'records'>
const folder = mkdtempSync(join(tmpdir(), 'takt-drift-s3-'))
beforeAll(async () => {
  ;[plant, tables] = await Promise.all([aPlantWithAws(), Tables.open()])
  client = new S3Client({ ...plant.config, forcePathStyle: true })
  const kube = new FakeKube({ clock: new HandClock() })
  kube.put({
    apiVersion: 'takt.dev/v1alpha1',
    kind: 'DataSnapshot',
    metadata: { name: 'loans-1', namespace: 'credit' },
    spec: {
      source: 'loans',
      takenBy: 'lena.ofori',
      method: 's3-versions',
      pointer: 's3://drift/loans/',
    },
    status: {},
  })
  kube.put({
    apiVersion: 'takt.dev/v1alpha1',
    kind: 'DataSnapshot',
    metadata: { name: 'table-1', namespace: 'credit' },
    spec: {
      source: 'loans',
      takenBy: 'lena.ofori',
      method: 'table-snapshot',
      pointer: 'lake.core.loans@77',
    },
    status: {},
  })
  ports = {
    objects: s3Reader({ ...plant.config, forcePathStyle: true }),
    store: { folder } as DriftPorts['store'],
    records: fakeRecords(kube),
  }
  await client.send(new CreateBucketCommand({ Bucket: 'drift' }))
  for (const week of ['a', 'b'])
    await client.send(
      new PutObjectCommand({
        Bucket: 'drift',
        Key: `loans/week-${week}.parquet`,
        Body: readFileSync(
          await tables.write(`${week}.parquet`, `SELECT '${week}' AS week FROM range(10)`),
        ),
      }),
    )
  await client.send(
    new PutObjectCommand({ Bucket: 'drift', Key: 'loans/notes.md', Body: 'no table' }),
  )
}, 60_000)
afterAll(async () => {
  client.destroy()
  tables.close()
  await plant.plant.close()
  rmSync(folder, { recursive: true, force: true })
})
const says = async (address: string) => {
  const found = await fetchObjects(ports, address)
  return found.ok
    ? 'it was found'
    : found.failure.code === 'INPUT_UNUSABLE'
      ? found.failure.data.says
      : found.failure.code
}
const pathOf = async (address: string) => {
  const found = await fetchObjects(ports, address)
  if (!found.ok) throw new Error(found.failure.code)
  return found.value
}

describe('object storage', () => {
  test('a prefix, a pattern and one object are fetched whole, once, and nothing that is no table', async () => {
    const steps: string[] = [],
      found = await fetchObjects(ports, 's3://drift/loans/', {
        progress: (done, total, words) => steps.push(`${done === total} ${words}`),
      })
    expect(steps).toEqual([
      'false Fetched loans/week-a.parquet',
      'true Fetched loans/week-b.parquet',
    ])
    const path = found.ok ? found.value : '',
      [row] = await tables.engine.rows(
        `SELECT count(*) AS n, count(DISTINCT week) AS weeks FROM read_parquet('${path}/*.parquet')`,
      )
    expect(row).toEqual({ n: 20n, weeks: 2n })
    const [first = ''] = readdirSync(path),
      before = statSync(join(path, first)).mtimeMs
    expect(await pathOf('s3://drift/loans/')).toBe(path)
    expect(statSync(join(path, first)).mtimeMs).toBe(before)
    expect(readdirSync(await pathOf('s3://drift/loans/week-?.parquet'))).toHaveLength(2)
    expect(readdirSync(await pathOf('s3://drift/loans/week-a.parquet'))).toHaveLength(1)
  })
  test('an object that changed is fetched again, one that is gone is no longer part of the table', async () => {
    const path = await pathOf('s3://drift/loans/')
    await client.send(
      new PutObjectCommand({
        Bucket: 'drift',
        Key: 'loans/week-a.parquet',
        Body: readFileSync(await tables.write('c.parquet', "SELECT 'c' AS week FROM range(7)")),
      }),
    )
    await client.send(new DeleteObjectCommand({ Bucket: 'drift', Key: 'loans/week-b.parquet' }))
    expect(await pathOf('s3://drift/loans/')).toBe(path)
    expect(
      await tables.engine.rows(`SELECT DISTINCT week FROM read_parquet('${path}/*.parquet')`),
    ).toEqual([{ week: 'c' }])
  })
  test('what cannot be read is refused in words', async () => {
    expect(await says('s3://drift/nothing/')).toMatch(/No table matches/)
    expect(await says('s3://')).toMatch(/no address of object storage/)
    expect(await says('s3://no-such-bucket-here/x')).toMatch(/cannot be read \(NoSuchBucket\)/)
    const without = await fetchObjects({ store: ports.store }, 's3://drift/loans/')
    expect(without.ok).toBe(false)
  })
  test('one that comes cut short is not taken for whole', async () => {
    const short: DriftPorts['objects'] = {
      list: () => Promise.resolve([{ key: 'x.parquet', size: 100 }]),
      get: () =>
        Promise.resolve(
          (async function* () {
            await Promise.resolve()
            yield new Uint8Array(40)
          })(),
        ),
    }
    const found = await fetchObjects({ ...ports, objects: short }, 's3://short/x.parquet')
    expect(!found.ok && found.failure.code === 'INPUT_UNUSABLE' && found.failure.data.says).toMatch(
      /cut short/,
    )
  })
  test('patterns cross folders only where they say so', () => {
    expect(
      [
        ['a/*.csv', 'a/b.csv'],
        ['a/*.csv', 'a/b/c.csv'],
        ['a/**.csv', 'a/b/c.csv'],
        ['a?.csv', 'ab.csv'],
        ['a.csv', 'axcsv'],
      ].map(([pattern = '', name = '']) => matcher(pattern).test(name)),
    ).toEqual([true, false, true, true, false])
  })
})

test('a snapshot of the catalog stands for where it points, and is named', async () => {
  const snapshot = { namespace: 'credit', name: 'loans-1' },
    found = await locate(ports, {
      reference: { snapshot },
      current: { path: '/data/now.parquet' },
      labels: undefined as never,
    })
  expect(found).toMatchObject({
    ok: true,
    value: { current: '/data/now.parquet', snapshots: ['credit/loans-1 at s3://drift/loans/'] },
  })
  const lake = await locate(ports, {
    reference: { snapshot: { namespace: 'credit', name: 'table-1' } },
    current: { path: 'x' },
    labels: undefined as never,
  })
  expect(!lake.ok && lake.failure.code === 'INPUT_UNUSABLE' && lake.failure.data.says).toMatch(
    /no table that can be opened from here/,
  )
})
