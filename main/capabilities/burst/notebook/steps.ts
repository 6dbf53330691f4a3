import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient } from '../../../platform/kubernetes/types'
import { podsOf, workspaceClaim, writeState } from '../../environments'
import type { OperationKind, Step, StepContext } from '../../operations'
import { makeNamespaces } from '../../ownership'
import { applyAll, done, KUBE, onSite, removeMade, until } from '../../plans'
import type { Workspaces } from '../../shipping'
import { giveBack } from '../move/steps'
import type { Planner } from '../live/planner'
import type { BurstPorts } from '../ports'
import { copyOf, groundOf } from './copy'
import { NotebookMoveInput, type AwayMark } from './input'
import { awayOf, writeAway } from './marks'
import { notebookMovePremise } from './premise'

export type NotebookPorts = Pick<
  BurstPorts,
  'sites' | 'records' | 'operations' | 'cloud' | 'clock' | 'random' | 'needs'
> & { workspaces: Workspaces; planner: Planner }
type Context = StepContext<NotebookMoveInput>
type Move = Step<NotebookMoveInput>
const BYTES_PER_MEGABIT = 125_000
export const claimOf = (run: string) => `notebook-${run}`
export const capOf = (mbps: number | undefined) =>
  mbps === undefined ? undefined : mbps * BYTES_PER_MEGABIT
const there = (context: Context): Outcome<KubeClient> => context.client(context.input.to)

/** Waits until no pod of an environment is left: two must never write to one volume. */
export const gone = (
  ports: Pick<NotebookPorts, 'clock'>,
  client: KubeClient,
  {
    ref,
    signal,
    progress,
  }: {
    ref: { namespace: string; name: string }
    signal: AbortSignal
    progress(says: string): void
  },
): Promise<Outcome<void>> =>
  until(
    ports.clock,
    async () => {
      const pods = await podsOf(client, ref, signal)
      if (!pods.ok) return pods
      progress(`${String(pods.value.length)} ${pods.value.length === 1 ? 'pod' : 'pods'} left`)
      return succeed(pods.value.length === 0)
    },
    signal,
  )

const poolOf = ({ pool, others }: NotebookMoveInput, kept: Readonly<Record<string, string>>) =>
  [pool, ...others].find((one) => one?.name === kept['pool']) ?? pool
const markOf = (
  input: NotebookMoveInput,
  kept: Readonly<Record<string, string>>,
  started: boolean,
): AwayMark => ({
  site: input.to,
  namespace: input.namespace,
  name: input.name,
  run: input.run,
  at: input.at,
  by: input.approvedBy === undefined ? input.by : `${input.by}, approved by ${input.approvedBy}`,
  workload: input.copy.workload,
  running: input.wasRunning,
  started,
  ...(input.pool && {
    pool: poolOf(input, kept)?.name,
    usdPerHour: poolOf(input, kept)?.usdPerHour,
  }),
  ...(input.nodeSelector && { nodeSelector: input.nodeSelector }),
})

/** The pointer stands before anything is stopped or made, so that no copy is ever unaccounted for. */
const hold = (ports: NotebookPorts): Move => ({
  id: 'hold',
  title: 'Stop it here: the memory of its kernels is lost',
  promiseSeconds: 30,
  run: onSite(async (home, { input, kept, signal, progress }) => {
    const away = await awayOf(home, input, signal)
    if (!away.ok) return away
    if (away.value && away.value.run !== input.run)
      return fail(
        failure('OPERATION_NOT_POSSIBLE', {
          operation: 'notebook-move',
          says: `${input.name} is away already.`,
        }),
      )
    const marked = away.value
      ? succeed(undefined)
      : await writeAway(home, input, { mark: markOf(input, kept, false), signal })
    if (!marked.ok) return marked
    const paused = await writeState(home, input, { state: 'paused', signal })
    return paused.ok ? gone(ports, home, { ref: input, signal, progress }) : paused
  }),
  undo: onSite(async (home, { input, signal }) => {
    const away = await awayOf(home, input, signal)
    if (!away.ok) return away
    if (away.value?.run !== input.run) return succeed(undefined)
    const back = input.wasRunning
      ? await writeState(home, input, { state: 'running', signal })
      : succeed(undefined)
    return back.ok ? writeAway(home, input, { mark: null, signal }) : back
  }),
})

const Snapshot = z.object({
  status: z
    .object({
      readyToUse: z.boolean().nullish(),
      error: z.object({ message: z.string().default('') }).nullish(),
    })
    .prefault({}),
})
export const snapshotOf = ({ namespace, name, snapshot }: NotebookMoveInput) =>
  snapshot
    ? [
        {
          apiVersion: 'snapshot.storage.k8s.io/v1',
          kind: 'VolumeSnapshot',
          metadata: { name: snapshot.name, namespace },
          spec: {
            volumeSnapshotClassName: snapshot.className,
            source: { persistentVolumeClaimName: workspaceClaim(name) },
          },
        },
      ]
    : []
const snap = (ports: NotebookPorts): Move => ({
  id: 'snapshot',
  title: 'Take a snapshot of its volume',
  promiseSeconds: 15,
  run: onSite(async (home, { input, signal }) => {
    const made = await applyAll(home, snapshotOf(input), { run: input.run, signal })
    if (!made.ok) return made
    return until(
      ports.clock,
      async () => {
        const seen = await home.get(
          KUBE.volumeSnapshots,
          { namespace: input.namespace, name: input.snapshot?.name ?? '' },
          Snapshot,
          signal,
        )
        if (!seen.ok) return seen
        const { error, readyToUse } = seen.value?.status ?? {}
        return error
          ? fail(
              failure('CLUSTER_FAILED', {
                site: input.site,
                status: 0,
                says: `the snapshot failed: ${error.message}`,
              }),
            )
          : succeed(readyToUse === true)
      },
      signal,
    )
  }),
  undo: onSite((home, { input, signal }) =>
    removeMade(home, snapshotOf(input), { run: input.run, signal }),
  ),
})

const carry = (ports: NotebookPorts, way: 'out' | 'in'): Move => {
  const askOf = (input: NotebookMoveInput) => ({
    site: way === 'out' ? input.site : input.to,
    depot: input.to,
    namespace: input.namespace,
    name: input.name,
    claim: workspaceClaim(input.name),
    way,
    run: input.run,
    capBytesPerSecond: capOf(input.mbps),
    // There the volume has to come to lie in the zone of the machine that will use it.
    ...(way === 'in' && { nodeSelector: input.nodeSelector }),
  })
  return {
    id: `workspace-${way}`,
    title: way === 'out' ? 'Ship what is new of its workspace' : 'Fill the volume there',
    promiseSeconds: 120,
    run: ({ input, signal, progress }) =>
      ports.workspaces.carry(askOf(input), { signal, progress }),
    async undo(context) {
      const { input, kept, signal, progress } = context
      const stopped = await ports.workspaces.stop(askOf(input), signal)
      if (!stopped.ok || kept['started'] === undefined) return stopped
      const home = context.client(input.site)
      const away = home.ok ? await awayOf(home.value, input, signal) : home
      if (!away.ok) return away
      // Where it was returned from, what lies in between is older than what is here.
      if (away.value?.run !== input.run) return succeed(undefined)
      return ports.workspaces.carry(
        { ...askOf(input), way: way === 'out' ? 'in' : 'out', run: `${input.run}-undo` },
        { signal, progress },
      )
    },
  }
}

const machines = (ports: NotebookPorts): Move => ({
  id: 'machines',
  title: 'Get the machine',
  promiseSeconds: 300,
  async run({ input, kept, note, signal, progress }) {
    const short: string[] = []
    for (const pool of input.pool ? [input.pool, ...input.others] : []) {
      const asked =
        pool.nodes === 0
          ? succeed(undefined)
          : await ports.cloud.ensureNodes(
              { site: input.to, pool: pool.name, nodes: pool.nodes, claim: claimOf(input.run) },
              { signal, progress },
            )
      kept['pool'] = pool.name
      if (asked.ok) return succeed(undefined)
      if (asked.failure.code !== 'CLOUD_CAPACITY_SHORT') return asked
      short.push(pool.name)
      note(`${pool.name} has no capacity: ${asked.failure.data.says}`)
    }
    return short.length === 0
      ? succeed(undefined)
      : fail(
          failure('CLOUD_CAPACITY_SHORT', {
            site: input.to,
            nodeGroup: short.join(', '),
            says: 'no pool that the plan named has machines now',
            instead: [],
          }),
        )
  },
  undo: (context) =>
    giveBack(ports, { site: context.input.to, claim: claimOf(context.input.run) }, context),
})

const ground: Move = {
  id: 'volume',
  title: 'Make its volume there',
  promiseSeconds: 2,
  async run(context) {
    const client = there(context)
    if (!client.ok) return client
    const { run } = context.input
    const objects = groundOf(context.input)
    const rest = await makeNamespaces(client.value, { objects, run }, context.signal)
    if (!rest.ok) return rest
    return done(await applyAll(client.value, rest.value, { run, signal: context.signal }))
  },
  // Others may have put something into the namespace since.
  async undo(context) {
    const client = there(context)
    return client.ok
      ? removeMade(
          client.value,
          groundOf(context.input).filter(({ kind }) => kind !== 'Namespace'),
          { run: context.input.run, signal: context.signal },
        )
      : client
  },
}

const start = (ports: NotebookPorts): Move => ({
  id: 'start',
  title: 'Start it there with the same image',
  promiseSeconds: 60,
  async run(context) {
    const { input, kept, signal, progress } = context
    const client = there(context)
    const home = context.client(input.site)
    if (!client.ok) return client
    if (!home.ok) return home
    const away = await awayOf(home.value, input, signal)
    if (!away.ok) return away
    if (away.value?.run !== input.run)
      return fail(
        failure('OPERATION_NOT_POSSIBLE', {
          operation: 'notebook-move',
          says: 'The environment here no longer points at this move: somebody let it go.',
        }),
      )
    const made = await applyAll(client.value, copyOf(input), { run: input.run, signal })
    if (!made.ok) return made
    const up = await until(
      ports.clock,
      async () => {
        const pods = await podsOf(client.value, input, signal)
        if (!pods.ok) return pods
        const [pod] = pods.value
        progress(
          pod?.unschedulable ??
            pod?.waiting?.message ??
            (pod ? `${pod.metadata.name}: ${pod.phase}` : 'Waits for its pod'),
        )
        return succeed(pods.value.some(({ ready }) => ready))
      },
      signal,
    )
    if (!up.ok) return up
    kept['started'] = 'yes'
    return writeAway(home.value, input, { mark: markOf(input, kept, true), signal })
  },
  async undo(context) {
    const { input, signal, progress } = context
    const client = there(context)
    if (!client.ok) return client
    const removed = await removeMade(client.value, copyOf(input), { run: input.run, signal })
    return removed.ok ? gone(ports, client.value, { ref: input, signal, progress }) : removed
  },
})

/** Moving an environment: stopped here for as long as its copy works there. Undone after its end it brings back what was written there, as a return does. */
export const notebookMoveKind = (ports: NotebookPorts): OperationKind<NotebookMoveInput> => ({
  kind: 'notebook-move',
  premise: notebookMovePremise,
  input: NotebookMoveInput,
  undoable: true,
  sites: ({ to }) => [to],
  cancelLeaves: ({ name, site, place }) =>
    `${name} runs on ${site} again, without the memory of its kernels; what was shipped stays in ${place}.`,
  steps: (input) => [
    hold(ports),
    ...(input.snapshot ? [snap(ports)] : []),
    carry(ports, 'out'),
    machines(ports),
    ground,
    carry(ports, 'in'),
    start(ports),
  ],
})
