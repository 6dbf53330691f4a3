import { explain } from '../../../preload/contract/explain'
import type { Failure } from '../../../preload/contract/failures'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, NamespacedKind } from '../../platform/kubernetes/types'
import {
  sortContents,
  type HeldObject,
  type NamespaceContents,
  type UnreadKind,
} from './domain/contents'

const AT_ONCE = 6
const MOST_OF_A_KIND = 2000
const MOST_OBJECTS = 20_000

/** Everything in a namespace, whatever kinds the cluster knows, sorted by whose it is. What may not be listed is named, never taken for nothing. */
export async function surveyNamespace(
  client: KubeClient,
  { namespace, project }: { namespace: string; project: string },
  signal?: AbortSignal,
): Promise<Outcome<NamespaceContents>> {
  const served = await client.namespacedKinds(signal)
  if (!served.ok) return served
  const unread: UnreadKind[] = served.value.unanswered.map((apiVersion) => ({
    kind: `the kinds of ${apiVersion}`,
    says: 'The server behind them does not answer.',
  }))
  const held: HeldObject[] = []
  const waiting = [...served.value.kinds]
  let failed: Failure | undefined
  const work = async () => {
    for (let kind = waiting.shift(); kind && !failed; kind = waiting.shift()) {
      const one = await listOne(client, kind, {
        namespace,
        room: MOST_OBJECTS - held.length,
        signal,
      })
      if (!one.ok) failed = one.failure
      else {
        held.push(...one.value.held)
        unread.push(...one.value.unread)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (failed) return { ok: false, failure: failed }
  return succeed(sortContents(held, { project, unread: unread.sort(byKind) }))
}
const byKind = (a: UnreadKind, b: UnreadKind) => (a.kind < b.kind ? -1 : 1)

async function listOne(
  client: KubeClient,
  { apiVersion, kind, resource }: NamespacedKind,
  { namespace, room, signal }: { namespace: string; room: number; signal: AbortSignal | undefined },
): Promise<Outcome<{ held: HeldObject[]; unread: UnreadKind[] }>> {
  const most = Math.min(MOST_OF_A_KIND, Math.max(room, 1))
  const listed = await client.metadataOf(resource, { namespace, most }, signal)
  if (listed.ok)
    return succeed({
      held: listed.value.items.map(({ metadata }) => ({
        apiVersion,
        kind,
        plural: resource.plural,
        metadata,
      })),
      unread: listed.value.more
        ? [{ kind, says: `There are more than ${String(most)}: not all were read.` }]
        : [],
    })
  const { failure } = listed
  if (failure.code === 'NOT_FOUND') return succeed({ held: [], unread: [] })
  return failure.code === 'FORBIDDEN' || failure.code === 'CLUSTER_FAILED'
    ? succeed({ held: [], unread: [{ kind, says: explain(failure).says }] })
    : listed
}
