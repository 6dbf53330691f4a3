import { z } from 'zod'
import type { NamespacedRef } from '../../../preload/contract/common'
import { failure } from '../../../preload/contract/failures'
import { RevisionSpec } from '../../../preload/contract/records/work'
import { LABEL, type Manifest } from '../../kernel/manifest'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan, OperationKind, Step } from '../operations'
import {
  applyAll,
  asYaml,
  done,
  KUBE,
  onSite,
  planBody,
  preview,
  refusals,
  removeMade,
  reviewChanges,
  runMark,
  signedIn,
  stepsOf,
  until,
} from '../plans'
import { collect } from './collect'
import { bindingsOf, scoreOf } from './domain/score'
import type { RevisionPorts } from './ports'

export const SaveInput = z.object({
  site: z.string(),
  run: z.string(),
  namespace: z.string(),
  name: z.string(),
  spec: RevisionSpec,
  reproducibility: z.object({ score: z.number(), missing: z.array(z.string()) }),
  workspace: z
    .object({ claim: z.string(), snapshotClass: z.string(), name: z.string() })
    .optional(),
})
export type SaveInput = z.infer<typeof SaveInput>
export interface Wanted extends NamespacedRef {
  workItem: string
  note: string
  parameters: Record<string, string>
  metrics: Record<string, number>
  run?: string
}

const snapshotManifests = ({ namespace, workspace, spec }: SaveInput): Manifest[] =>
  workspace
    ? [
        {
          apiVersion: 'snapshot.storage.k8s.io/v1',
          kind: 'VolumeSnapshot',
          metadata: {
            name: workspace.name,
            namespace,
            labels: { [LABEL.managedBy]: 'takt', [LABEL.workItem]: spec.workItem },
          },
          spec: {
            volumeSnapshotClassName: workspace.snapshotClass,
            source: { persistentVolumeClaimName: workspace.claim },
          },
        },
      ]
    : []
const revisionManifest = (
  { records }: Pick<RevisionPorts, 'records'>,
  { name, namespace, spec }: SaveInput,
): Manifest =>
  records.toObject('Revision', { name, namespace }, spec, {
    labels: {
      [LABEL.managedBy]: 'takt',
      [LABEL.project]: namespace,
      [LABEL.workItem]: spec.workItem,
    },
  }) as Manifest
const Ready = z.object({
  status: z
    .object({
      readyToUse: z.boolean().optional(),
      error: z.object({ message: z.string().default('') }).nullish(),
    })
    .prefault({}),
})

const on = onSite<SaveInput>
const workspaceStep = (ports: Pick<RevisionPorts, 'clock'>): Step<SaveInput> => ({
  id: 'workspace',
  title: 'Keep the workspace as it is',
  promiseSeconds: 20,
  run: on(async (client, { input, progress, signal }) => {
    const made = await applyAll(client, snapshotManifests(input), { run: input.run, signal })
    if (!made.ok) return made
    return until(
      ports.clock,
      async () => {
        const found = await client.get(
          KUBE.volumeSnapshots,
          { name: input.workspace?.name ?? '', namespace: input.namespace },
          Ready,
          signal,
        )
        if (!found.ok) return found
        const broken = found.value?.status.error?.message
        if (broken)
          return fail(
            failure('CLUSTER_FAILED', {
              site: input.site,
              status: 0,
              says: `The storage driver could not keep the workspace: ${broken}`,
            }),
          )
        progress('The driver is taking the snapshot')
        return succeed(found.value?.status.readyToUse === true)
      },
      signal,
    )
  }),
  undo: on((client, { input, signal }) =>
    removeMade(client, snapshotManifests(input), { run: input.run, signal }),
  ),
})

const recordStep = (ports: Pick<RevisionPorts, 'records'>): Step<SaveInput> => ({
  id: 'revision',
  title: 'Write the revision down',
  promiseSeconds: 2,
  run: on(async (client, { input, kept, signal }) => {
    const made = await applyAll(client, [revisionManifest(ports, input)], {
      run: input.run,
      signal,
    })
    if (!made.ok) return made
    Object.assign(kept, { revision: input.name, namespace: input.namespace })
    const scored = await ports.records.patchStatus(
      'Revision',
      { name: input.name, namespace: input.namespace },
      { reproducibility: input.reproducibility },
      signal,
    )
    if (!scored.ok) return scored
    const ref = { name: input.spec.workItem, namespace: input.namespace }
    const item = await ports.records.read('WorkItem', ref, signal)
    if (!item.ok) return item
    const { uid } = item.value.meta
    return done(
      await client.mergePatch(ports.records.resource('WorkItem'), ref, {
        body: { metadata: { uid }, spec: { revision: input.name } },
        signal,
      }),
    )
  }),
  undo: on((client, { input, signal }) =>
    removeMade(client, [revisionManifest(ports, input)], { run: input.run, signal }),
  ),
})

const lineStep = (ports: Pick<RevisionPorts, 'worklog'>): Step<SaveInput> => ({
  id: 'line',
  title: 'Note it on the line',
  promiseSeconds: 1,
  async run({ input, signal }) {
    const ref = { namespace: input.namespace, name: input.spec.workItem }
    const object = `Revision/${input.namespace}/${input.name}`
    const moved = await ports.worklog.move(
      ref,
      { to: 'save', by: input.spec.savedBy, object },
      signal,
    )
    if (!moved.ok) return moved
    const text = `Reproducible to ${String(Math.round(input.reproducibility.score * 100))} %`
    return ports.worklog.record(
      ref,
      (item, at) => [
        {
          id: `saved-${input.name}`,
          at,
          type: 'revision-saved',
          by: input.spec.savedBy,
          station: item.status.station ?? 'save',
          object,
          text,
        },
      ],
      signal,
    )
  },
})

/** Saving: the workspace first where it is part of the code, then the record, then the line. */
export const saveKind = (ports: RevisionPorts): OperationKind<SaveInput> => ({
  kind: 'revision-save',
  premise: { says: 'On nothing: it makes a new record of what the plan looked at, and says when.' },
  input: SaveInput,
  undoable: true,
  cancelLeaves: () => 'Nothing: what was made is removed again.',
  steps: ({ workspace }) => [
    ...(workspace ? [workspaceStep(ports)] : []),
    recordStep(ports),
    lineStep(ports),
  ],
})

/** What saving a revision of an environment would bind and make. */
export async function planSave(
  ports: RevisionPorts,
  kind: OperationKind<SaveInput>,
  { wanted, signal }: { wanted: Wanted; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<SaveInput>>> {
  const [me, environment] = [
    await signedIn(ports.sites, signal),
    await ports.records.read(
      'Environment',
      { namespace: wanted.namespace, name: wanted.name },
      signal,
    ),
  ]
  if (!me.ok) return me
  if (!environment.ok) return environment
  const item = await ports.records.read(
    'WorkItem',
    { namespace: wanted.namespace, name: wanted.workItem },
    signal,
  )
  if (!item.ok) return item
  const { home, user } = me.value
  const earlier = ports.records
    .known('Revision')
    .items.filter(
      ({ meta, spec }) => meta.namespace === wanted.namespace && spec.workItem === wanted.workItem,
    )
  const number = Math.max(0, ...earlier.map(({ spec }) => spec.number)) + 1
  const name = `${wanted.workItem.slice(0, 55)}-r${String(number)}`
  const collected = await collect(ports, home, {
    environment: environment.value,
    parameters: wanted.parameters,
    metrics: wanted.metrics,
    snapshotName: name,
    signal,
  })
  if (!collected.ok) return collected
  const { bound, workspace } = collected.value
  const bindings = bindingsOf(bound)
  const reproducibility = scoreOf(bindings)
  const { packagesUnknown: _packages, codeUnknown: _code, movable: _movable, ...binding } = bound
  const run = wanted.run ?? runMark(ports.random)
  const spec = RevisionSpec.parse({
    ...binding,
    workItem: wanted.workItem,
    environment: wanted.name,
    number,
    savedBy: user,
    note: wanted.note,
  })
  const input: SaveInput = {
    site: home.site,
    run,
    namespace: wanted.namespace,
    name,
    spec,
    reproducibility,
    ...(workspace && { workspace: { ...workspace, name } }),
  }
  const objects = [...snapshotManifests(input), revisionManifest(ports, input)]
  const seen = await preview(home, objects, {
    notes: {
      [`Revision/${name}`]: `reproducible to ${String(Math.round(reproducibility.score * 100))} %`,
    },
    signal,
  })
  if (!seen.ok) return seen
  const checks = await reviewChanges(
    ports.sites,
    { site: input.site, changes: seen.value.changes },
    signal,
  )
  if (!checks.ok) return checks
  const plan = planBody({
    kind: kind.kind,
    title: `Save rev ${String(number)} of ${wanted.workItem}`,
    verb: 'Save',
    site: input.site,
    subject: { kind: 'Revision', name, namespace: wanted.namespace },
    as: user,
    changes: seen.value.changes,
    dryRun: seen.value.dryRun,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    yaml: asYaml(objects),
    choices: bindings.filter(({ has }) => has).map(({ part, says }) => `${part}: ${says}`),
    risks: reproducibility.missing.map((missing) => `Missing for doing it again: ${missing}.`),
    time: {
      seconds: workspace ? 20 : 2,
      says: workspace ? 'until the driver has the workspace' : 'writes a record',
    },
    blockedBy: [...seen.value.blockedBy, ...refusals(checks.value)],
    undo: 'Removes the revision again.',
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planSave(ports, kind, { wanted: { ...wanted, run }, signal: again }),
  })
}
