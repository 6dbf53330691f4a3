import type { NamespacedRef } from '../../../preload/contract/common'
import type { Plan } from '../../../preload/contract/operations'
import { succeed, type Outcome } from '../../kernel/outcome'
import { decideTake, planRelease, planTake, takeKind } from './plan'
import { releaseKind } from './release'
import type { SnapshotPorts } from './ports'

/** Read-only pointers at data as it was at one moment. */
export function makeSnapshots(ports: SnapshotPorts) {
  const take = takeKind(ports)
  const release = releaseKind()
  ports.operations.register(take)
  ports.operations.register(release)
  return {
    async planTake(
      wanted: { source: string; namespace: string; name?: string | undefined },
      signal?: AbortSignal,
    ): Promise<Outcome<Plan>> {
      const made = await planTake(ports, take, { wanted, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
    async planRelease(ref: NamespacedRef, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planRelease(ports, release, { ref, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
    /** Decides how a snapshot would be taken, without planning it: provisioning takes several at once. */
    decide: (
      ...[client, wanted]: [Parameters<typeof decideTake>[1], Parameters<typeof decideTake>[2]]
    ) => decideTake(ports, client, wanted),
  }
}
export type Snapshots = ReturnType<typeof makeSnapshots>
