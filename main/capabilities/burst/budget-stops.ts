import { z } from 'zod'
import { carriesMark } from '../../kernel/ownership'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { Acting } from '../steward'
import { kueueResource } from './move/layout'

const STOPPED_BY = 'takt.dev/stopped-by-budget'
/** Holds the queues that Takt made in a namespace whose cap is used up, and lets go what it held itself. */
export async function setStops(
  there: KubeClient,
  { version, namespace, over }: { version: string; namespace: string; over: boolean },
  { mayAct, signal }: Acting,
): Promise<void> {
  const resource = kueueResource(version, 'localqueues')
  const found = await there.list(resource, { namespace }, LocalQueue, signal)
  for (const queue of found.ok ? found.value : []) {
    const wanted = stopOf(queue, over)
    if (wanted === undefined || !mayAct()) continue
    const { name, resourceVersion } = queue.metadata
    // Written only over what was read: who holds or opens it meanwhile has the last word.
    await there.mergePatch(
      resource,
      { name, namespace },
      {
        body: {
          metadata: {
            ...(resourceVersion !== undefined && { resourceVersion }),
            annotations: { [STOPPED_BY]: over ? 'yes' : null },
          },
          spec: { stopPolicy: wanted },
        },
        signal,
      },
    )
  }
}
const LocalQueue = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    resourceVersion: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({ stopPolicy: z.string().default('None') }),
})
/** What becomes of a queue when a cap is used up or free again; undefined where nothing does. Only a queue that Takt made is held or opened, whatever its name and whatever else is written on it; one that people stopped stays as they left it. */
function stopOf(queue: z.infer<typeof LocalQueue>, over: boolean): 'Hold' | 'None' | undefined {
  const { stopPolicy } = queue.spec
  if (over) return carriesMark(queue) && stopPolicy === 'None' ? 'Hold' : undefined
  const held = carriesMark(queue) && queue.metadata.annotations[STOPPED_BY] !== undefined
  return held && stopPolicy !== 'None' ? 'None' : undefined
}
