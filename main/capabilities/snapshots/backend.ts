import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import type { DataSourceSpec } from '../../../preload/contract/records/catalog'
import { given } from '../../kernel/given'
import { parseQuantity } from '../../kernel/quantities'
import type { KubeClient } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import type { Backend } from './domain/method'
import type { SnapshotPorts } from './ports'

const Claim = z.object({
  spec: z
    .object({
      storageClassName: z.string().optional(),
      resources: z
        .object({ requests: z.object({ storage: z.string() }).partial().default({}) })
        .partial()
        .default({}),
    })
    .prefault({}),
  status: z
    .object({
      phase: z.string().optional(),
      capacity: z.object({ storage: z.string() }).partial().optional(),
    })
    .prefault({}),
})
const StorageClass = z.object({ metadata: z.object({ name: z.string() }), provisioner: z.string() })
const SnapshotClass = z.object({ metadata: z.object({ name: z.string() }), driver: z.string() })

/** The snapshot class that a volume's own driver understands; undefined where the cluster has none. */
export async function snapshotClassFor(
  client: KubeClient,
  storageClass: string | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const [classes, snapshotClasses] = await Promise.all([
    client.list(KUBE.storageClasses, {}, StorageClass, signal),
    client.list(KUBE.volumeSnapshotClasses, {}, SnapshotClass, signal),
  ])
  if (!classes.ok || !snapshotClasses.ok) return undefined
  const driver = classes.value.find(({ metadata }) => metadata.name === storageClass)?.provisioner
  return snapshotClasses.value.find((each) => each.driver === driver)?.metadata.name
}

async function volumeBackend(
  { sites }: Pick<SnapshotPorts, 'sites'>,
  client: KubeClient,
  { location, signal }: { location: DataSourceSpec['location']; signal?: AbortSignal | undefined },
): Promise<Backend> {
  const { namespace, claim } = location
  if (!namespace || !claim) return { unreachable: 'its record names no claim' }
  const found = await client.get(KUBE.claims, { namespace, name: claim }, Claim, signal)
  if (!found.ok) return { unreachable: explain(found.failure).says.replace(/\.$/, '') }
  if (!found.value) return { unreachable: `there is no claim ${claim} in ${namespace}` }
  const { spec } = found.value
  const snapshotClass = await snapshotClassFor(client, spec.storageClassName, signal)
  const review = await sites.review(
    client.site,
    [
      {
        verb: 'create',
        group: KUBE.volumeSnapshots.group,
        resource: 'volumesnapshots',
        namespace,
        says: `create volume snapshots in ${namespace}`,
      },
    ],
    signal,
  )
  const maySnapshotVolume = review.ok ? review.value[0]?.allowed : undefined
  return given({
    snapshotClass,
    maySnapshotVolume: maySnapshotVolume ?? 'unknown',
    claimBytes: bytesOf(found.value),
    storageClass: spec.storageClassName,
  })
}
const bytesOf = ({ spec, status }: z.infer<typeof Claim>) =>
  parseQuantity(status.capacity?.storage ?? spec.resources.requests?.storage ?? '')

/** Finds out what a source's backend can do for a snapshot; never fails, because a backend that is away is an answer too. */
export async function backendOf(
  ports: Pick<SnapshotPorts, 'sites' | 'versions'>,
  client: KubeClient,
  { source, signal }: { source: DataSourceSpec; signal?: AbortSignal | undefined },
): Promise<Backend> {
  if (source.kind === 'volume')
    return volumeBackend(ports, client, { location: source.location, signal })
  const ask = ports.versions[source.kind]
  if (!ask)
    return {
      unreachable:
        source.kind === 's3'
          ? 'no credentials for this bucket are known here, so its versions cannot be listed'
          : 'no connection to its engine is set up here',
    }
  const answered = await ask(source.location, signal)
  if (answered.ok) return { pointer: answered.value }
  return {
    unreachable:
      answered.failure.code === 'NOT_SUPPORTED_HERE'
        ? answered.failure.data.says
        : explain(answered.failure).says.replace(/\.$/, ''),
  }
}
