import { z } from 'zod'
import type { NamespacedRef } from '../../../preload/contract/common'
import { failure } from '../../../preload/contract/failures'
import type { DataSource } from '../../../preload/contract/records'
import { timestamp } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import {
  asYaml,
  planBody,
  preview,
  refusals,
  removal,
  reviewChanges,
  runMark,
  signedIn,
  stepsOf,
} from '../plans'
import { backendOf } from './backend'
import { methodFor, snapshotName, type Choice } from './domain/method'
import { RECORD, VOLUME_SNAPSHOT, type ReleaseInput } from './release'
import type { SnapshotPorts } from './ports'
import { manifestsOf, Take, takeSnapshot, untakeSnapshot } from './take'

export const TakeInput = z.object({ site: z.string(), run: z.string(), take: Take })
export type TakeInput = z.infer<typeof TakeInput>

export const takeKind = (ports: SnapshotPorts): OperationKind<TakeInput> => ({
  kind: 'snapshot-take',
  premise: {
    says: 'On nothing: a snapshot that is taken later holds what is there then, and says when it was taken.',
  },
  input: TakeInput,
  undoable: true,
  cancelLeaves: ({ take }) => `Nothing: ${take.name} is let go again.`,
  steps: ({ take }) => [
    {
      id: 'snapshot',
      title: `Take ${take.name}`,
      promiseSeconds: 30,
      async run({ input, client, kept, progress, signal }) {
        const on = client(input.site)
        if (!on.ok) return on
        const done = await takeSnapshot(ports, input.take, {
          client: on.value,
          run: input.run,
          signal,
          progress,
        })
        if (done.ok) kept['snapshot'] = `${input.take.namespace}/${input.take.name}`
        return done
      },
      async undo({ input, client, signal }) {
        const on = client(input.site)
        return on.ok
          ? untakeSnapshot(ports, input.take, { client: on.value, run: input.run, signal })
          : on
      },
    },
  ],
})

/** A snapshot decided but not yet taken, with how it was decided. */
export interface Decided {
  take: Take
  choice: Choice
}
export async function decideTake(
  ports: SnapshotPorts,
  client: KubeClient,
  wanted: {
    source: DataSource
    namespace: string
    name?: string | undefined
    by: string
    signal?: AbortSignal | undefined
  },
): Promise<Decided> {
  const { source, namespace, by, signal } = wanted
  const backend = await backendOf(ports, client, { source: source.spec, signal })
  const choice = methodFor(source.spec, backend)
  const name = wanted.name ?? snapshotName(source.meta.name, timestamp(client.clock.now()))
  const { location } = source.spec
  const volume =
    choice.method === 'volume-snapshot'
      ? {
          namespace: location.namespace ?? '',
          claim: location.claim ?? '',
          snapshotClass: backend.snapshotClass ?? '',
          ...(backend.storageClass !== undefined && { storageClass: backend.storageClass }),
        }
      : undefined
  const bytes = backend.claimBytes ?? source.status.bytes
  const spec = {
    source: source.meta.name,
    takenBy: by,
    method: choice.method,
    ...(choice.pointer !== undefined && { pointer: choice.pointer }),
  }
  return {
    choice,
    take: {
      namespace,
      name,
      spec,
      ...(volume && { volume }),
      ...(bytes !== undefined && { bytes }),
    },
  }
}

interface Wanted {
  source: string
  namespace: string
  name?: string | undefined
  run?: string
  taken?: string
}
export async function planTake(
  ports: SnapshotPorts,
  kind: OperationKind<TakeInput>,
  { wanted, signal }: { wanted: Wanted; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<TakeInput>>> {
  const me = await signedIn(ports.sites, signal)
  if (!me.ok) return me
  const { home, user } = me.value
  const source = await ports.records.read('DataSource', { name: wanted.source }, signal)
  if (!source.ok) return source
  const { take, choice } = await decideTake(ports, home, {
    source: source.value,
    namespace: wanted.namespace,
    name: wanted.name ?? wanted.taken,
    by: user,
    signal,
  })
  if (ports.records.find('DataSnapshot', take.name, take.namespace))
    return fail(failure('ALREADY_EXISTS', { kind: 'snapshot', name: take.name }))
  const run = wanted.run ?? runMark(ports.random)
  const input: TakeInput = { site: home.site, run, take }
  const objects = manifestsOf(ports.records, take)
  const seen = await preview(home, objects, {
    notes: { [`DataSnapshot/${take.name}`]: choice.method },
    signal,
  })
  if (!seen.ok) return seen
  const checks = await reviewChanges(
    ports.sites,
    { site: input.site, changes: seen.value.changes },
    signal,
  )
  if (!checks.ok) return checks
  const missing =
    seen.value.dryRun.result === 'not-run'
      ? [
          {
            says: `There is no project namespace ${wanted.namespace}.`,
            remedy: 'Choose a project that exists.',
          },
        ]
      : []
  const plan = planBody({
    kind: kind.kind,
    title: `Take a snapshot of ${wanted.source}`,
    verb: 'Take',
    site: input.site,
    subject: { kind: 'DataSnapshot', name: take.name, namespace: take.namespace },
    as: user,
    changes: seen.value.changes,
    dryRun: seen.value.dryRun,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    yaml: asYaml(objects),
    choices: [
      choice.says,
      'Bytes copied: none.',
      ...(take.volume
        ? ['The driver cannot clean up these blocks until the snapshot is let go.']
        : []),
    ],
    risks: choice.warnings,
    time: take.volume
      ? { seconds: 30, says: 'until the driver says ready' }
      : { seconds: 1, says: 'writes a pointer' },
    blockedBy: [...missing, ...seen.value.blockedBy, ...refusals(checks.value)],
    undo: 'Lets go of it again.',
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) =>
      planTake(ports, kind, { wanted: { ...wanted, run, taken: take.name }, signal: again }),
  })
}

/** Who stands on a snapshot and would lose it. */
function standing({ records }: Pick<SnapshotPorts, 'records'>, ref: NamespacedRef): string[] {
  const uses = ({
    meta,
    spec,
  }: {
    meta: { namespace?: string | undefined }
    spec: { data: { snapshot?: string | undefined }[] }
  }) => meta.namespace === ref.namespace && spec.data.some(({ snapshot }) => snapshot === ref.name)
  return [
    ...records
      .known('Revision')
      .items.filter(uses)
      .map(({ meta }) => `revision ${meta.name} can no longer be reproduced`),
    ...records
      .known('Environment')
      .items.filter(uses)
      .map(({ meta }) => `environment ${meta.name} was made from it`),
  ]
}

export async function planRelease(
  ports: SnapshotPorts,
  kind: OperationKind<ReleaseInput>,
  { ref, signal }: { ref: NamespacedRef; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<ReleaseInput>>> {
  const [me, snapshot] = [
    await signedIn(ports.sites, signal),
    await ports.records.read('DataSnapshot', ref, signal),
  ]
  if (!me.ok) return me
  if (!snapshot.ok) return snapshot
  const [, namespace, name] =
    /^VolumeSnapshot\/([^/]+)\/(.+)$/.exec(
      snapshot.value.status.pointer ?? snapshot.value.spec.pointer ?? '',
    ) ?? []
  const volumeSnapshot = namespace && name ? { namespace, name } : undefined
  const input: ReleaseInput = {
    site: me.value.home.site,
    ...ref,
    uid: snapshot.value.meta.uid,
    ...(volumeSnapshot && { volumeSnapshot }),
  }
  const changes = [
    ...(volumeSnapshot ? [removal({ ...VOLUME_SNAPSHOT, ...volumeSnapshot })] : []),
    removal({ ...RECORD, ...ref }),
  ]
  const checks = await reviewChanges(ports.sites, { site: input.site, changes }, signal)
  if (!checks.ok) return checks
  const plan = planBody({
    kind: kind.kind,
    title: `Let go of ${ref.name}`,
    verb: 'Let go',
    site: input.site,
    subject: { kind: 'DataSnapshot', ...ref },
    as: me.value.user,
    changes,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    blockedBy: refusals(checks.value),
    losses: {
      lost: [
        `the state of ${snapshot.value.spec.source} at ${snapshot.value.status.takenAt ?? snapshot.value.meta.createdAt}`,
        ...standing(ports, ref),
      ],
      kept: [`${snapshot.value.spec.source} itself`, 'clones made from it'],
      typeName: ref.name,
    },
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planRelease(ports, kind, { ref, signal: again }),
  })
}
