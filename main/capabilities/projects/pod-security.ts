import { z } from 'zod'
import type { PodSecurity, PodSecurityWish } from '../../../preload/contract/pod-security'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import {
  enforcedLevel,
  POD_SECURITY_EXCEPTION,
  POD_SECURITY_LEVELS,
  podSecurityLabels,
} from '../../kernel/pod-security'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import { readNamespace, type NamespaceObject } from '../ownership'
import {
  asYaml,
  blocked,
  diffLines,
  KUBE,
  onSite,
  planBody,
  refusals,
  reviewChanges,
  signedIn,
  stepsOf,
} from '../plans'
import type { ProjectPorts } from './ports'

const Marks = z.record(z.string(), z.string().nullable())
const Input = z.object({
  site: z.string(),
  namespace: z.string(),
  uid: z.string(),
  labels: Marks,
  annotations: Marks,
  before: z.object({ labels: Marks, annotations: Marks }),
})
export type PodSecurityInput = z.infer<typeof Input>
type Ports = Pick<ProjectPorts, 'sites' | 'records'>

const Exception = z.object({ by: z.string(), at: z.string(), reason: z.string() })
function exceptionOf({ metadata: { annotations } }: NamespaceObject): PodSecurity['exception'] {
  try {
    const parsed = Exception.safeParse(JSON.parse(annotations[POD_SECURITY_EXCEPTION] ?? '{}'))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

async function namespaceOf(
  ports: Ports,
  project: string,
  signal: AbortSignal | undefined,
): Promise<Outcome<NamespaceObject>> {
  const read = await ports.records.read('Project', { name: project }, signal)
  if (!read.ok) return read
  const home = ports.sites.home()
  if (!home.ok) return home
  const { namespace } = read.value.status
  const found = namespace ? await readNamespace(home.value, namespace, signal) : succeed(undefined)
  if (!found.ok) return found
  return found.value
    ? succeed(found.value)
    : fail(failure('NOT_FOUND', { kind: 'namespace', name: namespace ?? project }))
}
/** What the namespace of a project lets run in it, and by whose word where that is more than the usual. */
export async function podSecurity(
  ports: Ports,
  project: string,
  signal?: AbortSignal,
): Promise<Outcome<PodSecurity>> {
  const found = await namespaceOf(ports, project, signal)
  if (!found.ok) return found
  return succeed({
    level: enforcedLevel(found.value.metadata.labels),
    ...given({ exception: exceptionOf(found.value) }),
  })
}

/** Marks of the wanted level; those that are taken away are null, as a merge patch says it. */
function marksFor({ level, reason }: PodSecurityWish, by: string, now: number) {
  const exception =
    level === 'privileged' ? JSON.stringify({ by, at: timestamp(now), reason }) : null
  return {
    labels: podSecurityLabels(level),
    annotations: { [POD_SECURITY_EXCEPTION]: exception },
  }
}
const valuesNow = (
  now: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string | null>>,
): Record<string, string | null> =>
  Object.fromEntries(Object.keys(wanted).map((key) => [key, now[key] ?? null]))
const written = (marks: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(marks).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  )

const patch = (which: 'wanted' | 'before') =>
  onSite<PodSecurityInput>(async (client, { input, signal }) => {
    const { labels, annotations } = which === 'wanted' ? input : input.before
    const done = await client.mergePatch(
      KUBE.namespaces,
      { name: input.namespace },
      { body: { metadata: { uid: input.uid, labels, annotations } }, signal },
    )
    return done.ok ? succeed(undefined) : done
  })
export const podSecurityKind = (): OperationKind<PodSecurityInput> => ({
  kind: 'project-pod-security',
  premise: {
    says: 'On the namespace alone: it is written with its uid, so that another one of the name is refused.',
  },
  input: Input,
  undoable: true,
  cancelLeaves: ({ namespace }) => `Namespace ${namespace} as it was.`,
  steps: () => [
    {
      id: 'labels',
      title: 'Write what the namespace lets run',
      promiseSeconds: 1,
      run: patch('wanted'),
      undo: patch('before'),
    },
  ],
})

const RISKS: Record<PodSecurityWish['level'], string[]> = {
  privileged: [
    'Whoever may start pods in it can become root on the machines they run on, and reach everything there.',
  ],
  baseline: ['Pods that run now and need more go on, and are not let in again when they restart.'],
  restricted: [
    'Pods that run now and promise less go on, and are not let in again when they restart: many images run as root.',
  ],
}
const rank = (level: PodSecurityWish['level']) => POD_SECURITY_LEVELS.indexOf(level)
const wishBlocks = (
  { level, reason }: PodSecurityWish,
  namespace: NamespaceObject,
): Plan['blockedBy'] => [
  ...(level === 'privileged' && reason === undefined
    ? [
        {
          says: 'An exception has a reason, which everybody who works there can read.',
          remedy: 'Say what has to run in it and why nothing less will do.',
        },
      ]
    : []),
  ...(enforcedLevel(namespace.metadata.labels) === level && level !== 'privileged'
    ? [
        {
          says: `${namespace.metadata.name} enforces ${level} already.`,
          remedy: 'Choose another level.',
        },
      ]
    : []),
]

interface Gathered {
  user: string
  home: KubeClient
  namespace: NamespaceObject
  input: PodSecurityInput
}
async function gather(
  ports: Ports,
  wish: PodSecurityWish,
  signal: AbortSignal | undefined,
): Promise<Outcome<Gathered>> {
  const who = await signedIn(ports.sites, signal)
  if (!who.ok) return who
  const { home, user } = who.value
  const found = await namespaceOf(ports, wish.name, signal)
  if (!found.ok) return found
  const { name, uid, labels, annotations } = found.value.metadata
  const marks = marksFor(wish, user, home.clock.now())
  const before = {
    labels: valuesNow(labels, marks.labels),
    annotations: valuesNow(annotations, marks.annotations),
  }
  return succeed({
    user,
    home,
    namespace: found.value,
    input: { site: home.site, namespace: name, uid, ...marks, before },
  })
}
/** What another level of what may run in a project's namespace would change: the repair of older ones, and exceptions. */
export async function planPodSecurity(
  ports: Ports,
  kind: OperationKind<PodSecurityInput>,
  { wish, signal }: { wish: PodSecurityWish; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<PodSecurityInput>>> {
  const gathered = await gather(ports, wish, signal)
  if (!gathered.ok) return gathered
  const { user, home, namespace, input } = gathered.value
  const { uid, labels, annotations } = input
  const { name } = namespace.metadata
  const tried = await home.mergePatch(
    KUBE.namespaces,
    { name },
    { body: { metadata: { uid, labels, annotations } }, dryRun: true, ...(signal && { signal }) },
  )
  const refused = tried.ok ? [] : [blocked(tried.failure)]
  const changes = [changeOf(input)]
  const permissions = await reviewChanges(ports.sites, { site: home.site, changes }, signal)
  if (!permissions.ok) return permissions
  const was = enforcedLevel(namespace.metadata.labels)
  return succeed({
    kind,
    input,
    again: (again) => planPodSecurity(ports, kind, { wish, signal: again }),
    plan: planBody({
      kind: kind.kind,
      title: `Let namespace ${name} run ${wish.level} pods`,
      verb: rank(wish.level) < rank(was) ? 'Allow' : 'Restrict',
      site: home.site,
      subject: { kind: 'Project', name: wish.name },
      as: user,
      changes,
      dryRun: { result: tried.ok ? 'passed' : 'failed', says: refused.map(({ says }) => says) },
      permissions: permissions.value,
      steps: stepsOf(kind, input),
      yaml: asYaml([wantedOf(input)]),
      blockedBy: [...wishBlocks(wish, namespace), ...refused, ...refusals(permissions.value)],
      risks: RISKS[wish.level],
      undo: `Puts ${was} back.`,
    }),
  })
}
const wantedOf = ({ namespace, labels, annotations }: PodSecurityInput) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespace, labels: written(labels), annotations: written(annotations) },
})
const changeOf = ({ namespace, labels, annotations, before }: PodSecurityInput) => ({
  op: 'change' as const,
  apiVersion: 'v1',
  kind: 'Namespace',
  name: namespace,
  lines: diffLines(
    { labels: written(before.labels), annotations: written(before.annotations) },
    { labels: written(labels), annotations: written(annotations) },
  ),
})
