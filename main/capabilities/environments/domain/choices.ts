import type { DataSourceSpec } from '../../../../preload/contract/records/catalog'
import type { EnvironmentSpec } from '../../../../preload/contract/records/environment'

export type Mount = EnvironmentSpec['data'][number]['mount']
/** What the cluster offers beyond plain Kubernetes. */
export interface Features {
  notebooks: boolean
  storageClasses: { name: string; isDefault: boolean }[]
}
export interface Decision<T> {
  value: T
  says: string
}

/** Which object runs the environment. */
export function chooseWorkload(
  { notebooks }: Features,
  replicas: number,
): Decision<'Notebook' | 'StatefulSet'> {
  if (!notebooks)
    return {
      value: 'StatefulSet',
      says: 'Runs as a StatefulSet with a Service: this cluster has no Kubeflow Notebooks.',
    }
  if (replicas > 1)
    return {
      value: 'StatefulSet',
      says: `Runs as a StatefulSet with a Service: a Kubeflow Notebook is always one pod, ${String(replicas)} were asked for.`,
    }
  return {
    value: 'Notebook',
    says: 'Runs as a Kubeflow Notebook: this cluster has its controller.',
  }
}

/** Which storage class holds the workspace; undefined leaves it to the cluster. */
export function chooseStorage(
  { storageClasses }: Features,
  wanted: string | undefined,
): Decision<string | undefined> | { refused: string } {
  if (wanted !== undefined) {
    if (storageClasses.some(({ name }) => name === wanted))
      return { value: wanted, says: `The workspace lies on ${wanted}, as chosen.` }
    return {
      refused: `There is no storage class ${wanted}; there are ${storageClasses.map(({ name }) => name).join(', ') || 'none'}.`,
    }
  }
  const usual = storageClasses.find(({ isDefault }) => isDefault)
  if (usual)
    return { value: usual.name, says: `The workspace lies on ${usual.name}, the default class.` }
  const [only] = storageClasses
  return only
    ? {
        value: only.name,
        says: `The workspace lies on ${only.name}: no class is marked as default.`,
      }
    : { refused: 'The cluster has no storage class, so no volume can be made.' }
}

/** What was found out about one source for mounting it. */
export interface MountFacts {
  source: string
  spec: Pick<DataSourceSpec, 'kind' | 'location'>
  namespace: string
  method: string
  wanted?: Mount | undefined
  /** Whether a content may be made by hand, which brings a snapshot of another namespace into this one. */
  mayBring: 'yes' | 'no' | 'unknown'
}

/** How a source reaches the environment: a writable clone of one's own, mounted read-only, or only its address. */
export function chooseMount(facts: MountFacts): Decision<Mount> {
  const best = bestMount(facts)
  if (facts.wanted === undefined || facts.wanted === best.value) return best
  if (facts.wanted === 'pointer')
    return { value: 'pointer', says: `${facts.source}: only its address, as chosen.` }
  if (
    facts.wanted === 'read-only' &&
    best.value === 'clone' &&
    facts.spec.location.namespace === facts.namespace
  )
    return { value: 'read-only', says: `${facts.source}: mounted read-only, as chosen.` }
  return {
    ...best,
    says: `${best.says} A ${facts.wanted === 'clone' ? 'clone' : 'read-only mount'} is not possible here.`,
  }
}

function bestMount({ source, spec, namespace, method, mayBring }: MountFacts): Decision<Mount> {
  if (spec.kind === 'share' && nfsOf(spec.location))
    return { value: 'read-only', says: `${source}: the share is mounted read-only.` }
  if (spec.kind !== 'volume')
    return {
      value: 'pointer',
      says: `${source}: its address stands in the environment; ${spec.kind} data is read where it lies.`,
    }
  const own = spec.location.namespace === namespace
  if (method === 'volume-snapshot' && own)
    return {
      value: 'clone',
      says: `${source}: a writable clone of its snapshot; the driver shares the blocks.`,
    }
  if (method === 'volume-snapshot' && mayBring !== 'no')
    return {
      value: 'clone',
      says: `${source}: a writable clone of its snapshot, brought over from ${spec.location.namespace ?? 'its namespace'}; the driver shares the blocks.`,
    }
  if (own)
    return {
      value: 'read-only',
      says: `${source}: mounted read-only, because its driver cannot clone.`,
    }
  return {
    value: 'pointer',
    says:
      method === 'volume-snapshot'
        ? `${source}: only its address, because bringing a snapshot into another namespace needs the right to create volumesnapshotcontents.`
        : `${source}: only its address, because its volume lies in another namespace and cannot be cloned.`,
  }
}

/** Server and path of an NFS share: nfs://server/path; undefined for anything else. */
export function nfsOf({
  uri,
}: DataSourceSpec['location']): { server: string; path: string } | undefined {
  const match = /^nfs:\/\/([^/]+)(\/.*)$/.exec(uri ?? '')
  return match ? { server: match[1] ?? '', path: match[2] ?? '/' } : undefined
}
