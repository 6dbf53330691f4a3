import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import type { Failure } from '../../../preload/contract/failures'
import type { Plan, PlanChange } from '../../../preload/contract/operations'
import { given } from '../../kernel/given'
import type { Manifest } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { carriesMark } from '../../kernel/ownership'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import { inTheWay, mayWriteOver } from '../ownership'
import { diffLines } from './domain/diff'
import { KUBE, resourceOf } from './resources'

type Blocked = Plan['blockedBy'][number]
export interface Preview {
  changes: PlanChange[]
  dryRun: Plan['dryRun']
  blockedBy: Blocked[]
}
const Loose = z.record(z.string(), z.unknown())
const TRANSPORT = new Set<Failure['code']>([
  'CLUSTER_UNREACHABLE',
  'CLUSTER_TIMED_OUT',
  'CLUSTER_UNTRUSTED',
  'CLUSTER_ANSWER_UNREADABLE',
  'CREDENTIAL_REFUSED',
  'SITE_NOT_CONNECTED',
])

/** A failure as a plan shows it. */
export const blocked = (failure: Failure): Blocked => explain(failure)

interface Looked {
  change: PlanChange
  ran: boolean
  failure?: Failure
  /** One of that name stands there and is not Takt's to change. */
  taken?: Blocked
  /** It would be left as it is, so there is nothing to try. */
  left?: boolean
}

/**
 * What applying these objects would do: each compared with what stands there, and sent to the server as a dry run where its namespace exists.
 * Notes are shown beside the object, keyed by Kind/name. Fails only where the site does not answer at all.
 */
export async function preview(
  client: KubeClient,
  objects: Manifest[],
  options: { notes?: Record<string, string>; signal?: AbortSignal | undefined } = {},
): Promise<Outcome<Preview>> {
  const missing = await missingNamespaces(client, objects, options.signal)
  if (!missing.ok) return missing
  const looked: Looked[] = []
  for (const object of objects) {
    const one = await look(client, object, {
      missing: missing.value,
      note: options.notes?.[`${object.kind}/${object.metadata.name}`],
      signal: options.signal,
    })
    if (one.failure && TRANSPORT.has(one.failure.code)) return { ok: false, failure: one.failure }
    looked.push(one)
  }
  return succeed(summed(looked, missing.value))
}

async function missingNamespaces(
  client: KubeClient,
  objects: Manifest[],
  signal?: AbortSignal,
): Promise<Outcome<Set<string>>> {
  const missing = new Set<string>()
  for (const namespace of new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))) {
    const found = await client.get(KUBE.namespaces, { name: namespace }, Loose, signal)
    if (!found.ok && TRANSPORT.has(found.failure.code)) return found
    if (found.ok && found.value === undefined) missing.add(namespace)
  }
  return succeed(missing)
}

interface Looking {
  missing: Set<string>
  note: string | undefined
  signal: AbortSignal | undefined
}
async function look(
  client: KubeClient,
  object: Manifest,
  { missing, note, signal }: Looking,
): Promise<Looked> {
  const { name, namespace } = object.metadata
  const about = given({ apiVersion: object.apiVersion, kind: object.kind, name, namespace, note })
  if (namespace !== undefined && missing.has(namespace))
    return { change: { op: 'create', ...about }, ran: false }
  const current = await client.get(resourceOf(object), { name, namespace }, Loose, signal)
  if (!current.ok && TRANSPORT.has(current.failure.code))
    return { change: { op: 'create', ...about }, ran: false, failure: current.failure }
  const before = current.ok ? current.value : undefined
  const taken = inTheWay(object, before)
  if (taken) return { change: { op: 'same', ...about }, ran: false, left: true, taken }
  // A namespace is created and never written over: one of somebody else would stay as it is.
  if (before && object.kind === 'Namespace' && carriesMark(object) && !mayWriteOver(object, before))
    return { change: { op: 'same', ...about }, ran: false, left: true }
  const tried = await client.apply(
    resourceOf(object),
    object,
    given({ dryRun: true, force: true, signal }),
  )
  return compared(about, { before, tried })
}

function compared(
  about: Omit<PlanChange, 'op' | 'lines'>,
  { before, tried }: { before: Record<string, unknown> | undefined; tried: Outcome<KubeObject> },
): Looked {
  if (!tried.ok)
    return {
      change: { op: before ? 'change' : 'create', ...about },
      ran: true,
      failure: tried.failure,
    }
  if (!before) return { change: { op: 'create', ...about }, ran: true }
  const lines = diffLines(before, tried.value)
  return {
    change: lines.length > 0 ? { op: 'change', ...about, lines } : { op: 'same', ...about },
    ran: true,
  }
}

function summed(looked: Looked[], missing: Set<string>): Preview {
  const failures = looked.flatMap(({ change, failure }) => (failure ? [{ change, failure }] : []))
  const taken = looked.flatMap((one) => one.taken ?? [])
  const skipped = looked.filter((one) => !one.ran && !one.left).length
  const says = [
    ...failures.map(
      ({ change, failure }) => `${change.kind} ${change.name}: ${explain(failure).says}`,
    ),
    ...(skipped > 0
      ? [
          `${String(skipped)} objects could not be tried, because namespace ${[...missing].join(', ')} does not exist yet.`,
        ]
      : []),
  ]
  const ran = looked.some((one) => one.ran)
  return {
    changes: looked.map(({ change }) => change),
    dryRun: { result: failures.length > 0 ? 'failed' : ran ? 'passed' : 'not-run', says },
    blockedBy: [
      ...taken,
      ...failures.map(({ change, failure }) => ({
        ...blocked(failure),
        says: `${change.kind} ${change.name}: ${explain(failure).says}`,
      })),
    ],
  }
}

/** One object that would be removed, as a change of a plan. */
export const removal = (object: {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
  note?: string
}): PlanChange => ({ op: 'delete', ...object })
