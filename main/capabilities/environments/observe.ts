import { z } from 'zod'
import { LABEL } from '../../kernel/manifest'
import type { PodFacts } from '../../kernel/inventory'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { PodObject } from '../capacity'
import { KUBE } from '../plans'
import type { ClaimFacts, EventFacts, Observed } from './domain/phases'
import { currentPod } from './domain/status'

const instant = (text: string | null | undefined) => {
  const at = text ? Date.parse(text) : NaN
  return Number.isNaN(at) ? undefined : at
}
const identity = ({ name, namespace }: { name: string; namespace?: string | undefined }) => ({
  name,
  ...(namespace !== undefined && { namespace }),
})
const Identity = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  creationTimestamp: z.string().optional(),
})
/** An event of either API, reduced to what phases need. */
export const EventObject: z.ZodType<EventFacts> = z
  .object({
    metadata: Identity,
    involvedObject: z
      .object({ kind: z.string().default(''), name: z.string().default('') })
      .prefault({}),
    type: z.string().default('Normal'),
    reason: z.string().default(''),
    message: z.string().default(''),
    lastTimestamp: z.string().nullish(),
    eventTime: z.string().nullish(),
    firstTimestamp: z.string().nullish(),
  })
  .transform(
    ({
      metadata,
      involvedObject,
      type,
      reason,
      message,
      lastTimestamp,
      eventTime,
      firstTimestamp,
    }) => ({
      metadata: identity(metadata),
      about: involvedObject,
      type,
      reason,
      message,
      at:
        instant(lastTimestamp) ??
        instant(eventTime) ??
        instant(firstTimestamp) ??
        instant(metadata.creationTimestamp) ??
        0,
    }),
  )
export const ClaimObject: z.ZodType<ClaimFacts> = z
  .object({
    metadata: Identity,
    status: z.object({ phase: z.string().default('Pending') }).prefault({}),
  })
  .transform(({ metadata, status }) => ({ metadata: identity(metadata), phase: status.phase }))

/** The pods of an environment, found by our label, or by the one the notebook controller sets. */
export async function podsOf(
  client: KubeClient,
  { namespace, name }: { namespace: string; name: string },
  signal?: AbortSignal,
): Promise<Outcome<PodFacts[]>> {
  const labelled = await client.list(
    KUBE.pods,
    { namespace, labelSelector: `${LABEL.environment}=${name}` },
    PodObject,
    signal,
  )
  if (!labelled.ok || labelled.value.length > 0) return labelled
  return client.list(
    KUBE.pods,
    { namespace, labelSelector: `notebook-name=${name}` },
    PodObject,
    signal,
  )
}

const MARGIN_MS = 2_000
/** Everything that tells how an environment's start goes, as it is now. Events from before its pod was made are left out. */
export async function observe(
  client: KubeClient,
  { namespace, name, since }: { namespace: string; name: string; since: number },
  signal?: AbortSignal,
): Promise<Outcome<Observed>> {
  const [pods, claims, events] = await Promise.all([
    podsOf(client, { namespace, name }, signal),
    client.list(
      KUBE.claims,
      { namespace, labelSelector: `${LABEL.environment}=${name}` },
      ClaimObject,
      signal,
    ),
    client.list(KUBE.events, { namespace }, EventObject, signal),
  ])
  if (!pods.ok) return pods
  if (!claims.ok) return claims
  const pod = currentPod(pods.value)
  const from = Math.min(since, pod?.createdAt ?? since) - MARGIN_MS
  // Who may not read events still sees phases, only with less to say.
  const sorted = events.ok
    ? events.value.filter(({ at }) => at >= from).sort((a, b) => a.at - b.at)
    : []
  return succeed({
    ...(pod && { pod }),
    claims: claims.value,
    events: sorted,
    workload: name,
    since,
    now: client.clock.now(),
  })
}
