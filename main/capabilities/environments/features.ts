import { z } from 'zod'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import type { Features } from './domain/choices'

const StorageClass = z.object({
  metadata: z.object({
    name: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})
const DEFAULT = 'storageclass.kubernetes.io/is-default-class'
/** What the cluster offers for environments. */
export async function featuresOf(
  client: KubeClient,
  signal?: AbortSignal,
): Promise<Outcome<Features>> {
  const [notebooks, classes] = await Promise.all([
    client.offers(KUBE.notebooks, signal),
    client.list(KUBE.storageClasses, {}, StorageClass, signal),
  ])
  if (!notebooks.ok) return notebooks
  if (!classes.ok && classes.failure.code !== 'FORBIDDEN') return classes
  // Who may not list storage classes still gets the cluster's default.
  const storageClasses = classes.ok
    ? classes.value.map(({ metadata }) => ({
        name: metadata.name,
        isDefault: metadata.annotations[DEFAULT] === 'true',
      }))
    : []
  return succeed({ notebooks: notebooks.value, storageClasses })
}
