import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { ObjectRef } from '../../../preload/contract/objects'
import type { PlanChange } from '../../../preload/contract/operations'
import { parseExact, sameValue, stringifyExact } from '../../kernel/exact-json'
import { given } from '../../kernel/given'
import { mergePatchOf, patchOf } from '../../kernel/merge-patch'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import { blocked, diffLines, done, onSite, planBody, refusals, stepsOf } from '../plans'
import { merge3, type FieldConflict } from './domain/merge'
import { hidden, revealed, written } from './domain/redact'
import type { Raw } from './domain/raw'
import { parseManifest, plain, readObject, type Manifests } from './manifests'
import type { ObjectPorts } from './ports'

const Written = z.record(z.string(), z.unknown())
/** An edited object as it is written down: secrets stay hidden in it, and are put back from the live object when it is sent. */
export const ApplyInput = z.object({
  site: z.string(),
  ref: ObjectRef,
  kind: z.string(),
  edited: Written,
  before: Written,
})
export type ApplyInput = z.infer<typeof ApplyInput>

interface Putting {
  ref: ObjectRef
  to: Raw
  from: Raw
  dryRun?: boolean
  signal?: AbortSignal | undefined
}
/** Puts what changes `from` into `to` into the very object that was meant; what others changed beside it stays. */
async function put(client: KubeClient, putting: Putting): Promise<Outcome<KubeObject>> {
  // Controllers write into objects all the time: who was slower by a moment reads again.
  for (let tried = 1; ; tried++) {
    const done = await putOnce(client, putting)
    if (done.ok || done.failure.code !== 'CONFLICT' || tried === TRIES) return done
  }
}
const TRIES = 6
async function putOnce(
  client: KubeClient,
  { ref, to, from, dryRun, signal }: Putting,
): Promise<Outcome<KubeObject>> {
  const live = await readObject(client, ref, signal)
  if (!live.ok) return live
  const now = plain(hidden(written(live.value)).object)
  const { value, conflicts } = merge3({ base: plain(from), mine: plain(to), theirs: now })
  if (conflicts.length > 0)
    return fail(
      failure('PLAN_IS_STALE', {
        title: `${to.kind} ${ref.name}`,
        differs: conflicts.map(({ path, theirs }) => `${path} is ${theirs} by now`),
      }),
    )
  if (sameValue(now, value)) return succeed(live.value as KubeObject)
  const whole = revealed(value as unknown as Raw, live.value)
  if ('refused' in whole) return fail(failure('INVALID', { issues: whole.refused }))
  const changed = mergePatchOf(plain(written(live.value)), plain(written(whole.object)))
  return client.mergePatch(ref.resource, ref, {
    body: patchOf(live.value, changed),
    ...(dryRun && { dryRun }),
    ...given({ signal }),
  })
}

export const applyKind: OperationKind<ApplyInput> = {
  kind: 'object-apply',
  premise: {
    says: 'The object is read again by its uid, and a field that somebody changed meanwhile is a conflict.',
  },
  input: ApplyInput,
  undoable: true,
  cancelLeaves: ({ kind, ref }) => `Nothing: ${kind} ${ref.name} is set back.`,
  steps: () => [
    {
      id: 'apply',
      title: 'Write the change',
      promiseSeconds: 2,
      run: onSite(async (client, { input, kept, signal }) => {
        const wrote = await put(client, {
          ref: input.ref,
          to: input.edited as Raw,
          from: input.before as Raw,
          signal,
        })
        // What the server made of it, with its defaults, is what undo must still find.
        if (wrote.ok) kept['after'] = stringifyExact(hidden(written(wrote.value as Raw)).object)
        return done(wrote)
      }),
      undo: onSite(async (client, { input, kept, signal }) => {
        const after = kept['after']
        return after === undefined
          ? succeed(undefined)
          : done(
              await put(client, {
                ref: input.ref,
                to: input.before as Raw,
                from: parseExact(after) as Raw,
                signal,
              }),
            )
      }),
    },
  ],
}

export interface ApplyAsk {
  ref: ObjectRef
  yaml: string
  resourceVersion: string
}
/** What an edited text would change, tried on the server. */
export async function planApply(
  ports: ObjectPorts,
  { manifests, ref, yaml, resourceVersion }: ApplyAsk & { manifests: Manifests },
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<ApplyInput>>> {
  const client = ports.sites.client(ref.site)
  if (!client.ok) return client
  const [live, who] = await Promise.all([
    readObject(client.value, ref, signal),
    client.value.whoAmI(signal),
  ])
  if (!live.ok) return live
  if (!who.ok) return who
  const edited = parseManifest(yaml, live.value)
  if (!edited.ok) return edited
  const now = plain(hidden(written(live.value)).object)
  const base = manifests.base(live.value.metadata.uid ?? '', resourceVersion)
  if (!base && live.value.metadata.resourceVersion !== resourceVersion)
    return conflict(live.value, [
      { path: 'the object', before: '', mine: '', theirs: 'it changed since this text was read' },
    ])
  const merged = merge3({
    base: base ? plain(base) : now,
    mine: plain(written(edited.value)),
    theirs: now,
  })
  if (merged.conflicts.length > 0) return conflict(live.value, merged.conflicts)
  // Checked here, so that nobody confirms what is refused for its secrets; only the hidden form is kept.
  const wanted = merged.value as unknown as Raw
  const checked = revealed(wanted, live.value)
  if ('refused' in checked) return fail(failure('INVALID', { issues: checked.refused }))
  const exact = { ...ref, ...given({ uid: live.value.metadata.uid }) }
  const input: ApplyInput = {
    site: ref.site,
    ref: exact,
    kind: live.value.kind,
    edited: merged.value,
    before: now,
  }
  return made(
    ports,
    {
      input,
      live: live.value,
      as: who.value.user,
      client: client.value,
      again: (later) => planApply(ports, { manifests, ref: exact, yaml, resourceVersion }, later),
    },
    signal,
  )
}

const conflict = (live: Raw, fields: FieldConflict[]) =>
  fail(
    failure('CONFLICT', {
      kind: live.kind,
      name: live.metadata.name,
      theirs: 'Somebody else',
      resourceVersion: live.metadata.resourceVersion ?? '',
      fields,
    }),
  )

interface Making {
  input: ApplyInput
  live: Raw
  as: string
  client: KubeClient
  again: MadePlan<ApplyInput>['again']
}
async function made(
  ports: ObjectPorts,
  { input, live, as, client, again }: Making,
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<ApplyInput>>> {
  const { ref } = input
  const { group, plural } = ref.resource
  const where = given({ namespace: ref.namespace })
  const tried = await put(client, {
    ref,
    to: input.edited as Raw,
    from: input.before as Raw,
    dryRun: true,
    signal,
  })
  const checks = await ports.sites.review(
    ref.site,
    [
      {
        verb: 'patch',
        group,
        resource: plural,
        ...where,
        says: `change ${plural}${ref.namespace === undefined ? '' : ` in ${ref.namespace}`}`,
      },
    ],
    signal,
  )
  if (!checks.ok) return checks
  const lines = tried.ok
    ? diffLines(input.before, plain(hidden(written(tried.value as Raw)).object))
    : diffLines(input.before, input.edited)
  const change: PlanChange = {
    op: lines.length > 0 ? 'change' : 'same',
    apiVersion: live.apiVersion,
    kind: live.kind,
    name: ref.name,
    ...where,
    ...(lines.length > 0 && { lines }),
  }
  return succeed({
    kind: applyKind,
    input,
    again,
    plan: planBody({
      kind: applyKind.kind,
      title: `Change ${live.kind} ${ref.name}`,
      verb: 'Apply',
      site: ref.site,
      subject: { kind: live.kind, name: ref.name, ...where },
      as,
      changes: [change],
      permissions: checks.value,
      dryRun: tried.ok
        ? { result: 'passed', says: [] }
        : { result: 'failed', says: [blocked(tried.failure).says] },
      steps: stepsOf(applyKind, input),
      undo: 'writes the object back as it was, while nobody changed it again',
      blockedBy: [
        ...refusals(checks.value),
        ...(tried.ok ? [] : [blocked(tried.failure)]),
        ...(lines.length === 0
          ? [{ says: 'Nothing would change.', remedy: 'Edit the text first.' }]
          : []),
      ],
    }),
  })
}
