import type { DataSnapshotSpec, DataSourceSpec } from '../../../../preload/contract/records/catalog'

export type Method = DataSnapshotSpec['method']
/** What was found out about a source's backend before a snapshot is planned. */
export interface Backend {
  /** The snapshot class whose driver also made the volume; absent where there is none. */
  snapshotClass?: string
  maySnapshotVolume?: 'yes' | 'no' | 'unknown'
  claimBytes?: number
  storageClass?: string
  /** The newest commit, snapshot id, manifest or offsets, where the backend answered. */
  pointer?: string
  /** Why the backend could not be asked. */
  unreachable?: string
}
export interface Choice {
  method: Method
  pointer?: string
  says: string
  warnings: string[]
}

const NAMES: Record<DataSourceSpec['kind'], string> = {
  volume: 'volume',
  s3: 'bucket',
  lakefs: 'lakeFS',
  sql: 'table engine',
  kafka: 'broker',
  share: 'file share',
}
const POINTING: Partial<Record<DataSourceSpec['kind'], { method: Method; what: string }>> = {
  lakefs: { method: 'lakefs-commit', what: 'a commit of lakeFS' },
  s3: { method: 's3-versions', what: 'a manifest of object versions' },
  sql: { method: 'table-snapshot', what: 'a snapshot id of the table' },
  kafka: { method: 'topic-offsets', what: 'the offsets of each partition' },
}

/** The address of a source as it is, without a moment in time. */
export const addressOf = ({ kind, location }: Pick<DataSourceSpec, 'kind' | 'location'>): string =>
  location.uri ??
  (kind === 'volume'
    ? `PersistentVolumeClaim/${location.namespace ?? ''}/${location.claim ?? ''}`
    : [location.engine, location.table ?? location.topic ?? location.path]
        .filter(Boolean)
        .join('/'))

const asIs = (source: Pick<DataSourceSpec, 'kind' | 'location'>, why: string): Choice => ({
  method: 'as-is',
  pointer: addressOf(source),
  says: `Points at the ${NAMES[source.kind]} as it is: ${why}.`,
  warnings: [`What this points at can change later: ${why}.`],
})

/** How a snapshot of this source is taken, always as a pointer; where the backend cannot freeze it, as it is and with a warning. */
export function methodFor(
  source: Pick<DataSourceSpec, 'kind' | 'location'>,
  backend: Backend,
): Choice {
  if (source.kind === 'share')
    return asIs(source, 'a file share keeps no versions, so it is only mounted read-only')
  if (source.kind === 'volume') return volumeMethod(source, backend)
  const pointing = POINTING[source.kind]
  if (pointing && backend.pointer !== undefined)
    return {
      method: pointing.method,
      pointer: backend.pointer,
      says: `Keeps ${pointing.what}: ${backend.pointer}.`,
      warnings: [],
    }
  return asIs(source, backend.unreachable ?? `the ${NAMES[source.kind]} did not name a version`)
}

function volumeMethod(
  source: Pick<DataSourceSpec, 'kind' | 'location'>,
  { snapshotClass, maySnapshotVolume, unreachable }: Backend,
): Choice {
  if (unreachable !== undefined) return asIs(source, unreachable)
  if (snapshotClass === undefined)
    return asIs(source, 'its storage driver offers no volume snapshots here')
  if (maySnapshotVolume === 'no')
    return asIs(
      source,
      `you may not create volume snapshots in ${source.location.namespace ?? 'its namespace'}`,
    )
  return {
    method: 'volume-snapshot',
    says: `A VolumeSnapshot by class ${snapshotClass}; the driver keeps the blocks, nothing is copied.`,
    warnings: [],
  }
}

/** The name of a snapshot taken now: source and minute. */
export const snapshotName = (source: string, at: string): string =>
  `${source.slice(0, 44)}-${at.slice(0, 16).replace(/[-:]/g, '').replace('T', '-')}`
