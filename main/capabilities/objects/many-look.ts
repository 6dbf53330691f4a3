import { explain } from '../../../preload/contract/explain'
import type { Failure } from '../../../preload/contract/failures'
import type { ManyAction, ObjectRef } from '../../../preload/contract/objects'
import { given } from '../../kernel/given'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { DeleteInput } from './delete-plan'
import { ALREADY, nameOf, whyLeftOut, type Reason } from './domain/many'
import type { Raw } from './domain/raw'
import type { FieldInput } from './field-operations'
import { inputFor, tryOut, workloadsIn, type ReadWorkloads } from './field-plans'
import { hangsNothing, whatHangs, type Hanging } from './hanging'
import { isOfOne } from './many-operations'
import { readObject } from './manifests'

const AT_ONCE = 8
export interface LeftOut extends Reason {
  name: string
}
/** One object to which it will be done; `item.ref` is what is written, which for work in a queue is not the object itself. */
export interface Chosen {
  raw: Raw
  ref: ObjectRef
  item: FieldInput | DeleteInput
}
export type Looked = { chosen: Chosen } | { leftOut: LeftOut }
export interface Looking {
  client: KubeClient
  what: ManyAction
  signal: AbortSignal | undefined
}

/** The same for each, a few at a time, in order; the first failure that is not about one object ends it. */
export async function eachOf<T, R>(
  all: T[],
  work: (one: T) => Promise<Outcome<R>>,
): Promise<Outcome<R[]>> {
  const found: R[] = []
  for (let start = 0; start < all.length; start += AT_ONCE) {
    for (const one of await Promise.all(all.slice(start, start + AT_ONCE).map(work))) {
      if (!one.ok) return one
      found.push(one.value)
    }
  }
  return succeed(found)
}

const leftOut = (name: string, why: Reason): Outcome<Looked> =>
  succeed({ leftOut: { name, ...why } })
/** What a failure leaves out; the failure itself where it is about the site. */
const unless = (name: string, failure: Failure): Outcome<Looked> =>
  isOfOne(failure) ? leftOut(name, explain(failure)) : { ok: false, failure }

/** Reads each object and finds what would be written, or why nothing can be. */
export function lookAtAll(refs: ObjectRef[], looking: Looking): Promise<Outcome<Looked[]>> {
  const workloads = onceByNamespace(workloadsIn(looking.client, looking.signal))
  return eachOf(refs, (ref) => lookAt(ref, workloads, looking))
}
function onceByNamespace(read: ReadWorkloads): ReadWorkloads {
  const known = new Map<string | undefined, ReturnType<ReadWorkloads>>()
  return (namespace) => {
    const asked = known.get(namespace) ?? read(namespace)
    known.set(namespace, asked)
    return asked
  }
}
/** What others hang on is deleted in view of them. */
const byItself = ({ lost, risks, blockedBy }: Hanging): Reason =>
  blockedBy[0] ?? {
    says: `Others hang on it: ${[...lost, ...risks][0] ?? ''}`,
    remedy: 'Delete it by itself, in view of what goes with it.',
  }
async function lookAt(
  ref: ObjectRef,
  workloads: ReadWorkloads,
  { client, what, signal }: Looking,
): Promise<Outcome<Looked>> {
  const raw = await readObject(client, ref, signal)
  if (!raw.ok)
    return raw.failure.code === 'NOT_FOUND'
      ? leftOut(nameOf({ ...ref, kind: ref.resource.plural }), {
          says: 'It is gone.',
          remedy: 'Nothing needs doing.',
        })
      : unless(nameOf({ ...ref, kind: ref.resource.plural }), raw.failure)
  const {
    kind,
    metadata: { uid = '' },
  } = raw.value
  const name = nameOf({ ...ref, kind })
  const why = whyLeftOut(raw.value, what)
  if (why) return leftOut(name, why)
  const exact = { ...ref, uid }
  if (what === 'delete') {
    const hanging = await whatHangs(raw.value, { client, signal })
    if (!hanging.ok) return unless(name, hanging.failure)
    if (!hangsNothing(hanging.value)) return leftOut(name, byItself(hanging.value))
    return succeed({
      chosen: {
        raw: raw.value,
        ref: exact,
        item: { site: ref.site, ref: exact, kind, uid, keepDependents: false },
      },
    })
  }
  const input = await inputFor({ client, raw: raw.value, ref: exact, signal, workloads }, { what })
  if (!input.ok) return unless(name, input.failure)
  return input.value.before === input.value.after
    ? leftOut(name, ALREADY[what])
    : succeed({ chosen: { raw: raw.value, ref: exact, item: input.value } })
}

/** Tries on the server what would be done to one. */
export async function tryOne(
  { raw, ref, item }: Chosen,
  { client, signal }: Looking,
): Promise<Outcome<Looked>> {
  const tried =
    'uid' in item
      ? await client.remove(
          ref.resource,
          { ...ref, uid: item.uid },
          { dryRun: true, ...given({ signal }) },
        )
      : await tryOut(client, item, signal)
  return tried.ok
    ? succeed({ chosen: { raw, ref, item } })
    : unless(nameOf({ ...ref, kind: raw.kind }), tried.failure)
}
