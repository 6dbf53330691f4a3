import { z } from 'zod'
import type { Size } from '../../../preload/contract/records/environment'
import { timestamp } from '../../kernel/clock'
import { ANNOTATION, LABEL } from '../../kernel/manifest'
import { carriesMark, isObject } from '../../kernel/ownership'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { OperationKind, Step, StepContext } from '../operations'
import { applyOne, done, KUBE, onSite, removeOne, until } from '../plans'
import { quotaManifest } from '../projects'
import { ChangeInput, RECORD, refOf } from './change-input'
import { STOPPED, workspaceClaim } from './domain/manifests'
import { podsOf } from './observe'
import { onSame, premiseOf, stillThat, type PremisePorts } from './premise'
import type { EnvironmentPorts } from './ports'
import {
  madeFor,
  patchRecord,
  patchWorkload,
  patchWorkspace,
  Proved,
  type EnvironmentIdentity,
} from './proved'
import { waits } from './steps'

type Side = 'before' | 'after'
type Context = StepContext<ChangeInput>
const on = onSite<ChangeInput>

/** Written on an environment whose copy runs on another site; holds where. */
export const AWAY = ANNOTATION.notebookAway
/** The two places that say whether it runs: the record, and the native object. */
export async function writeState(
  client: KubeClient,
  input: EnvironmentIdentity & Pick<ChangeInput, 'workload' | 'replicas'>,
  { state, signal }: { state: 'running' | 'paused'; signal: AbortSignal },
): Promise<Outcome<void>> {
  const recorded = await patchRecord(client, input, { body: { spec: { state } }, signal })
  if (!recorded.ok) return recorded
  const paused = state === 'paused'
  const body =
    input.workload === 'Notebook'
      ? {
          metadata: {
            annotations: { [STOPPED]: paused ? timestamp(client.clock.now()) : null },
          },
        }
      : { spec: { replicas: paused ? 0 : input.replicas } }
  return patchWorkload(client, input, { parse: Proved, change: () => body, signal })
}

const Template = z.looseObject({
  spec: z.looseObject({
    containers: z.array(z.looseObject({})).min(1),
    nodeSelector: z.record(z.string(), z.string()).optional(),
  }),
})
const Workload = Proved.extend({ spec: z.looseObject({ template: Template }) })
async function writeSize(
  client: KubeClient,
  input: ChangeInput,
  { size, signal }: { size: Size; signal: AbortSignal },
): Promise<Outcome<void>> {
  const recorded = await patchRecord(client, input, {
    body: { spec: { size: { ...size, gpu: size.gpu ?? null } } },
    signal,
  })
  if (!recorded.ok) return recorded
  const list = {
    cpu: String(size.cpuCores),
    memory: `${String(size.memoryGi)}Gi`,
    ...(size.gpu && { [size.gpu.resource]: String(size.gpu.count) }),
  }
  const nodeSelector = { 'nvidia.com/gpu.product': size.gpu?.model ?? null }
  const tolerations = size.gpu
    ? [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]
    : null
  const sized = await patchWorkload(client, input, {
    parse: Workload,
    change({ spec }) {
      const [first, ...others] = spec.template.spec.containers
      const containers = [{ ...first, resources: { requests: list, limits: list } }, ...others]
      return { spec: { template: { spec: { containers, nodeSelector, tolerations } } } }
    },
    signal,
  })
  // Without a workload there is nothing that would have another size.
  return !sized.ok && sized.failure.code === 'NOT_FOUND' ? succeed(undefined) : sized
}

export type ChangePorts = EnvironmentPorts & PremisePorts
type Write = (side: Side, context: Context, client: KubeClient) => Promise<Outcome<void>>
const both =
  (ports: PremisePorts) =>
  (id: string, title: string, write: Write): Step<ChangeInput> => ({
    id,
    title,
    promiseSeconds: 2,
    overtaken: premiseOf(ports),
    run: on((client, context) => write('after', context, client)),
    // Another one of the same name is somebody else's by now.
    undo: onSame((client, context) => write('before', context, client)),
  })

const stopped = (ports: Pick<EnvironmentPorts, 'clock'>): Step<ChangeInput> => ({
  id: 'stopped',
  title: 'Wait until it has ended',
  promiseSeconds: 30,
  run: on(async (client, { input, progress, signal }) =>
    until(
      ports.clock,
      async () => {
        const pods = await podsOf(client, refOf(input), signal)
        if (!pods.ok) return pods
        progress(`${String(pods.value.length)} ${pods.value.length === 1 ? 'pod' : 'pods'} left`)
        return succeed(pods.value.length === 0)
      },
      signal,
    ),
  ),
})

/** What a pause or an end means for the work item: nobody can work on it meanwhile. */
const noted = (ports: EnvironmentPorts, type: 'waiting' | 'resumed'): Step<ChangeInput> => ({
  id: 'noted',
  title: 'Note it on the line',
  promiseSeconds: 1,
  async run({ input, signal }) {
    if (input.workItem === undefined) return succeed(undefined)
    const object = `Environment/${input.namespace}/${input.name}`
    const written = await ports.worklog.record(
      { namespace: input.namespace, name: input.workItem },
      (item, at) =>
        item.status.station === 'work' || type === 'resumed'
          ? [
              {
                id: `${type}-${input.name}-${at}`,
                at,
                type,
                by: input.by,
                object,
                ...(item.status.station && { station: item.status.station }),
                ...(type === 'waiting' && {
                  cause: 'paused',
                  text: input.why ?? 'The environment was paused',
                }),
              },
            ]
          : [],
      signal,
    )
    // The change itself is done; a work item that is gone or closed to this person does not undo it.
    return written.ok ||
      written.failure.code === 'NOT_FOUND' ||
      written.failure.code === 'FORBIDDEN'
      ? succeed(undefined)
      : written
  },
})

function removeSteps(
  ports: Pick<EnvironmentPorts, 'clock' | 'records'>,
  keepWorkspace: boolean,
): Step<ChangeInput>[] {
  return [
    ...(keepWorkspace
      ? [
          {
            id: 'keep',
            title: 'Keep the workspace volume',
            promiseSeconds: 1,
            overtaken: stillThat(ports),
            run: on(async (client, { input, kept, signal }) => {
              kept['workspace'] = workspaceClaim(input.name)
              return patchWorkspace(client, input, {
                body: {
                  metadata: {
                    ownerReferences: null,
                    labels: { [LABEL.environment]: null, 'takt.dev/kept-from': input.name },
                  },
                },
                signal,
              })
            }),
          },
        ]
      : []),
    {
      id: 'delete',
      title: 'Delete the environment',
      promiseSeconds: 2,
      overtaken: stillThat(ports),
      run: on((client, { input, signal }) =>
        removeOne(
          client,
          { ...RECORD, ...refOf(input) },
          { proof: input.uid === undefined ? carriesMark : isObject(input.uid), signal },
        ),
      ),
    },
    stopped(ports),
    {
      id: 'contents',
      title: 'Let go of brought snapshots',
      promiseSeconds: 2,
      run: on(async (client, { input, signal }) => {
        const contents = await client.list(
          KUBE.volumeSnapshotContents,
          {
            labelSelector: `${LABEL.environment}=${input.name},${LABEL.project}=${input.namespace}`,
          },
          z.object({ metadata: z.object({ name: z.string() }) }),
          signal,
        )
        // A cluster without snapshots, or a person who may not see contents, has none of ours to let go.
        if (!contents.ok)
          return contents.failure.code === 'NOT_FOUND' || contents.failure.code === 'FORBIDDEN'
            ? succeed(undefined)
            : contents
        for (const { metadata } of contents.value) {
          const gone = await removeOne(
            client,
            {
              apiVersion: 'snapshot.storage.k8s.io/v1',
              kind: 'VolumeSnapshotContent',
              name: metadata.name,
            },
            { proof: madeFor(input), signal },
          )
          if (!gone.ok) return gone
        }
        return succeed(undefined)
      }),
    },
  ]
}

/** Stopping, resuming, resizing, extending and deleting an environment. */
export const changeKind = (ports: ChangePorts): OperationKind<ChangeInput> => ({
  kind: 'environment-change',
  premise: {
    says: 'Its steps ask whether it is the same record with the values that were planned from, and what began by itself whether its reason still holds.',
  },
  input: ChangeInput,
  undoable: ({ remove }) => remove === undefined,
  cancelLeaves: ({ name, remove }) =>
    remove ? `What was deleted of ${name} is gone.` : `${name} as it was before.`,
  steps: (input) =>
    input.remove
      ? removeSteps(ports, input.remove.keepWorkspace)
      : [...fieldSteps(ports, input), ...stateSteps(ports, input)],
})

function fieldSteps(ports: ChangePorts, input: ChangeInput): Step<ChangeInput>[] {
  const step = both(ports)
  const { size, quota, expiresAt } = input
  return [
    ...(quota
      ? [
          step('quota', 'Change the quota', async (side, { signal }, client) =>
            done(await applyOne(client, quotaManifest(input.namespace, quota[side]), { signal })),
          ),
        ]
      : []),
    ...(size
      ? [
          step('size', 'Change the size', (side, { signal }, client) =>
            writeSize(client, input, { size: size[side], signal }),
          ),
        ]
      : []),
    ...(expiresAt
      ? [
          step('extend', 'Change when it ends', (side, { signal }, client) =>
            patchRecord(client, input, { body: { spec: { expiresAt: expiresAt[side] } }, signal }),
          ),
        ]
      : []),
  ]
}
function stateSteps(ports: ChangePorts, input: ChangeInput): Step<ChangeInput>[] {
  const { state, restarts } = input
  if (!state) return restarts ? waits<ChangeInput>(ports) : []
  const write = both(ports)(
    'state',
    state.after === 'paused' ? 'Pause it' : 'Resume it',
    (side, { note, signal }, client) => {
      if (side === 'after' && input.why) note(`${input.why}.`)
      return writeState(client, input, { state: state[side], signal })
    },
  )
  return state.after === 'paused'
    ? [write, stopped(ports), noted(ports, 'waiting')]
    : [write, ...waits<ChangeInput>(ports), noted(ports, 'resumed')]
}
