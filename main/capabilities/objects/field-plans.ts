import { failure } from '../../../preload/contract/failures'
import type { PlanChange } from '../../../preload/contract/operations'
import type { ObjectRef } from '../../../preload/contract/objects'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient, KubeObject } from '../../platform/kubernetes/types'
import type { MadePlan } from '../operations'
import { blocked, planBody, refusals, stepsOf, type Ask } from '../plans'
import { resumedPods, scaledPods, type AddedPods } from './domain/added-pods'
import { canRestart, canScale, isQueued } from './domain/offers'
import { isSuspended, replicasOf, SUSPEND_AT } from './domain/describe'
import { at, groupKind, type Raw } from './domain/raw'
import { fieldKind, type FieldInput } from './field-operations'
import { readObject } from './manifests'
import type { ObjectPorts } from './ports'

type What =
  | { what: 'scale'; replicas: number }
  | { what: 'restart' }
  | { what: 'suspend' }
  | { what: 'resume' }
interface Words {
  title: string
  verb: string
  undo: string
  risks: string[]
}
const RESTARTED_AT = [
  'spec',
  'template',
  'metadata',
  'annotations',
  'kubectl.kubernetes.io/restartedAt',
]
export const no = (says: string, remedy: string) =>
  fail(failure('NOT_SUPPORTED_HERE', { says, remedy }))

/** A plan that changes one field of an object; undo sets it back. */
export async function planField(
  ports: ObjectPorts,
  { ref, ...what }: What & { ref: ObjectRef },
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<FieldInput>>> {
  const client = ports.sites.client(ref.site)
  if (!client.ok) return client
  const [raw, who] = await Promise.all([
    readObject(client.value, ref, signal),
    client.value.whoAmI(signal),
  ])
  if (!raw.ok) return raw
  if (!who.ok) return who
  const exact = { ...ref, ...given({ uid: raw.value.metadata.uid }) }
  const input = await inputFor({ client: client.value, raw: raw.value, ref: exact, signal }, what)
  if (!input.ok) return input
  return finish(
    ports,
    {
      input: input.value,
      raw: raw.value,
      as: who.value.user,
      client: client.value,
      words: wordsFor(raw.value, what),
      again: (later) => planField(ports, { ref: exact, ...what }, later),
    },
    signal,
  )
}

type Workloads = { resource: ObjectRef['resource']; items: KubeObject[] } | undefined
export type ReadWorkloads = (namespace: string | undefined) => Promise<Outcome<Workloads>>
interface Asked {
  client: KubeClient
  raw: Raw
  ref: ObjectRef
  signal: AbortSignal | undefined
  /** Where many are asked about, so that a namespace is listed once. */ workloads?: ReadWorkloads
}
/** Which field of which object an action sets. Fails where the kind does not know it. */
export async function inputFor(
  { client, raw, ref, signal, workloads }: Asked,
  asked: What,
): Promise<Outcome<FieldInput>> {
  const base = { site: ref.site, ref, kind: raw.kind }
  if (asked.what === 'scale') {
    if (!canScale(raw)) return no(`A ${raw.kind} has no replicas to set.`, 'Scale what owns it.')
    return succeed({
      ...base,
      what: 'scale',
      path: ['spec', 'replicas'],
      before: replicasOf(raw)?.wanted ?? 1,
      after: asked.replicas,
      subresource: 'scale',
    })
  }
  if (asked.what === 'restart') {
    if (!canRestart(raw))
      return no(
        `A ${raw.kind} cannot be restarted as a whole.`,
        'Delete a pod that something owns, and it is made anew.',
      )
    return succeed({
      ...base,
      what: 'restart',
      path: RESTARTED_AT,
      before: textOrNull(at(raw, ...RESTARTED_AT)),
      after: timestamp(client.clock.now()),
    })
  }
  if (isQueued(raw))
    return queued(asked.what, { raw, ref, workloads: workloads ?? workloadsIn(client, signal) })
  const path = SUSPEND_AT[groupKind(raw)]
  if (!path) return no(`A ${raw.kind} cannot be suspended.`, 'Scale it to 0 where it has replicas.')
  return succeed({
    ...base,
    what: asked.what,
    path,
    before: isSuspended(raw) === true,
    after: asked.what === 'suspend',
  })
}
const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)

/** A job in a queue is stopped through its Workload: the queue would start again whatever else suspends it. */
async function queued(
  what: 'suspend' | 'resume',
  { raw, ref, workloads }: { raw: Raw; ref: ObjectRef; workloads: ReadWorkloads },
): Promise<Outcome<FieldInput>> {
  const found = await workloads(ref.namespace)
  if (!found.ok) return found
  const workload = found.value?.items.find(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === raw.metadata.uid),
  )
  if (!workload || !found.value)
    return no(
      `${ref.name} is in a queue, but its Workload is not there yet.`,
      'Try again in a moment.',
    )
  const { name, uid } = workload.metadata
  return succeed({
    site: ref.site,
    kind: 'Workload',
    what,
    ref: {
      site: ref.site,
      resource: found.value.resource,
      name,
      ...given({ namespace: ref.namespace, uid }),
    },
    path: ['spec', 'active'],
    before: at(workload, 'spec', 'active') !== false,
    after: what === 'resume',
  })
}

/** The work that a queue knows of in a namespace; undefined where there is no queue. */
export const workloadsIn =
  (client: KubeClient, signal?: AbortSignal): ReadWorkloads =>
  async (namespace) => {
    const served = await client.kindAt(
      { apiVersion: 'kueue.x-k8s.io/v1beta1', kind: 'Workload' },
      signal,
    )
    if (!served.ok || !served.value) return served.ok ? succeed(undefined) : served
    const { resource } = served.value
    const listed = await client.list(resource, given({ namespace }), AnyObject, signal)
    return listed.ok ? succeed({ resource, items: listed.value }) : listed
  }

function wordsFor(raw: Raw, asked: What): Words {
  const it = `${raw.kind} ${raw.metadata.name}`
  const queue = isQueued(raw) ? ['Its queue takes the quota back and lets others go first.'] : []
  switch (asked.what) {
    case 'scale':
      return {
        title: `Scale ${it} to ${String(asked.replicas)}`,
        verb: 'Scale',
        undo: `sets its replicas back to ${String(replicasOf(raw)?.wanted ?? 1)}`,
        risks: asked.replicas === 0 ? ['Nothing of it runs any more.'] : [],
      }
    case 'restart':
      return {
        title: `Restart ${it}`,
        verb: 'Restart',
        undo: 'rolls its pods back to the template of before',
        risks: ['Its pods are replaced a few at a time, as its update strategy says.'],
      }
    case 'suspend':
      return {
        title: `Suspend ${it}`,
        verb: 'Suspend',
        undo: 'resumes it',
        risks: ['Its running pods end now; what they had not saved is lost.', ...queue],
      }
    case 'resume':
      return { title: `Resume ${it}`, verb: 'Resume', undo: 'suspends it again', risks: [] }
  }
}

interface Finishing {
  input: FieldInput
  raw: Raw
  as: string
  client: KubeClient
  words: Words
  again: MadePlan<FieldInput>['again']
}
async function finish(
  ports: ObjectPorts,
  { input, raw, as, client, words, again }: Finishing,
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<FieldInput>>> {
  const { ref } = input
  const checks = await ports.sites.review(ref.site, [rightFor(input)], signal)
  if (!checks.ok) return checks
  const [tried, needs] = await Promise.all([
    tryOut(client, input, signal),
    ports.needs.of(ref.site, addedBy(raw, input), signal),
  ])
  const { name, namespace } = raw.metadata
  return succeed({
    kind: fieldKind,
    input,
    again,
    plan: planBody({
      kind: fieldKind.kind,
      title: words.title,
      verb: words.verb,
      site: ref.site,
      subject: { kind: raw.kind, name, ...given({ namespace }) },
      as,
      changes: [changeOf(input)],
      permissions: checks.value,
      dryRun: tried.ok
        ? { result: 'passed', says: [] }
        : { result: 'failed', says: [blocked(tried.failure).says] },
      steps: stepsOf(fieldKind, input),
      ...given({ price: needs.price }),
      quotas: needs.quotas,
      risks: [...needs.risks, ...words.risks],
      undo: words.undo,
      blockedBy: [
        ...refusals(checks.value),
        ...(tried.ok ? [] : [blocked(tried.failure)]),
        ...needs.blockedBy,
      ],
    }),
  })
}
const rightFor = ({ ref: { resource, namespace }, subresource }: FieldInput): Ask => ({
  verb: 'patch',
  group: resource.group,
  resource: resource.plural,
  ...given({ namespace, subresource }),
  says: `change ${resource.plural}${subresource ? `/${subresource}` : ''}${namespace === undefined ? '' : ` in ${namespace}`}`,
})
/** The pods that a change of a field makes run beside those of before; `raw` is whose they are, also where a queue is told. */
export function addedBy(raw: Raw, { what, before, after }: FieldInput): AddedPods[] {
  if (what === 'scale') return scaledPods(raw, { from: Number(before), to: Number(after) })
  return what === 'resume' && before !== after ? resumedPods(raw) : []
}
/** A change of one field as a plan shows it. */
export function changeOf({ ref, kind, what, path, before, after }: FieldInput): PlanChange {
  const { group, version } = ref.resource
  const same = before === after
  return {
    op: same ? 'same' : 'change',
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    name: ref.name,
    ...given({ namespace: ref.namespace }),
    // The instant of a restart is new each time the plan is made: it is no news.
    ...(!same && {
      lines:
        what === 'restart'
          ? [{ op: '+' as const, text: `${path.slice(0, -1).join('.')}: restarted now` }]
          : [
              ...(before === null
                ? []
                : [{ op: '-' as const, text: `${path.join('.')}: ${String(before)}` }]),
              { op: '+' as const, text: `${path.join('.')}: ${String(after)}` },
            ],
    }),
  }
}
const nested = (path: string[], value: unknown, uid: string | undefined) => {
  const body = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as {
    metadata?: object
  }
  return { ...body, metadata: { ...body.metadata, ...given({ uid }) } }
}
/** Sends the change as a dry run. */
export const tryOut = async (
  client: KubeClient,
  { ref, path, after, subresource }: FieldInput,
  signal?: AbortSignal,
) =>
  client.mergePatch(ref.resource, ref, {
    body: nested(path, after, ref.uid),
    dryRun: true,
    ...given({ subresource, signal }),
  })
