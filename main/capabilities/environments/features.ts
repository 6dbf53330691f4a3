import { z } from 'zod'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import type { Features } from './domain/choices'
import type { Quota } from './domain/quota'

const StorageClass = z.object({
  metadata: z.object({
    name: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})
const DEFAULT = 'storageclass.kubernetes.io/is-default-class'
const Amounts = z
  .record(z.string(), z.union([z.string(), z.number()]).transform(String))
  .default({})
const ResourceQuota = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ hard: Amounts, scopes: z.array(z.string()).optional() }).prefault({}),
  status: z.object({ used: Amounts }).prefault({}),
})

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

/** The quotas of a namespace; none where it does not exist yet. */
export async function quotasOf(
  client: KubeClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<Outcome<Quota[]>> {
  const quotas = await client.list(KUBE.quotas, { namespace }, ResourceQuota, signal)
  if (!quotas.ok) return quotas
  return succeed(
    quotas.value
      .filter(({ spec }) => spec.scopes === undefined)
      .map(({ metadata, spec, status }) => ({
        name: metadata.name,
        hard: spec.hard,
        used: status.used,
      })),
  )
}
