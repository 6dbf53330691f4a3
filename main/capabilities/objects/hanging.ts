import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import type { Plan } from '../../../preload/contract/operations'
import { GROUP, VERSION } from '../../../preload/contract/records'
import { LABEL } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { carriesMark } from '../../kernel/ownership'
import type { KubeClient, ListQuery, Resource } from '../../platform/kubernetes/types'
import { heldBy, isReservedNamespace, surveyNamespace, tell } from '../ownership'
import { KUBE } from '../plans'
import { at, groupKind, isPlain, textAt, type Raw } from './domain/raw'

/** What hangs on an object that holds others: what goes with it, what stops working, and what keeps it from being deleted. */
export interface Hanging {
  lost: string[]
  risks: string[]
  holds: NonNullable<Plan['holds']>
  blockedBy: Plan['blockedBy']
}
const nothing: Hanging = { lost: [], risks: [], holds: [], blockedBy: [] }
export const hangsNothing = ({ lost, risks, blockedBy }: Hanging): boolean =>
  lost.length + risks.length + blockedBy.length === 0

interface Asking {
  client: KubeClient
  signal: AbortSignal | undefined
}
type Look = (raw: Raw, asking: Asking) => Promise<Outcome<Hanging>>

/** Looks at what hangs on an object, where its kind holds others. */
export const whatHangs: Look = async (raw, asking) =>
  (await HOLDERS[groupKind(raw)]?.(raw, asking)) ?? succeed(nothing)

const PROJECTS: Resource = { group: GROUP, version: VERSION, plural: 'projects' }
const Loose = z.looseObject({})
/** A namespace takes everything in it along: all of it is counted by whose it is, and a kind that may not be listed blocks. */
const inNamespace: Look = async (raw, { client, signal }) => {
  const { name } = raw.metadata
  if (isReservedNamespace(raw))
    return succeed({
      ...nothing,
      blockedBy: [
        {
          says: `Namespace ${name} is the cluster's own: without it the cluster does not work.`,
          remedy: 'Delete single objects in it, if you know that nothing needs them.',
        },
      ],
    })
  const project = raw.metadata.labels?.[LABEL.project]
  const owner = await projectOf(raw, { client, signal })
  if (!owner.ok) return owner
  const contents = await surveyNamespace(
    client,
    { namespace: name, project: project ?? name },
    signal,
  )
  if (!contents.ok) return contents
  const { kinds, unread } = contents.value
  return succeed({
    risks: [],
    holds: kinds.map((line) => ({ site: client.site, namespace: name, ...line })),
    lost: [
      ...heldBy(contents.value, 'takt').map((line) => `of Takt: ${tell(line)}`),
      ...heldBy(contents.value, 'others').map((line) => `of others: ${tell(line)}`),
    ],
    blockedBy: [
      ...(owner.value === undefined
        ? []
        : [
            {
              says: `Namespace ${name} belongs to project ${owner.value}.`,
              remedy: `Delete the project instead: takt project delete ${owner.value}`,
            },
          ]),
      ...unread.map(({ kind, says }) => ({
        says: `Whether ${name} holds ${kind} cannot be seen. ${says}`,
        remedy: 'Let somebody delete it who may list that, or ask for the right.',
      })),
    ],
  })
}
/** The project that a namespace belongs to: made for it or lent to it, and still there. */
async function projectOf(
  raw: Raw,
  { client, signal }: Asking,
): Promise<Outcome<string | undefined>> {
  const name = raw.metadata.labels?.[LABEL.project]
  if (name === undefined) return succeed(undefined)
  const found = await client.get(PROJECTS, { name }, Loose, signal)
  // On a site that keeps no records the mark alone says so.
  if (!found.ok)
    return found.failure.code === 'NOT_FOUND' ? succeed(carriesMark(raw) ? name : undefined) : found
  return succeed(found.value ? name : undefined)
}

const Named = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    ownerReferences: z.array(z.looseObject({ kind: z.string() })).default([]),
  }),
})
type Named = z.infer<typeof Named>
const MOST_NAMED = 5
const plural = (count: number, kind: string) =>
  `${String(count)} ${kind}${count === 1 ? '' : /(ss|[sxz]|ch)$/.test(kind) ? 'es' : 's'}`
function lineOf(kind: string, found: Named[]): string {
  const names = found
    .slice(0, MOST_NAMED)
    .map(({ metadata: { name, namespace } }) =>
      namespace === undefined ? name : `${namespace}/${name}`,
    )
  const more = found.length > names.length ? ` and ${String(found.length - names.length)} more` : ''
  return `${plural(found.length, kind)}: ${names.join(', ')}${more}`
}
interface Listing {
  resource: Resource
  kind: string
  query?: ListQuery
  is?: (one: Named) => boolean
}
/** What of a kind hangs on the object, as a line; a kind that may not be listed is said, and one that is not served hangs on nothing. */
async function listed(
  { client, signal }: Asking,
  { resource, kind, query = {}, is = () => true }: Listing,
): Promise<Outcome<{ line?: string; unseen?: string }>> {
  const found = await client.list(resource, query, Named, signal)
  if (found.ok) {
    const hanging = found.value.filter(is)
    return succeed(hanging.length === 0 ? {} : { line: lineOf(kind, hanging) })
  }
  if (found.failure.code === 'NOT_FOUND') return succeed({})
  return found.failure.code === 'FORBIDDEN'
    ? succeed({
        unseen: `Whether a ${kind} hangs on it cannot be seen: ${explain(found.failure).says}`,
      })
    : found
}
type Words = { listing: Listing; goes: true } | { listing: Listing; says: (line: string) => string }
/** Each listing as something that is lost with the object, or as what stops working without it. */
async function each(asking: Asking, words: Words[]): Promise<Outcome<Hanging>> {
  const hanging: Hanging = { ...nothing, lost: [], risks: [] }
  for (const one of words) {
    const found = await listed(asking, one.listing)
    if (!found.ok) return found
    const { line, unseen } = found.value
    if (unseen !== undefined) hanging.risks.push(unseen)
    if (line === undefined) continue
    if ('goes' in one) hanging.lost.push(line)
    else hanging.risks.push(one.says(line))
  }
  return succeed(hanging)
}

const kueue = (name: string): Resource => ({
  group: 'kueue.x-k8s.io',
  version: 'v1beta1',
  plural: name,
})
const ofDefinition: Look = (raw, asking) => {
  const versions = at(raw, 'spec', 'versions')
  const served = Array.isArray(versions)
    ? versions.find((one) => isPlain(one) && one['served'] === true)
    : undefined
  const kind = textAt(raw, 'spec', 'names', 'kind') ?? 'object'
  const resource = {
    group: textAt(raw, 'spec', 'group') ?? '',
    version: textAt(served, 'name') ?? 'v1',
    plural: textAt(raw, 'spec', 'names', 'plural') ?? '',
  }
  return each(asking, [{ listing: { resource, kind }, goes: true }])
}
const isOfDaemons = ({ metadata }: Named) =>
  metadata.ownerReferences.some(({ kind }) => kind === 'DaemonSet')
const onNode: Look = (raw, asking) =>
  each(asking, [
    {
      listing: {
        resource: KUBE.pods,
        kind: 'Pod',
        query: { fieldSelector: `spec.nodeName=${raw.metadata.name}` },
        is: (pod) => textAt(pod, 'spec', 'nodeName') === raw.metadata.name && !isOfDaemons(pod),
      },
      goes: true,
    },
  ])
const usesClaim = (name: string) => (pod: Named) => {
  const volumes = at(pod, 'spec', 'volumes')
  return (
    Array.isArray(volumes) &&
    volumes.some((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === name)
  )
}
const podsOfClaim = (namespace: string, name: string): Words => ({
  listing: { resource: KUBE.pods, kind: 'Pod', query: { namespace }, is: usesClaim(name) },
  says: (line) => `It is in use by ${line}: it goes as soon as they have ended.`,
})
const ofClaim: Look = (raw, asking) =>
  each(asking, [podsOfClaim(raw.metadata.namespace ?? '', raw.metadata.name)])
const ofVolume: Look = async (raw, asking) => {
  const name = textAt(raw, 'spec', 'claimRef', 'name')
  const namespace = textAt(raw, 'spec', 'claimRef', 'namespace')
  if (name === undefined || namespace === undefined) return succeed(nothing)
  const pods = await each(asking, [podsOfClaim(namespace, name)])
  if (!pods.ok) return pods
  const bound = `PersistentVolumeClaim ${namespace}/${name} holds its data in it and loses it.`
  return succeed({ ...pods.value, risks: [bound, ...pods.value.risks] })
}
const ofClass: Look = (raw, asking) => {
  const is = (one: Named) => textAt(one, 'spec', 'storageClassName') === raw.metadata.name
  return each(asking, [
    {
      listing: { resource: KUBE.claims, kind: 'PersistentVolumeClaim', is },
      says: (line) =>
        `${line} names it: such as are not bound yet never will be, and none grows any more.`,
    },
    {
      listing: { resource: KUBE.volumes, kind: 'PersistentVolume', is },
      says: (line) => `${line} was made by it and stays.`,
    },
  ])
}
const ofClusterQueue: Look = (raw, asking) => {
  const { name } = raw.metadata
  return each(asking, [
    {
      listing: {
        resource: kueue('localqueues'),
        kind: 'LocalQueue',
        is: (queue) => textAt(queue, 'spec', 'clusterQueue') === name,
      },
      says: (line) => `${line} sends its work to it: nothing of that starts any more.`,
    },
    {
      listing: {
        resource: kueue('workloads'),
        kind: 'Workload',
        is: (work) => textAt(work, 'status', 'admission', 'clusterQueue') === name,
      },
      says: (line) => `${line} holds quota of it: it goes as soon as they have ended.`,
    },
  ])
}
const ofLocalQueue: Look = (raw, asking) => {
  const { name, namespace } = raw.metadata
  return each(asking, [
    {
      listing: {
        resource: kueue('workloads'),
        kind: 'Workload',
        query: namespace === undefined ? {} : { namespace },
        is: (work) => textAt(work, 'spec', 'queueName') === name,
      },
      says: (line) => `${line} waits or runs in it: what waits never starts.`,
    },
  ])
}
const HOLDERS: Record<string, Look | undefined> = {
  '/Namespace': inNamespace,
  'apiextensions.k8s.io/CustomResourceDefinition': ofDefinition,
  '/Node': onNode,
  '/PersistentVolume': ofVolume,
  '/PersistentVolumeClaim': ofClaim,
  'storage.k8s.io/StorageClass': ofClass,
  'kueue.x-k8s.io/ClusterQueue': ofClusterQueue,
  'kueue.x-k8s.io/LocalQueue': ofLocalQueue,
}
