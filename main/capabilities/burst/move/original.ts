import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import type { MovableKind } from '../../../../preload/contract/burst'
import type { Clock } from '../../../kernel/clock'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { until } from '../../plans'
import { APIS } from '../domain/movable'
import { suspendPatch } from '../domain/copy'
import { kueueOf } from '../live/follow'
import { KueueObject, WorkloadObject, type WorkloadFacts } from '../live/workload'

export interface WorkloadAt {
  kind: MovableKind
  namespace: string
  name: string
}

/** One workload as it stands now; undefined where it is gone. */
export const look = (
  client: KubeClient,
  { kind, namespace, name }: WorkloadAt,
  signal?: AbortSignal,
): Promise<Outcome<WorkloadFacts | undefined>> =>
  client.get(APIS[kind], { name, namespace }, WorkloadObject, signal)

/** The very workload that was planned for: one of the same name that was made since is another. */
export async function lookAt(
  client: KubeClient,
  ref: WorkloadAt & { uid: string },
  signal?: AbortSignal,
): Promise<Outcome<WorkloadFacts>> {
  const found = await look(client, ref, signal)
  if (!found.ok) return found
  if (found.value?.uid === ref.uid) return succeed(found.value)
  return fail(failure('NOT_FOUND', { kind: ref.kind, name: `${ref.namespace}/${ref.name}` }))
}

export interface Patching {
  annotations?: Record<string, string | null>
  spec?: Record<string, unknown>
  signal: AbortSignal
}
/** Writes into that very workload: one that was made anew under its name is another. */
export async function patch(
  client: KubeClient,
  { kind, namespace, name, uid }: WorkloadAt & { uid: string },
  { annotations, spec, signal }: Patching,
): Promise<Outcome<void>> {
  const body = {
    metadata: { uid, ...(annotations && { annotations }) },
    ...(spec && Object.keys(spec).length > 0 && { spec }),
  }
  const done = await client.mergePatch(
    APIS[kind],
    { name, namespace },
    { body, signal, fieldManager: 'takt-burst' },
  )
  return done.ok ? succeed(undefined) : done
}

/** Tells Kueue whether it may admit a workload; nothing to tell where Kueue does not know it. */
export async function setActive(
  client: KubeClient,
  of: { namespace: string; uid: string },
  { active, signal }: { active: boolean; signal: AbortSignal },
): Promise<Outcome<void>> {
  const resource = await kueueOf(client, signal)
  if (!resource) return succeed(undefined)
  const all = await client.list(resource, { namespace: of.namespace }, KueueObject, signal)
  if (!all.ok) return all
  for (const { metadata, owner, active: is } of all.value) {
    if (owner !== of.uid || is === active) continue
    const done = await client.mergePatch(
      resource,
      { name: metadata.name, namespace: of.namespace },
      {
        body: { metadata: { uid: metadata.uid }, spec: { active } },
        signal,
        fieldManager: 'takt-burst',
      },
    )
    if (!done.ok && done.failure.code !== 'NOT_FOUND') return done
  }
  return succeed(undefined)
}

/** Holds a workload back, whoever would start it. Where Kueue rules, Kueue is told first, or it would start it again. */
export async function hold(
  client: KubeClient,
  work: WorkloadFacts,
  { annotations, signal }: { annotations: Record<string, string | null>; signal: AbortSignal },
): Promise<Outcome<void>> {
  const told = await setActive(client, work, { active: false, signal })
  return told.ok
    ? patch(client, work, { annotations, spec: suspendPatch(work.kind, true), signal })
    : told
}

/** Lets it go again: Kueue admits it in its turn; without Kueue it starts unless it was suspended before. */
export async function release(
  client: KubeClient,
  work: WorkloadFacts,
  {
    annotations,
    start,
    signal,
  }: { annotations: Record<string, string | null>; start: boolean; signal: AbortSignal },
): Promise<Outcome<void>> {
  const kueue = await kueueOf(client, signal)
  const marked = await patch(client, work, {
    annotations,
    ...(start && !kueue && { spec: suspendPatch(work.kind, false) }),
    signal,
  })
  return marked.ok ? setActive(client, work, { active: true, signal }) : marked
}

const Pods = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    ownerReferences: z.array(z.looseObject({ uid: z.string().default('') })).default([]),
  }),
  status: z.looseObject({ phase: z.string().default('') }).prefault({}),
})
/** Whether any of its pods still does something: what counts is the pods, since a status may lag. */
export async function stillWorks(
  client: KubeClient,
  work: Pick<WorkloadFacts, 'namespace' | 'uid' | 'active'>,
  signal: AbortSignal,
): Promise<Outcome<boolean>> {
  const pods = await client.list(
    { group: '', version: 'v1', plural: 'pods' },
    { namespace: work.namespace },
    Pods,
    signal,
  )
  if (!pods.ok) return pods
  const own = pods.value.filter(
    ({ metadata, status }) =>
      metadata.ownerReferences.some(({ uid }) => uid === work.uid) &&
      status.phase !== 'Succeeded' &&
      status.phase !== 'Failed',
  )
  return succeed(own.length > 0 || work.active > 0)
}

/** Removes a copy and waits until nothing of it works; one that ran to its end is never removed, or it would run twice. */
export async function removeWhole(
  clock: Clock,
  there: KubeClient,
  { copy, signal }: { copy: WorkloadFacts; signal: AbortSignal },
): Promise<Outcome<void>> {
  if (copy.ended && !copy.ended.failed)
    return fail(
      failure('OPERATION_NOT_POSSIBLE', {
        operation: 'burst-move',
        says: `${copy.name} has run to its end on ${there.site}: taking it back would run it twice.`,
      }),
    )
  const gone = await there.remove(
    APIS[copy.kind],
    { name: copy.name, namespace: copy.namespace, uid: copy.uid },
    { propagation: 'Foreground', signal },
  )
  if (!gone.ok && gone.failure.code !== 'NOT_FOUND') return gone
  return until(
    clock,
    async () => {
      const now = await look(there, copy, signal)
      if (!now.ok) return now
      const works = await stillWorks(there, { ...copy, active: 0 }, signal)
      return works.ok ? succeed(now.value?.uid !== copy.uid && !works.value) : works
    },
    signal,
  )
}
