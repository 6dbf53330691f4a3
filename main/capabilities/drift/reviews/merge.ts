import type { VerdictOperation } from '../../../../preload/contract/drift'
import type { NamespacedRef } from '../../../../preload/contract/common'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { DriftPorts } from '../ports'
import { united } from './conflicts'
import type { Said } from './said'

const TRIES = 6
/** Somebody else wrote at the same time. */
const MEANWHILE = new Set(['CONFLICT', 'ALREADY_EXISTS'])
/** The name of a model's shared review: that of the model, as Kubernetes accepts it. */
export const reviewName = (model: string): string =>
  model
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '') || 'model'

type Ports = Pick<DriftPorts, 'sites' | 'records' | 'worklog'>
export interface Group {
  ref: NamespacedRef
  workItem: NamespacedRef
  model: string
  owner: string
  operations: VerdictOperation[]
}

/** What waits, by the record it belongs to; what has no work item has no shared home. */
export function groupsOf(waiting: readonly Said[]): Group[] {
  const groups = new Map<string, Group>()
  for (const { workItem, model, owner, operation } of waiting) {
    if (!workItem) continue
    const ref = { namespace: workItem.namespace, name: reviewName(model) },
      key = `${ref.namespace}/${ref.name}`
    const group = groups.get(key) ?? { ref, workItem, model, owner, operations: [] }
    group.operations.push(operation)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Adds operations to a model's shared review, each once, without losing what others write at the same time; answers all that it then holds. */
export async function mergeGroup(
  { sites, records }: Ports,
  { ref, workItem, model, owner, operations }: Group,
  signal?: AbortSignal,
): Promise<Outcome<VerdictOperation[]>> {
  const home = sites.home()
  if (!home.ok) return home
  for (let tried = 1; ; tried++) {
    const found = await records.read('DriftReview', ref, signal)
    if (!found.ok && found.failure.code !== 'NOT_FOUND') return found
    const there = found.ok ? found.value.spec.operations : [],
      all = united(there, operations)
    if (all.length === there.length) return succeed(all)
    const options = { ...(signal && { signal }) },
      resource = records.resource('DriftReview')
    const done = found.ok
      ? await home.value.mergePatch(resource, ref, {
          body: {
            metadata: { resourceVersion: found.value.meta.resourceVersion },
            spec: { operations: all },
          },
          ...options,
        })
      : await home.value.create(
          resource,
          records.toObject('DriftReview', ref, {
            model,
            workItem: workItem.name,
            owner,
            operations: all,
          }),
          options,
        )
    if (done.ok) return succeed(all)
    if (!MEANWHILE.has(done.failure.code) || tried === TRIES) return fail(done.failure)
  }
}

/** A verdict to act pulls the cord on the model's work item, once; settling against one lets go of it. */
export async function pullCord(
  { worklog }: Ports,
  { workItem, ref, operations }: Group,
  signal?: AbortSignal,
): Promise<Outcome<void>> {
  const object = `DriftReview/${ref.namespace}/${ref.name}`
  for (const { id, author, verdict, window, column, note, over } of operations) {
    if (verdict === undefined || (verdict !== 'act' && over === undefined)) continue
    const about = `${column ? `${column} in ` : ''}${window}`
    const pulled = await worklog.record(
      workItem,
      ({ status }, at) => [
        {
          id: `drift-${id}`.slice(0, 80),
          at,
          by: author,
          object,
          type: verdict === 'act' ? ('cord-pulled' as const) : ('cord-cleared' as const),
          ...(status.station && { station: status.station }),
          text: (verdict === 'act'
            ? `Drift of ${about}: act${note ? `. ${note}` : ''}`
            : `Drift of ${about} was settled: ${verdict}`
          ).slice(0, 1000),
        },
      ],
      signal,
    )
    if (!pulled.ok) return pulled
  }
  return succeed(undefined)
}
