import type { DataSnapshot } from '../../../../preload/contract/records'
import type { DriftSource, MonitorSettings } from '../../../../preload/contract/drift-review'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { Located, Telling } from '../desk/questions'
import type { DriftPorts } from '../ports'
import { unusable } from '../refusal'
import { fetchObjects } from './objects'

type Ports = Pick<DriftPorts, 'records' | 'objects' | 'store'> & Partial<Pick<DriftPorts, 'sites'>>
interface Place {
  path: string
  snapshot?: string
}

/** The path that a source stands for: its own, or that of the snapshot it names. */
export function pathOf(
  { records, sites }: Pick<Ports, 'records' | 'sites'>,
  { path, snapshot }: DriftSource,
): Outcome<Place> {
  if (path !== undefined) return succeed({ path })
  if (!snapshot)
    return fail(unusable('Neither a path nor a snapshot is named.', 'Name one of them.'))
  const found = records.find('DataSnapshot', snapshot.name, snapshot.namespace)
  if (found && sites?.states().some(({ home, simulated }) => home && simulated))
    return fail(
      unusable(
        `The snapshot ${snapshot.name} is simulated: no data stands behind it.`,
        'Name a file or folder with rows.',
      ),
    )
  return found
    ? pointed(found)
    : fail(
        unusable(
          `There is no snapshot ${snapshot.namespace}/${snapshot.name}.`,
          'Pick one from the data catalog.',
        ),
      )
}
function pointed(found: DataSnapshot): Outcome<Place> {
  const pointer = found.status.pointer ?? found.spec.pointer,
    named = `${found.meta.namespace ?? ''}/${found.meta.name} at ${pointer ?? 'nowhere'}`
  if (pointer === undefined || pointer === '')
    return fail(
      unusable(`The snapshot ${found.meta.name} points nowhere yet.`, 'Wait until it is ready.'),
    )
  if (/^(s3:\/\/|\/|file:\/\/)/.test(pointer))
    return succeed({
      path: pointer.replace(/^file:\/\//, '').replace(/\?as-of=.*$/, ''),
      snapshot: named,
    })
  return fail(
    unusable(
      `The snapshot ${found.meta.name} points at ${pointer}, which is no table that can be opened from here.`,
      'Export it as Parquet to object storage or a shared folder and name that.',
    ),
  )
}

/** A path on this machine for a source; what lies in object storage is fetched first. */
export async function fetchable(
  ports: Ports,
  source: DriftSource,
  { snapshots = [], ...telling }: Telling & { snapshots?: string[] } = {},
): Promise<Outcome<string>> {
  const place = pathOf(ports, source)
  if (!place.ok) return place
  if (place.value.snapshot !== undefined && !snapshots.includes(place.value.snapshot))
    snapshots.push(place.value.snapshot)
  return place.value.path.startsWith('s3://')
    ? fetchObjects(ports, place.value.path, telling)
    : succeed(place.value.path)
}

/** Where the rows of a monitor lie; what lies in object storage is fetched first, once, and kept by its checksum. */
export async function locate(
  ports: Ports,
  { reference, current, labels }: Pick<MonitorSettings, 'reference' | 'current' | 'labels'>,
  telling: Telling = {},
): Promise<Outcome<Located>> {
  const snapshots: string[] = [],
    local = (source: DriftSource) => fetchable(ports, source, { ...telling, snapshots })
  const before = await local(reference)
  if (!before.ok) return before
  const now = await local(current)
  if (!now.ok) return now
  const late = labels?.late ? await local(labels.late.source) : undefined
  if (late && !late.ok) return late
  return succeed({
    reference: before.value,
    current: now.value,
    ...(late && { late: late.value }),
    snapshots,
  })
}
