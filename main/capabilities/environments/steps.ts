import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import type { Phase } from '../../../preload/contract/projects'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { OperationKind, Step, StepContext } from '../operations'
import { applyAll, applyOne, done, onSite, removeMade, resourceOf, until } from '../plans'
import { createSteps, quotaManifest } from '../projects'
import { takeSnapshot, untakeSnapshot } from '../snapshots'
import { bringSnapshot, takeBack } from './bring'
import {
  environmentRecord,
  priorityClass,
  volumeManifests,
  workloadManifests,
} from './domain/manifests'
import { phasesOf, type Observed } from './domain/phases'
import { ProvisionInput, workloadOf } from './input'
import { observe } from './observe'
import type { EnvironmentPorts } from './ports'

type Context = StepContext<ProvisionInput>
const on = onSite<ProvisionInput>
const Uid = z.object({
  metadata: z.object({ uid: z.string(), creationTimestamp: z.string().optional() }),
})

/** The identity of the Environment record, which owns everything made for it. */
async function recordOf(
  client: KubeClient,
  input: ProvisionInput,
  signal: AbortSignal,
): Promise<Outcome<{ uid: string; since: number }>> {
  const found = await client.get(
    resourceOf(environmentRecord(input)),
    { name: input.name, namespace: input.namespace },
    Uid,
    signal,
  )
  if (!found.ok) return found
  if (!found.value) return fail(failure('NOT_FOUND', { kind: 'environment', name: input.name }))
  return succeed({
    uid: found.value.metadata.uid,
    since: Date.parse(found.value.metadata.creationTimestamp ?? '') || client.clock.now(),
  })
}

function itemSteps(ports: EnvironmentPorts, { item }: ProvisionInput): Step<ProvisionInput>[] {
  const objects = ({ namespace, item: own }: ProvisionInput) =>
    own.spec
      ? [
          {
            apiVersion: 'takt.dev/v1alpha1',
            kind: 'WorkItem',
            metadata: { name: own.name, namespace },
            spec: own.spec,
          },
        ]
      : []
  return [
    ...(item.spec
      ? [
          {
            id: 'item',
            title: 'Put the question on the line',
            promiseSeconds: 1,
            run: on(async (client, { input, signal }) =>
              done(await applyAll(client, objects(input), { run: input.run, signal })),
            ),
            undo: on((client, { input, signal }) =>
              removeMade(client, objects(input), { run: input.run, signal }),
            ),
          },
        ]
      : []),
    {
      id: 'button',
      title: 'Push the button',
      promiseSeconds: 1,
      run: ({ input, signal }) =>
        ports.worklog.move(
          { namespace: input.namespace, name: input.item.name },
          {
            to: 'button',
            by: input.by,
            object: `Environment/${input.namespace}/${input.name}`,
            text: `Provisions ${input.spec.size.name} with ${input.spec.tool.name}`,
          },
          signal,
        ),
    },
  ]
}

const quotaStep: Step<ProvisionInput> = {
  id: 'quota',
  title: 'Raise the quota',
  promiseSeconds: 1,
  run: on(async (client, { input, signal }) =>
    input.quota
      ? done(
          await applyAll(client, [quotaManifest(input.namespace, input.quota.after)], {
            run: input.run,
            signal,
          }),
        )
      : succeed(undefined),
  ),
  undo: on(async (client, { input, signal }) => {
    if (!input.quota) return succeed(undefined)
    const before = quotaManifest(input.namespace, input.quota.before)
    return done(await applyOne(client, before, { signal }))
  }),
}

const recordStep: Step<ProvisionInput> = {
  id: 'environment',
  title: 'Write the environment down',
  promiseSeconds: 1,
  run: on(async (client, { input, kept, signal }) => {
    const objects = [
      ...(input.spec.availability === 'high' ? [priorityClass()] : []),
      environmentRecord(input),
    ]
    const applied = await applyAll(client, objects, { run: input.run, signal })
    if (applied.ok) Object.assign(kept, { environment: input.name, namespace: input.namespace })
    return done(applied)
  }),
  // Everything made for the environment is owned by its record and goes with it.
  undo: on((client, { input, signal }) =>
    removeMade(client, [environmentRecord(input)], { run: input.run, signal }),
  ),
}

function dataSteps(
  ports: EnvironmentPorts,
  { takes, bring }: ProvisionInput,
): Step<ProvisionInput>[] {
  const snapshot = takes.map((take): Step<ProvisionInput> => ({
    id: `snapshot-${take.spec.source}`,
    title: `Take a snapshot of ${take.spec.source}`,
    promiseSeconds: take.volume ? 15 : 1,
    run: on((client, { input, signal, progress }) =>
      takeSnapshot(ports, take, { client, run: input.run, signal, progress }),
    ),
    undo: on((client, { input, signal }) =>
      untakeSnapshot(ports, take, { client, run: input.run, signal }),
    ),
  }))
  const bringing: Step<ProvisionInput> = {
    id: 'bring',
    title: 'Bring snapshots into the namespace',
    promiseSeconds: 5,
    run: on(async (client, { input, signal }) => {
      const record = await recordOf(client, input, signal)
      if (!record.ok) return record
      for (const one of input.bring) {
        const brought = await bringSnapshot(client, input, {
          bring: one,
          uid: record.value.uid,
          signal,
        })
        if (!brought.ok) return brought
      }
      return succeed(undefined)
    }),
    undo: on((client, { input, signal }) => takeBack(client, input, signal)),
  }
  return [...snapshot, ...(bring.length > 0 ? [bringing] : [])]
}

const made = (
  id: string,
  title: string,
  {
    manifests,
    then,
  }: { manifests: typeof volumeManifests; then?: (context: Context) => Promise<Outcome<void>> },
): Step<ProvisionInput> => ({
  id,
  title,
  promiseSeconds: 1,
  run: on(async (client, context) => {
    const { input, signal } = context
    const record = await recordOf(client, input, signal)
    if (!record.ok) return record
    const applied = await applyAll(client, manifests(workloadOf(input, record.value.uid)), {
      run: input.run,
      signal,
    })
    return applied.ok && then ? then(context) : done(applied)
  }),
  undo: on((client, { input, signal }) =>
    removeMade(client, manifests(workloadOf(input)), { run: input.run, signal }),
  ),
})

const PATIENCE_MS = 60_000
/** Waits until a phase of the start is done, and says what it waits for; a phase that stays failed for a minute of the site's time ends it. */
export function phaseStep<I extends { site: string; namespace: string; name: string }>(
  ports: Pick<EnvironmentPorts, 'clock'>,
  {
    id,
    title,
    promiseSeconds,
  }: {
    id: 'quota' | 'node' | 'image' | 'volumes' | 'server'
    title: string
    promiseSeconds: number
  },
): Step<I> {
  return {
    id: `wait-${id}`,
    title,
    promiseSeconds,
    async run({ input, client, progress, signal }) {
      const site = client(input.site)
      if (!site.ok) return site
      const since = site.value.clock.now()
      let failedSince: number | undefined
      return until(
        ports.clock,
        async () => {
          const seen = await observe(
            site.value,
            { namespace: input.namespace, name: input.name, since },
            signal,
          )
          if (!seen.ok) return seen
          const { state, title: name, says } = phaseOf(seen.value, id)
          if (says) progress(says)
          failedSince = state === 'failed' ? (failedSince ?? seen.value.now) : undefined
          if (failedSince !== undefined && seen.value.now - failedSince > PATIENCE_MS)
            return fail(givenUp(id, input.site, `${name}: ${says}`))
          return succeed(state === 'done')
        },
        signal,
      )
    },
  }
}
const phaseOf = (seen: Observed, id: Phase['id']): Pick<Phase, 'state' | 'title' | 'says'> =>
  phasesOf(seen).find((phase) => phase.id === id) ?? { state: 'waiting', title: id, says: '' }
const givenUp = (id: Phase['id'], site: string, says: string) =>
  id === 'quota'
    ? failure('QUOTA_EXCEEDED', { site, says })
    : failure('CLUSTER_FAILED', { site, status: 0, says })

/** The phases of a start, each a step that waits. */
export const waits = <I extends { site: string; namespace: string; name: string }>(
  ports: Pick<EnvironmentPorts, 'clock'>,
): Step<I>[] => [
  phaseStep(ports, { id: 'quota', title: 'Quota', promiseSeconds: 2 }),
  phaseStep(ports, { id: 'node', title: 'Find a node', promiseSeconds: 5 }),
  phaseStep(ports, { id: 'volumes', title: 'Mount the volumes', promiseSeconds: 8 }),
  phaseStep(ports, { id: 'image', title: 'Bring the image', promiseSeconds: 10 }),
  phaseStep(ports, { id: 'server', title: 'Start the server', promiseSeconds: 12 }),
]

/** Provisioning: the project if it is new, then everything an environment needs, then the wait until it answers. */
export const provisionKind = (ports: EnvironmentPorts): OperationKind<ProvisionInput> => ({
  kind: 'environment-provision',
  premise: {
    says: 'On nothing that may have moved: it makes what is not there, and the queue and the quota of the cluster decide when it starts.',
  },
  input: ProvisionInput,
  undoable: true,
  settle: ({ draft }) => ports.projects.drafts.close(draft),
  cancelLeaves: (input) =>
    `Nothing: what was made for ${input.name} is removed again${input.project ? ', the new project included' : ''}.`,
  steps: (input) => {
    const { project } = input
    return [
      ...(project ? createSteps<ProvisionInput>(ports, () => project) : []),
      ...itemSteps(ports, input),
      ...(input.quota ? [quotaStep] : []),
      recordStep,
      ...dataSteps(ports, input),
      made('volumes', 'Make the volumes', { manifests: volumeManifests }),
      made('workload', input.workload === 'Notebook' ? 'Start the notebook' : 'Start the server', {
        manifests: workloadManifests,
        then: ({ input: own, signal }) =>
          ports.records.patchStatus(
            'Environment',
            { name: own.name, namespace: own.namespace },
            { workload: `${own.workload}/${own.name}` },
            signal,
          ),
      }),
      ...waits<ProvisionInput>(ports),
      {
        id: 'work',
        title: 'Hand it over',
        promiseSeconds: 1,
        run: ({ input: own, signal }) =>
          ports.worklog.move(
            { namespace: own.namespace, name: own.item.name },
            { to: 'work', by: own.by, object: `Environment/${own.namespace}/${own.name}` },
            signal,
          ),
      },
    ]
  },
})
