import { expect, it, test } from 'vitest'
import type { DataSourceSpec } from '../../../../preload/contract/records/catalog'
import { addressOf, methodFor, snapshotName, type Backend } from './method'

const volume = { kind: 'volume' as const, location: { namespace: 'datasets', claim: 'parcels' } }
test.each<
  [
    why: string,
    source: Pick<DataSourceSpec, 'kind' | 'location'>,
    backend: Backend,
    method: string,
    warns: boolean,
  ]
>([
  [
    'a volume whose driver can',
    volume,
    { snapshotClass: 'fast', maySnapshotVolume: 'yes' },
    'volume-snapshot',
    false,
  ],
  ['a volume whose driver cannot', volume, { maySnapshotVolume: 'yes' }, 'as-is', true],
  [
    'a volume this person may not snapshot',
    volume,
    { snapshotClass: 'fast', maySnapshotVolume: 'no' },
    'as-is',
    true,
  ],
  [
    'rights that are not known are tried',
    volume,
    { snapshotClass: 'fast', maySnapshotVolume: 'unknown' },
    'volume-snapshot',
    false,
  ],
  [
    'a branch with its commit',
    { kind: 'lakefs', location: { uri: 'lakefs://r/main' } },
    { pointer: 'lakefs://r/7c1e' },
    'lakefs-commit',
    false,
  ],
  [
    'lakeFS that does not answer',
    { kind: 'lakefs', location: { uri: 'lakefs://r/main' } },
    { unreachable: 'no answer' },
    'as-is',
    true,
  ],
  [
    'a bucket without credentials',
    { kind: 's3', location: { uri: 's3://b/p' } },
    { unreachable: 'no credentials' },
    'as-is',
    true,
  ],
  [
    'a table with a snapshot id',
    { kind: 'sql', location: { engine: 'trino', table: 'a.b' } },
    { pointer: '42' },
    'table-snapshot',
    false,
  ],
  [
    'a topic with offsets',
    { kind: 'kafka', location: { topic: 'clicks' } },
    { pointer: '0:12' },
    'topic-offsets',
    false,
  ],
  ['a share', { kind: 'share', location: { uri: 'nfs://f/x' } }, {}, 'as-is', true],
])('%s', (_why, source, backend, method, warns) => {
  const choice = methodFor(source, backend)
  expect(choice.method).toBe(method)
  expect(choice.warnings.length > 0).toBe(warns)
})
it('names addresses and snapshots', () => {
  expect(addressOf(volume)).toBe('PersistentVolumeClaim/datasets/parcels')
  expect(addressOf({ kind: 'sql', location: { engine: 'trino', table: 'a.b' } })).toBe('trino/a.b')
  expect(snapshotName('parcels', '2026-11-18T14:32:00Z')).toBe('parcels-20261118-1432')
})
