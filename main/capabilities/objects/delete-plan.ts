import { z } from 'zod'
import { ObjectRef } from '../../../preload/contract/objects'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { failure } from '../../../preload/contract/failures'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import { blocked, onSite, planBody, refusals, removal, stepsOf, until } from '../plans'
import { standingOf } from './domain/describe'
import { groupKind, textAt, type Raw } from './domain/raw'
import { isOwnedBy } from './domain/tree'
import { readObject } from './manifests'
import type { ObjectPorts } from './ports'
import { lookAround, type Surroundings } from './surroundings'

export const DeleteInput = z.object({
  site: z.string(),
  ref: ObjectRef,
  kind: z.string(),
  uid: z.string(),
  keepDependents: z.boolean(),
})
export type DeleteInput = z.infer<typeof DeleteInput>

export const deleteKind = ({ clock }: Pick<ObjectPorts, 'clock'>): OperationKind<DeleteInput> => ({
  kind: 'object-delete',
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
/** What deleting an object takes with it and leaves. */
export async function planDelete(
  ports: ObjectPorts,
  {
    kind,
    ref,
    keepDependents,
  }: { kind: OperationKind<DeleteInput>; ref: ObjectRef; keepDependents: boolean },
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<DeleteInput>>> {
  const client = ports.sites.client(ref.site)
  if (!client.ok) return client
  const [live, who] = await Promise.all([
    readObject(client.value, ref, signal),
    client.value.whoAmI(signal),
  ])
  if (!live.ok) return live
  if (!who.ok) return who
  const { group, plural } = ref.resource
  const where = given({ namespace: ref.namespace })
  const around = await lookAround(live.value, {
    client: client.value,
    capacity: ports.capacity,
    signal: signal ?? new AbortController().signal,
  })
  const checks = await ports.sites.review(
    ref.site,
    [
      {
        verb: 'delete',
        group,
        resource: plural,
        ...where,
        says: `delete ${plural}${ref.namespace === undefined ? '' : ` in ${ref.namespace}`}`,
      },
    ],
    signal,
  )
  if (!checks.ok) return checks
  const uid = live.value.metadata.uid ?? ''
  const tried = await client.value.remove(
    ref.resource,
    { ...ref, uid },
    { dryRun: true, ...given({ signal }) },
  )
  const input: DeleteInput = {
    site: ref.site,
    ref: { ...ref, uid },
    kind: live.value.kind,
    uid,
    keepDependents,
  }
  return succeed({
    kind,
    input,
    again: (later) => planDelete(ports, { kind, ref: { ...ref, uid }, keepDependents }, later),
    plan: planBody({
      kind: kind.kind,
      title: `Delete ${live.value.kind} ${ref.name}`,
      verb: 'Delete',
      site: ref.site,
      subject: { kind: live.value.kind, name: ref.name, ...where },
      as: who.value.user,
      changes: [
        removal({
          apiVersion: live.value.apiVersion,
          kind: live.value.kind,
          name: ref.name,
          ...where,
        }),
      ],
      permissions: checks.value,
      steps: stepsOf(kind, input),
      risks: risksOf(live.value, around),
      dryRun: tried.ok
        ? { result: 'passed', says: [] }
        : { result: 'failed', says: [blocked(tried.failure).says] },
      blockedBy: [...refusals(checks.value), ...(tried.ok ? [] : [blocked(tried.failure)])],
      ...(isMadeAnew(live.value) ? {} : { losses: lossesOf(live.value, around, keepDependents) }),
    }),
  })
}

/** A pod that something owns comes back by itself: nothing is lost but what it had not saved. */
export const isMadeAnew = (raw: Raw) =>
  groupKind(raw) === '/Pod' &&
  (raw.metadata.ownerReferences ?? []).some(({ controller }) => controller)
function lossesOf(raw: Raw, { owned }: Surroundings, keepDependents: boolean) {
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
    lost: [`${raw.kind} ${raw.metadata.name}`, ...(keepDependents ? [] : words)],
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
