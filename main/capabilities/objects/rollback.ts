import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import { ObjectRef, type Revision } from '../../../preload/contract/objects'
import type { Plan, PlanChange } from '../../../preload/contract/operations'
import { given } from '../../kernel/given'
import { mergePatchOf, patchOf } from '../../kernel/merge-patch'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import { blocked, diffLines, done, onSite, planBody, refusals, stepsOf } from '../plans'
import { groupKind, plainAt, type Raw } from './domain/raw'
import { hidden, written } from './domain/redact'
import {
  byName,
  KEPT_IN,
  keptTemplates,
  sameTemplate,
  templateOf,
  type KeptTemplate,
} from './domain/templates'
import { plain, readObject } from './manifests'
import type { ObjectPorts } from './ports'

/** A change back to a template that the cluster keeps: only the names of what keeps it are written down, never the template. */
export const RollbackInput = z.object({
  site: z.string(),
  ref: ObjectRef,
  kind: z.string(),
  from: z.string(),
  to: z.string(),
  revision: z.number(),
})
export type RollbackInput = z.infer<typeof RollbackInput>

const TRIES = 6
const no = (says: string, remedy: string) => fail(failure('NOT_SUPPORTED_HERE', { says, remedy }))

async function kept(
  client: KubeClient,
  raw: Raw,
  signal?: AbortSignal,
): Promise<Outcome<KeptTemplate[]>> {
  const resource = KEPT_IN[groupKind(raw)]
  if (!resource)
    return no(`No earlier templates of a ${raw.kind} are kept.`, 'Edit it as YAML instead.')
  const listed = await client.list(
    resource,
    given({ namespace: raw.metadata.namespace }),
    AnyObject,
    signal,
  )
  return listed.ok ? succeed(keptTemplates(raw, listed.value as Raw[])) : listed
}

/** The templates that can be gone back to, the newest first, with the one of now among them. */
export async function revisionsOf(
  { sites }: Pick<ObjectPorts, 'sites'>,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<Outcome<Revision[]>> {
  const client = sites.client(ref.site)
  if (!client.ok) return client
  const raw = await readObject(client.value, ref, signal)
  if (!raw.ok) return raw
  const all = await kept(client.value, raw.value, signal)
  return all.ok
    ? succeed(
        all.value.slice(0, MOST).map(({ name, revision, at, images, cause, current }) => ({
          name,
          revision,
          at,
          images: images.slice(0, MOST),
          current,
          ...given({ cause }),
        })),
      )
    : all
}
const MOST = 50

interface Putting {
  ref: ObjectRef
  from: string
  to: string
  dryRun?: boolean
  signal?: AbortSignal | undefined
}
/** Writes a kept template into the very object that was meant, while it still has the one it is to be changed from. */
async function putBack(client: KubeClient, putting: Putting): Promise<Outcome<KubeObject>> {
  const { ref, dryRun, signal } = putting
  for (let tried = 1; ; tried++) {
    const live = await readObject(client, ref, signal)
    if (!live.ok) return live
    const whole = await withKept(client, live.value, putting)
    if (!whole.ok || whole.value === live.value) return whole as Outcome<KubeObject>
    const wrote = await client.mergePatch(ref.resource, ref, {
      body: patchOf(live.value, mergePatchOf(plain(live.value), plain(whole.value))),
      ...(dryRun && { dryRun }),
      ...given({ signal }),
    })
    if (wrote.ok || wrote.failure.code !== 'CONFLICT' || tried === TRIES) return wrote
  }
}
/** The object with the kept template; itself where it has that one already. */
async function withKept(
  client: KubeClient,
  live: Raw,
  { ref, from, to, signal }: Putting,
): Promise<Outcome<Raw>> {
  const resource = KEPT_IN[groupKind(live)]
  if (!resource) return no(`A ${live.kind} cannot be rolled back.`, 'Edit it as YAML instead.')
  const read = (name: string) =>
    readObject(
      client,
      { site: ref.site, resource, name, ...given({ namespace: ref.namespace }) },
      signal,
    )
  const [source, before] = await Promise.all([read(to), read(from)])
  if (!source.ok) return source
  if (sameTemplate(live, source.value)) return succeed(live)
  if (!before.ok || !sameTemplate(live, before.value))
    return fail(
      failure('PLAN_IS_STALE', {
        title: `${live.kind} ${ref.name}`,
        differs: ['its template was changed by somebody else'],
      }),
    )
  return succeed({
    ...live,
    spec: { ...plainAt(live, 'spec'), template: templateOf(source.value) },
  })
}

export const rollbackKind: OperationKind<RollbackInput> = {
  kind: 'object-rollback',
  premise: {
    says: 'The object is read again by its uid, and must still have the template it was planned from.',
  },
  input: RollbackInput,
  undoable: true,
  cancelLeaves: ({ kind, ref }) =>
    `Nothing: ${kind} ${ref.name} gets its template of before again.`,
  steps: ({ revision }) => [
    {
      id: 'rollback',
      title: `Go back to revision ${String(revision)}`,
      promiseSeconds: 2,
      run: onSite(async (client, { input, signal }) =>
        done(await putBack(client, { ...input, signal })),
      ),
      undo: onSite(async (client, { input, signal }) =>
        done(await putBack(client, { ...input, from: input.to, to: input.from, signal })),
      ),
    },
  ],
}

/** What going back to a kept template would change, tried on the server. */
export async function planRollback(
  ports: ObjectPorts,
  { ref, to }: { ref: ObjectRef; to: string },
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<RollbackInput>>> {
  const client = ports.sites.client(ref.site)
  if (!client.ok) return client
  const [raw, who] = await Promise.all([
    readObject(client.value, ref, signal),
    client.value.whoAmI(signal),
  ])
  if (!raw.ok) return raw
  if (!who.ok) return who
  const all = await kept(client.value, raw.value, signal)
  if (!all.ok) return all
  const [target, now] = [
    all.value.find(({ name }) => name === to),
    all.value.find(({ current }) => current),
  ]
  if (!target) return fail(failure('NOT_FOUND', { kind: 'revision', name: to }))
  if (!now)
    return no(
      `The controller of ${ref.name} has not taken up its template of now.`,
      'Try again in a moment.',
    )
  if (plainAt(raw.value, 'spec')['paused'] === true)
    return no(
      `${ref.name} is paused, so nothing would be rolled out.`,
      'Set spec.paused to false first.',
    )
  const exact = { ...ref, ...given({ uid: raw.value.metadata.uid }) }
  const input: RollbackInput = {
    site: ref.site,
    ref: exact,
    kind: raw.value.kind,
    from: now.name,
    to,
    revision: target.revision,
  }
  const tried = await putBack(client.value, { ...input, dryRun: true, signal })
  return made(
    ports,
    {
      input,
      raw: raw.value,
      now,
      as: who.value.user,
      tried,
      again: (later) => planRollback(ports, { ref: exact, to }, later),
    },
    signal,
  )
}

interface Making {
  input: RollbackInput
  raw: Raw
  now: KeptTemplate
  as: string
  tried: Outcome<KubeObject>
  again: MadePlan<RollbackInput>['again']
}
async function made(
  ports: ObjectPorts,
  { input, raw, now, as, tried, again }: Making,
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<RollbackInput>>> {
  const { ref } = input
  const where = given({ namespace: ref.namespace })
  const { plural, group } = ref.resource
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
  const lines = tried.ok ? shownLines(raw, tried.value as Raw) : []
  const isSame = input.from === input.to
  const refusal: Plan['blockedBy'] = isSame
    ? [{ says: 'It has that template already.', remedy: 'Choose an earlier revision.' }]
    : []
  return succeed({
    kind: rollbackKind,
    input,
    again,
    plan: planBody({
      kind: rollbackKind.kind,
      title: `Roll ${raw.kind} ${ref.name} back to revision ${String(input.revision)}`,
      verb: 'Roll back',
      site: ref.site,
      subject: { kind: raw.kind, name: ref.name, ...where },
      as,
      changes: [
        {
          op: isSame ? 'same' : 'change',
          apiVersion: raw.apiVersion,
          kind: raw.kind,
          name: ref.name,
          ...where,
          ...(lines.length > 0 && { lines }),
        },
      ],
      permissions: checks.value,
      dryRun: tried.ok
        ? { result: 'passed', says: [] }
        : { result: 'failed', says: [blocked(tried.failure).says] },
      steps: stepsOf(rollbackKind, input),
      risks: risksOf(raw, lines, isSame),
      undo: `goes forward to the template of revision ${String(now.revision)} again, while nobody changed it`,
      blockedBy: [
        ...refusal,
        ...refusals(checks.value),
        ...(tried.ok ? [] : [blocked(tried.failure)]),
      ],
    }),
  })
}
type Lines = NonNullable<PlanChange['lines']>
const shownLines = (before: Raw, after: Raw): Lines =>
  diffLines(
    byName(plain(hidden(written(before)).object)),
    byName(plain(hidden(written(after)).object)),
  )
function risksOf({ kind }: Raw, lines: Lines, isSame: boolean): string[] {
  if (isSame) return []
  return [
    'Its pods are replaced a few at a time, as its update strategy says.',
    ...(kind === 'StatefulSet'
      ? ['A pod that never became ready holds a StatefulSet up: delete that pod after going back.']
      : []),
    ...(lines.length === 0
      ? ['Only values that may be secrets differ; they are changed and not shown.']
      : []),
  ]
}
