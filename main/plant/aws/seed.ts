import { chanceOf, hexOf } from '../controllers/objects'
import { ZONES } from './machines'
import type { AccountState, BucketState, ObjectState } from './state'

const DAY = 86_400_000
const GB = 1e9
/** A large object whose bytes are never written down. */
export const drawnObject = (name: string, size: number, modifiedAt: number): ObjectState => ({
  size,
  etag: hexOf(`etag${name}`, 32),
  sha256: hexOf(`sha${name}`, 64),
  modifiedAt,
  version: hexOf(`version${name}`, 32),
})
const bucket = (
  createdAt: number,
  region: string,
  objects: Record<string, ObjectState> = {},
): BucketState => ({ createdAt, region, versioned: true, objects, uploads: {} })
const parts = (
  bucketName: string,
  [prefix, count, gb]: [prefix: string, count: number, gb: number],
  at: number,
): Record<string, ObjectState> =>
  Object.fromEntries(
    Array.from({ length: count }, (_unused, index) => {
      const key = `${prefix}part-${String(index).padStart(5, '0')}.parquet`
      return [
        key,
        drawnObject(
          `${bucketName}/${key}`,
          Math.round(((gb * GB) / count) * (0.9 + 0.2 * chanceOf(key))),
          at,
        ),
      ]
    }),
  )

/** What the account and the building's object store hold on the first day; three things in it nobody accounts for. */
export function seedState(now: number, fresh: boolean): AccountState {
  const building = (name: string, outline: [prefix: string, count: number, gb: number]) =>
    [name, bucket(now - 300 * DAY, 'oslo', parts(name, outline, now - 2 * DAY))] as const
  if (!fresh) return { groups: {}, instances: [], volumes: [], buckets: {}, building: {} }
  return {
    groups: {},
    instances: [
      {
        id: `i-${hexOf('left-over', 17)}`,
        type: 'g5.xlarge',
        zone: ZONES[1] ?? '',
        launchedAt: now - 6 * DAY,
        tags: { Name: 'jupyter-try-out' },
        spot: false,
      },
    ],
    volumes: [
      {
        id: `vol-${hexOf('left-over', 17)}`,
        gi: 500,
        zone: ZONES[0] ?? '',
        createdAt: now - 19 * DAY,
        tags: {
          'takt.dev/managed': 'true',
          'takt.dev/owner-cluster': 'eu-north-1/aws-burst',
          'takt.dev/environment': 'parcel-eta-nb',
        },
      },
    ],
    buckets: {
      'acme-takt-burst': {
        ...bucket(now - 60 * DAY, 'eu-north-1'),
        uploads: {
          [hexOf('left-upload', 32)]: {
            key: 'outputs/sweep-11/checkpoint-4000.safetensors',
            startedAt: now - 9 * DAY,
            parts: { 1: { size: 8 * GB, etag: hexOf('left-part', 32) } },
          },
        },
      },
      'acme-store-sales': bucket(
        now - 300 * DAY,
        'eu-north-1',
        parts('acme-store-sales', ['receipts/', 106, 212], now - DAY / 12),
      ),
    },
    building: Object.fromEntries([
      building('calls-2026-11', ['', 380, 1900]),
      building('voice-prompts', ['', 188, 940]),
      building('holidays', ['', 4, 0.1]),
      building('parcels', ['main/', 128, 512]),
      building('fraud-edges', ['main/', 66, 330]),
      building('outputs', ['', 0, 0]),
    ]),
  }
}
