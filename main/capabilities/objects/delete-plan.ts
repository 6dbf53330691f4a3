import { z } from 'zod'
import { ObjectRef } from '../../../preload/contract/objects'
import type { Plan } from '../../../preload/contract/operations'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { failure } from '../../../preload/contract/failures'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind, StepContext } from '../operations'
import { blocked, onSite, planBody, refusals, removal, stepsOf, until } from '../plans'
import { standingOf } from './domain/describe'
import { groupKind, textAt, type Raw } from './domain/raw'
import { isOwnedBy } from './domain/tree'
import { whatHangs, type Hanging } from './hanging'
import { readObject } from './manifests'
import type { ObjectPorts } from './ports'
import { lookAround, type Surroundings } from './surroundings'

export const DeleteInput = z.object({
  site: z.string(),
  ref: ObjectRef,
  kind: z.string(),
  uid: z.string(),
  keepDependents: z.boolean(),
  /** What hung on it when it was planned: more by now is not taken along. Absent in what an older version began. */
  hung: z.array(z.string()).optional(),
})
export type DeleteInput = z.infer<typeof DeleteInput>

export const deleteKind = ({ clock }: Pick<ObjectPorts, 'clock'>): OperationKind<DeleteInput> => ({
  kind: 'object-delete',
  premise: {
    says: 'The object is read again by its uid, and nothing hangs on it that did not when it was planned.',
    asks: nothingNew,
  },
  input: DeleteInput,
  undoable: false,
  cancelLeaves: ({ kind, ref }) =>
    `${kind} ${ref.name} may be gone already: deleting cannot be taken back.`,
  steps: ({ kind }) => [
    {
      id: 'delete',
      title: `Delete the ${kind}`,
      promiseSeconds: 2,
      run: onSite(async (client, { input, kept, signal }) => {
        if (kept['asked'] === 'yes') return succeed(undefined)
        const gone = await removeExactly(client, input, signal)
        if (gone.ok) kept['asked'] = 'yes'
        return gone
      }),
    },
    {
      id: 'gone',
      title: 'Wait until it is gone',
      promiseSeconds: 30,
      run: onSite((client, { input, progress, signal }) =>
        until(
          clock,
          async () => {
            const holds = await stillThere(client, input, signal)
            if (holds.ok && holds.value !== undefined) progress(holds.value)
            return holds.ok ? succeed(holds.value === undefined) : holds
          },
          signal,
        ),
      ),
    },
  ],
})

/** What came to hang on it since is not taken along; what it holds goes while it is being deleted. */
async function nothingNew(
  { input, kept, client, signal }: StepContext<DeleteInput>,
  step: string,
): Promise<Outcome<string | undefined>> {
  if (step !== 'delete' || kept['asked'] === 'yes' || !input.hung) return succeed(undefined)
  const on = client(input.site)
  if (!on.ok) return on
  const live = await readObject(on.value, input.ref, signal)
  // One that is gone or another by now is left by the step itself.
  if (!live.ok) return succeed(undefined)
  const now = await whatHangs(live.value, { client: on.value, signal })
  if (!now.ok) return now
  const { hung } = input
  const [more] = [
    ...now.value.lost.filter((line) => !hung.includes(line)),
    ...now.value.blockedBy.map(({ says }) => says),
  ]
  return succeed(
    more === undefined
      ? undefined
      : `${input.kind} ${input.ref.name} holds something else by now: ${more}`,
  )
}

/** Deletes that very object; one that is gone already is fine. Fails with PLAN_IS_STALE where another bears its name. */
export async function removeExactly(
  client: KubeClient,
  { ref, uid, kind, keepDependents }: DeleteInput,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const live = await readObject(client, { ...ref, uid }, signal)
  if (!live.ok) return live.failure.code === 'NOT_FOUND' ? succeed(undefined) : live
  // The server checks the uid once more, in the same moment in which it deletes.
  const gone = await client.remove(
    ref.resource,
    { ...ref, uid },
    { propagation: keepDependents ? 'Orphan' : 'Background', signal },
  )
  return !gone.ok && gone.failure.code === 'CONFLICT'
    ? fail(
        failure('PLAN_IS_STALE', {
          title: `${kind} ${ref.name}`,
          differs: ['it was replaced by another object of the same name'],
        }),
      )
    : gone
}
/** What a deleted object still waits for; undefined once it is gone. */
export async function stillThere(
  client: KubeClient,
  { ref, uid }: DeleteInput,
  signal: AbortSignal,
): Promise<Outcome<string | undefined>> {
  const found = await client.get(ref.resource, ref, AnyObject, signal)
  if (!found.ok) return found
  if (!found.value || found.value.metadata.uid !== uid) return succeed(undefined)
  const holds = (found.value.metadata.finalizers ?? []).join(', ')
  return succeed(holds ? `Held by ${holds}` : 'Its containers are given time to end')
}

const SHOWN = 12
interface DeletionSight {
  live: Raw
  by: string
  around: Surroundings
  hanging: Hanging
  permissions: Plan['permissions']
  tried: Outcome<void>
}
/** Everything that a deletion is decided by: the object, what stands around it and hangs on it, the right, and the server's answer to a dry run. */
async function lookAtDeletion(
  { sites, capacity }: Pick<ObjectPorts, 'sites' | 'capacity'>,
  ref: ObjectRef,
  signal: AbortSignal | undefined,
): Promise<Outcome<DeletionSight>> {
  const client = sites.client(ref.site)
  if (!client.ok) return client
  const [live, who] = await Promise.all([
    readObject(client.value, ref, signal),
    client.value.whoAmI(signal),
  ])
  if (!live.ok) return live
  if (!who.ok) return who
  const { group, plural } = ref.resource
  const inside = ref.namespace === undefined ? '' : ` in ${ref.namespace}`
  const ask = { verb: 'delete', group, resource: plural, ...given({ namespace: ref.namespace }) }
  const [around, hanging, checks, tried] = await Promise.all([
    lookAround(live.value, {
      client: client.value,
      capacity,
      signal: signal ?? new AbortController().signal,
    }),
    whatHangs(live.value, { client: client.value, signal }),
    sites.review(ref.site, [{ ...ask, says: `delete ${plural}${inside}` }], signal),
    client.value.remove(
      ref.resource,
      { ...ref, uid: live.value.metadata.uid ?? '' },
      { dryRun: true, ...given({ signal }) },
    ),
  ])
  if (!hanging.ok) return hanging
  if (!checks.ok) return checks
  return succeed({
    live: live.value,
    by: who.value.user,
    around,
    hanging: hanging.value,
    permissions: checks.value,
    tried,
  })
}

interface DeleteAsk {
  kind: OperationKind<DeleteInput>
  ref: ObjectRef
  keepDependents: boolean
}
/** What deleting an object takes with it and leaves. */
export async function planDelete(
  ports: ObjectPorts,
  { kind, ref, keepDependents }: DeleteAsk,
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<DeleteInput>>> {
  const seen = await lookAtDeletion(ports, ref, signal)
  if (!seen.ok) return seen
  const { live, hanging } = seen.value
  const uid = live.metadata.uid ?? ''
  const exact = { ...ref, uid }
  const input: DeleteInput = {
    site: ref.site,
    ref: exact,
    kind: live.kind,
    uid,
    keepDependents,
    hung: hanging.lost,
  }
  return succeed({
    kind,
    input,
    again: (later) => planDelete(ports, { kind, ref: exact, keepDependents }, later),
    plan: deletionBody(kind, input, seen.value),
  })
}
function deletionBody(
  kind: OperationKind<DeleteInput>,
  input: DeleteInput,
  { live, by, around, hanging, permissions, tried }: DeletionSight,
) {
  const { ref } = input
  const about = {
    kind: live.kind,
    name: ref.name,
    ...given({ namespace: ref.namespace }),
  }
  const refused = tried.ok ? [] : [blocked(tried.failure)]
  return planBody({
    kind: kind.kind,
    title: `Delete ${live.kind} ${ref.name}`,
    verb: 'Delete',
    site: ref.site,
    subject: about,
    as: by,
    changes: [removal({ apiVersion: live.apiVersion, ...about })],
    permissions,
    steps: stepsOf(kind, input),
    risks: [...hanging.risks, ...risksOf(live, around)],
    dryRun: { result: tried.ok ? 'passed' : 'failed', says: refused.map(({ says }) => says) },
    blockedBy: [...hanging.blockedBy, ...refusals(permissions), ...refused],
    ...(!isMadeAnew(live) && {
      losses: lossesOf(live, { around, hanging, keepDependents: input.keepDependents }),
    }),
    ...(hanging.holds.length > 0 && { holds: hanging.holds }),
  })
}

/** A pod that something owns comes back by itself: nothing is lost but what it had not saved. */
export const isMadeAnew = (raw: Raw) =>
  groupKind(raw) === '/Pod' &&
  (raw.metadata.ownerReferences ?? []).some(({ controller }) => controller)
function lossesOf(
  raw: Raw,
  {
    around: { owned },
    hanging,
    keepDependents,
  }: { around: Surroundings; hanging: Hanging; keepDependents: boolean },
) {
  const below = owned.map((one) => one.raw)
  const names = below.map((one) => `${one.kind} ${one.metadata.name}`)
  const words =
    names.length > SHOWN
      ? [...names.slice(0, SHOWN), `and ${String(names.length - SHOWN)} more`]
      : names
  const claims =
    groupKind(raw) === 'apps/StatefulSet'
      ? below
          .filter((one) => groupKind(one) === '/PersistentVolumeClaim' && !isOwnedBy(one, raw))
          .map((one) => `PersistentVolumeClaim ${one.metadata.name}`)
      : []
  return {
    lost: [`${raw.kind} ${raw.metadata.name}`, ...hanging.lost, ...(keepDependents ? [] : words)],
    kept: keepDependents ? words : claims,
    typeName: raw.metadata.name,
  }
}
function risksOf(raw: Raw, { owned }: Surroundings): string[] {
  const running = owned.filter(
    (one) => groupKind(one.raw) === '/Pod' && standingOf(one.raw).sign === 'running',
  ).length
  const owner = (raw.metadata.ownerReferences ?? []).find(({ controller }) => controller)
  return [
    ...(owner ? [`${owner.kind} ${owner.name} owns it and will make it anew.`] : []),
    ...(running > 0
      ? [
          `${String(running)} running ${running === 1 ? 'pod ends' : 'pods end'}; what they had not saved is lost.`,
        ]
      : []),
    ...(textAt(raw, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete' ||
    groupKind(raw) === '/PersistentVolumeClaim'
      ? ['Its data goes with it where the storage class says so.']
      : []),
    'Deleting cannot be undone.',
  ]
}
