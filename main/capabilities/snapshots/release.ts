import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import { succeed } from '../../kernel/outcome'
import { isObject, madeForProject } from '../../kernel/ownership'
import type { OperationKind } from '../operations'
import { removeOne } from '../plans'

export const ReleaseInput = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  volumeSnapshot: z.object({ namespace: z.string(), name: z.string() }).optional(),
})
export type ReleaseInput = z.infer<typeof ReleaseInput>
export const RECORD = { apiVersion: 'takt.dev/v1alpha1', kind: 'DataSnapshot' }
export const VOLUME_SNAPSHOT = { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot' }

export const releaseKind = (): OperationKind<ReleaseInput> => ({
  kind: 'snapshot-release',
  premise: { says: 'The record is read again by its uid: another of its name is left.' },
  input: ReleaseInput,
  undoable: false,
  cancelLeaves: () => 'What was let go stays let go.',
  steps: () => [
    {
      id: 'release',
      title: 'Let go of the snapshot',
      promiseSeconds: 10,
      async run({ input, client, note, signal }) {
        const on = client(input.site)
        if (!on.ok) return on
        const inner = input.volumeSnapshot
          ? await removeOne(
              on.value,
              { ...VOLUME_SNAPSHOT, ...input.volumeSnapshot },
              { proof: madeForProject(input.namespace), signal },
            )
          : succeed(undefined)
        // A record is text: what it points at goes only where the driver's object says itself that it was taken for the project.
        if (!inner.ok && inner.failure.code === 'NOT_OURS') note(explain(inner.failure).says)
        else if (!inner.ok) return inner
        return removeOne(
          on.value,
          { ...RECORD, namespace: input.namespace, name: input.name },
          { proof: isObject(input.uid), signal },
        )
      },
    },
  ],
})
