import { z } from 'zod'
import type { Inventory } from '../../kernel/inventory'
import { ANNOTATION } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { listVisible } from '../../platform/kubernetes/visible'
import type { EnvironmentPorts } from './ports'

const JOBS = { group: 'batch', version: 'v1', plural: 'jobs' }
const Job = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default(''),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})

/** A site's inventory in which pods of jobs carry what their job says about its length: the annotation stands on the job, not on its pods. */
export async function withEstimates(
  { capacity, sites }: Pick<EnvironmentPorts, 'capacity' | 'sites'>,
  site: string,
  signal?: AbortSignal,
): Promise<Outcome<Inventory>> {
  const [inventory, client] = [await capacity.snapshot(site, signal), sites.client(site)]
  if (!inventory.ok) return inventory
  const jobs = client.ok
    ? await listVisible(client.value, { resource: JOBS, parse: Job }, signal)
    : client
  // Without a right to see jobs, waits stand on what else is known.
  if (!jobs.ok) return inventory
  const told = new Map(
    jobs.value.items.flatMap(({ metadata }) =>
      metadata.annotations[ANNOTATION.expectedSeconds] === undefined
        ? []
        : [
            [
              `${metadata.namespace}/${metadata.name}`,
              metadata.annotations[ANNOTATION.expectedSeconds] ?? '',
            ],
          ],
    ),
  )
  const pods = inventory.value.pods.map((pod) => {
    const seconds =
      pod.owner?.kind === 'Job' ? told.get(`${pod.namespace}/${pod.owner.name}`) : undefined
    return seconds === undefined
      ? pod
      : { ...pod, annotations: { ...pod.annotations, [ANNOTATION.expectedSeconds]: seconds } }
  })
  return succeed({ ...inventory.value, pods })
}
