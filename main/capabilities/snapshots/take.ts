import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { DataSnapshotSpec } from '../../../preload/contract/records/catalog'
import { timestamp } from '../../kernel/clock'
import { LABEL, type Manifest } from '../../kernel/manifest'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { parseQuantity } from '../../kernel/quantities'
import type { KubeClient } from '../../platform/kubernetes/types'
import { applyAll, KUBE, removeMade, until } from '../plans'
import type { SnapshotPorts } from './ports'

/** One snapshot to take, as a plan decided it. */
export const Take = z.object({
  namespace: z.string(),
  name: z.string(),
  spec: DataSnapshotSpec,
  volume: z
    .object({
      namespace: z.string(),
      claim: z.string(),
      snapshotClass: z.string(),
      storageClass: z.string().optional(),
    })
    .optional(),
  bytes: z.number().optional(),
})
export type Take = z.infer<typeof Take>
const VolumeSnapshot = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
  status: z
    .object({
      readyToUse: z.boolean().optional(),
      creationTime: z.string().nullish(),
      restoreSize: z.union([z.string(), z.number()]).nullish(),
      boundVolumeSnapshotContentName: z.string().nullish(),
      error: z.object({ message: z.string().default('') }).nullish(),
    })
    .prefault({}),
})

/** The VolumeSnapshot behind a snapshot: beside the claim it is taken of, named after the project that wanted it. */
export const volumeSnapshotOf = ({ namespace, name, volume }: Take): Manifest[] =>
  volume
    ? [
        {
          apiVersion: 'snapshot.storage.k8s.io/v1',
          kind: 'VolumeSnapshot',
          metadata: {
            name:
              volume.namespace === namespace
                ? name
                : `${namespace}-${name}`.slice(0, 63).replace(/-+$/, ''),
            namespace: volume.namespace,
            labels: { [LABEL.managedBy]: 'takt', [LABEL.project]: namespace },
          },
          spec: {
            volumeSnapshotClassName: volume.snapshotClass,
            source: { persistentVolumeClaimName: volume.claim },
          },
        },
      ]
    : []

/** Everything a snapshot makes: the driver's own object where there is one, and the shared record. */
export function manifestsOf(records: SnapshotPorts['records'], take: Take): Manifest[] {
  const { namespace, name, spec } = take
  const pointer =
    volumeSnapshotOf(take).map(
      ({ metadata }) => `VolumeSnapshot/${metadata.namespace ?? ''}/${metadata.name}`,
    )[0] ?? spec.pointer
  const full = { ...spec, ...(pointer !== undefined && { pointer }) }
  return [
    ...volumeSnapshotOf(take),
    records.toObject('DataSnapshot', { name, namespace }, full, {
      labels: { [LABEL.managedBy]: 'takt', [LABEL.project]: namespace },
    }) as Manifest,
  ]
}

interface Running {
  client: KubeClient
  run: string
  signal: AbortSignal
  progress(detail: string): void
}
/** Takes one snapshot and waits until its driver says it is ready. Running it again changes nothing. */
export async function takeSnapshot(
  ports: Pick<SnapshotPorts, 'records' | 'clock'>,
  take: Take,
  { client, run, signal, progress }: Running,
): Promise<Outcome<void>> {
  const made = await applyAll(client, manifestsOf(ports.records, take), { run, signal })
  if (!made.ok) return made
  const [snapshot] = volumeSnapshotOf(take)
  const ref = { name: take.name, namespace: take.namespace }
  const takenAt = timestamp(client.clock.now())
  if (!snapshot)
    return ports.records.patchStatus(
      'DataSnapshot',
      ref,
      {
        ready: true,
        takenAt,
        ...(take.spec.pointer !== undefined && { pointer: take.spec.pointer }),
        ...(take.bytes !== undefined && { bytes: take.bytes }),
      },
      signal,
    )
  let bytes: number | undefined
  let created: string | undefined
  const ready = await until(
    ports.clock,
    async () => {
      const found = await client.get(
        KUBE.volumeSnapshots,
        { name: snapshot.metadata.name, namespace: snapshot.metadata.namespace },
        VolumeSnapshot,
        signal,
      )
      if (!found.ok) return found
      const status = found.value?.status
      if (status?.error?.message)
        return fail(
          failure('CLUSTER_FAILED', {
            site: client.site,
            status: 0,
            says: `The storage driver could not take snapshot ${take.name}: ${status.error.message}`,
          }),
        )
      progress(`The driver is taking ${take.name}`)
      bytes = parseQuantity(status?.restoreSize ?? '') ?? take.bytes
      created = status?.creationTime ?? undefined
      return succeed(status?.readyToUse === true)
    },
    signal,
  )
  if (!ready.ok) return ready
  const pointer = `VolumeSnapshot/${snapshot.metadata.namespace ?? ''}/${snapshot.metadata.name}`
  return ports.records.patchStatus(
    'DataSnapshot',
    ref,
    { ready: true, pointer, takenAt: created ?? takenAt, ...(bytes !== undefined && { bytes }) },
    signal,
  )
}

/** Takes back a snapshot that the run made. */
export const untakeSnapshot = (
  ports: Pick<SnapshotPorts, 'records'>,
  take: Take,
  { client, run, signal }: Omit<Running, 'progress'>,
): Promise<Outcome<void>> => removeMade(client, manifestsOf(ports.records, take), { run, signal })
