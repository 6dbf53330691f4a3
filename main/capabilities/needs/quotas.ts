import { z } from 'zod'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { Quota } from '../../kernel/quotas'
import type { KubeClient } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'

const Amounts = z
  .record(z.string(), z.union([z.string(), z.number()]).transform(String))
  .default({})
const ResourceQuota = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ hard: Amounts, scopes: z.array(z.string()).optional() }).prefault({}),
  status: z.object({ used: Amounts }).prefault({}),
})

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
