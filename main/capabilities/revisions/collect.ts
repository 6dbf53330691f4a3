import { Writable } from 'node:stream'
import { z } from 'zod'
import { explain } from '../../../preload/contract/explain'
import type { Environment } from '../../../preload/contract/records'
import type { RevisionSpec } from '../../../preload/contract/records/work'
import { plainAddress } from '../../../preload/contract/text/address'
import { given } from '../../kernel/given'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import { currentPod, podsOf } from '../environments'
import { KUBE } from '../plans'
import { snapshotClassFor } from '../snapshots'
import { digestOf, foldersOf, isCommit, packagesOf } from './domain/read'
import type { Bound } from './domain/score'
import type { RevisionPorts } from './ports'

const HOME = '/home/jovyan'
const MOST_OUTPUT = 2_000_000
interface At {
  client: KubeClient
  pod: { namespace: string; name: string; container: string }
  signal: AbortSignal | undefined
}

/** Runs one command in the environment; its output, or why there is none. */
async function ask(
  { client, pod, signal }: At,
  command: string[],
): Promise<Outcome<string | undefined>> {
  let out = ''
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (out.length < MOST_OUTPUT) out += chunk.toString('utf8')
      done()
    },
  })
  const stderr = new Writable({
    write(_chunk, _encoding, done) {
      done()
    },
  })
  const ran = await client.exec(pod, command, { stdout, stderr, ...(signal && { signal }) })
  return ran.ok ? succeed(ran.value.exitCode === 0 ? out : undefined) : ran
}

async function gitOf(
  at: At,
  repository: string | undefined,
): Promise<RevisionSpec['code'] | undefined> {
  for (const folder of foldersOf(HOME, repository)) {
    const head = await ask(at, ['git', '-C', folder, 'rev-parse', 'HEAD'])
    if (!head.ok) return undefined
    const commit = head.value?.trim() ?? ''
    if (!isCommit(commit)) continue
    const [status, remote] = [
      await ask(at, ['git', '-C', folder, 'status', '--porcelain']),
      await ask(at, ['git', '-C', folder, 'remote', 'get-url', 'origin']),
    ]
    const address = remote.ok && remote.value ? plainAddress(remote.value.trim()) : repository
    return {
      kind: 'git',
      commit,
      dirty: !status.ok || status.value === undefined || status.value.trim() !== '',
      ...(address !== undefined && address !== '' && { repository: address.slice(0, 500) }),
    }
  }
  return undefined
}

const Claim = z.object({ spec: z.object({ storageClassName: z.string().optional() }).prefault({}) })
/** The snapshot class that can keep the workspace; undefined where its driver has none or the volume is not there. */
async function workspaceClass(
  client: KubeClient,
  { meta }: Environment,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const claim = await client.get(
    KUBE.claims,
    { name: `${meta.name}-work`, namespace: meta.namespace },
    Claim,
    signal,
  )
  return claim.ok && claim.value
    ? snapshotClassFor(client, claim.value.spec.storageClassName, signal)
    : undefined
}

const Pod = z.object({
  status: z
    .object({
      containerStatuses: z.array(z.object({ imageID: z.string().default('') })).default([]),
    })
    .prefault({}),
  spec: z.object({ containers: z.array(z.object({ name: z.string() })).min(1) }),
})

export interface Collected {
  bound: Bound
  workspace?: { claim: string; snapshotClass: string }
}
interface Wanted {
  environment: Environment
  parameters: Record<string, string>
  metrics: Record<string, number>
  snapshotName: string
  signal?: AbortSignal | undefined
}

/** The running container of an environment, and what its runtime says it runs; undefined where nothing runs. */
async function inside(
  client: KubeClient,
  { namespace, name }: { namespace: string; name: string },
  signal?: AbortSignal,
): Promise<Outcome<{ at: At; imageId: string } | undefined>> {
  const pods = await podsOf(client, { namespace, name }, signal)
  if (!pods.ok) return pods
  const pod = currentPod(pods.value)
  if (!pod?.ready) return succeed(undefined)
  const raw = await client.get(KUBE.pods, { name: pod.metadata.name, namespace }, Pod, signal)
  if (!raw.ok) return raw
  const container = raw.value?.spec.containers[0]?.name ?? name
  return succeed({
    at: { client, pod: { namespace, name: pod.metadata.name, container }, signal },
    imageId: raw.value?.status.containerStatuses[0]?.imageID ?? '',
  })
}

async function packagesIn(
  at: At | undefined,
): Promise<Pick<Bound, 'packages' | 'packagesUnknown'>> {
  if (!at) return { packages: [], packagesUnknown: 'the environment is not running' }
  const freeze = await ask(at, ['pip', 'freeze'])
  if (!freeze.ok) return { packages: [], packagesUnknown: explain(freeze.failure).says }
  return freeze.value === undefined
    ? { packages: [], packagesUnknown: 'pip is not there to be asked' }
    : { packages: packagesOf(freeze.value) }
}

/** The code as it is: a clean commit, a commit with the workspace beside it, or the workspace alone. */
function codeOf(
  git: RevisionSpec['code'] | undefined,
  snapshot: string | undefined,
): RevisionSpec['code'] {
  if (git) return { ...git, ...given({ snapshot }) }
  return snapshot === undefined ? { kind: 'none' } : { kind: 'workspace', snapshot }
}

/** Everything that can be bound of an environment now; what cannot be known is left out with the reason, never guessed. */
export async function collect(
  ports: Pick<RevisionPorts, 'records'>,
  client: KubeClient,
  wanted: Wanted,
): Promise<Outcome<Collected>> {
  const { environment, signal } = wanted
  const {
    spec,
    meta: { namespace = '', name },
  } = environment
  const running = await inside(client, { namespace, name }, signal)
  if (!running.ok) return running
  const at = running.value?.at
  const git = at && (await gitOf(at, ports.records.find('Project', spec.project)?.spec.repository))
  const snapshotClass =
    git?.dirty === false ? undefined : await workspaceClass(client, environment, signal)
  const images = [
    { tool: spec.tool.name, image: digestOf(running.value?.imageId ?? '', spec.tool.image) },
  ]
  return succeed({
    bound: {
      code: codeOf(git, snapshotClass && wanted.snapshotName),
      ...dataOf(ports, environment),
      parameters: wanted.parameters,
      metrics: wanted.metrics,
      images,
      ...(await packagesIn(at)),
      size: spec.size,
    },
    ...given({
      workspace: snapshotClass === undefined ? undefined : { claim: `${name}-work`, snapshotClass },
    }),
  })
}

function dataOf(
  { records }: Pick<RevisionPorts, 'records'>,
  { meta, spec }: Environment,
): Pick<Bound, 'data' | 'movable'> {
  const snapshots = spec.data.map(({ source, snapshot }) => ({
    source,
    snapshot: snapshot ?? '',
    record:
      snapshot === undefined ? undefined : records.find('DataSnapshot', snapshot, meta.namespace),
  }))
  return {
    data: snapshots.map(({ source, snapshot, record }) => ({
      source,
      snapshot,
      pointer: record?.status.pointer ?? record?.spec.pointer ?? '',
    })),
    movable: snapshots
      .filter(({ record }) => !record || record.spec.method === 'as-is')
      .map(({ source }) => source),
  }
}
