import { explain } from '../../../../preload/contract/explain'
import { failure } from '../../../../preload/contract/failures'
import type { JournalEntry } from '../../../../preload/contract/burst'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient, KubeObject } from '../../../platform/kubernetes/types'
import type { OperationKind, Step, StepContext } from '../../operations'
import { until } from '../../plans'
import { APIS } from '../domain/movable'
import { suspendPatch } from '../domain/copy'
import { MARK, type WorkloadFacts } from '../live/workload'
import type { Moved } from '../live/budgets'
import type { BurstPorts } from '../ports'
import { MoveInput } from './input'
import { makeQueue } from './layout'
import { movePremise, whyNot } from './premise'
import {
  hold,
  look,
  lookAt,
  patch,
  release,
  removeWhole,
  stillWorks,
  type WorkloadAt,
} from './original'

type Context = StepContext<MoveInput>
/** What moving stands on, and where it writes down what it did. */
export type Ports = Pick<BurstPorts, 'clock' | 'cloud'> & {
  note(uid: string, entry: Omit<JournalEntry, 'id'>): void
  moved(uid: string, actual: NonNullable<JournalEntry['actual']>): void
}
const refuse = (operation: string, says: string) =>
  fail(failure('OPERATION_NOT_POSSIBLE', { operation, says }))
const clients = ({ client, input }: Context) => {
  const [home, there] = [client(input.site), client(input.copy.site)]
  if (!home.ok) return home
  return there.ok ? succeed({ home: home.value, there: there.value }) : there
}
const copyAt = ({ kind, namespace, copy }: MoveInput) => ({ kind, namespace, name: copy.name })
const claimOf = ({ run }: MoveInput) => `move-${run}`

/** Holds the original back for good: from here on it cannot start while the move lasts. */
async function holdOriginal(ports: Ports, context: Context): Promise<Outcome<void>> {
  const both = clients(context)
  if (!both.ok) return both
  const { home } = both.value
  const { input, signal, kept, progress } = context
  const found = await lookAt(home, input, signal)
  if (!found.ok) return found
  const work = found.value
  const changed = whyNot(input, work)
  if (changed !== undefined) return refuse('burst-move', changed)
  kept['wasSuspended'] ??= String(work.suspended)
  const held = await hold(home, work, {
    annotations: { [MARK.held]: input.run, [MARK.asked]: null, [MARK.refused]: null },
    signal,
  })
  if (!held.ok) return held
  progress('Waits until nothing of it runs')
  return until(
    ports.clock,
    async () => {
      const now = await lookAt(home, input, signal)
      if (!now.ok) return now
      if (now.value.ended)
        return refuse(
          'burst-move',
          `${input.name} ended while it was being stopped: there is nothing to move.`,
        )
      const works = await stillWorks(home, now.value, signal)
      return works.ok ? succeed(!works.value) : works
    },
    signal,
  )
}
async function letOriginalGo(context: Context): Promise<Outcome<void>> {
  const both = clients(context)
  if (!both.ok) return both
  const { input, signal, kept } = context
  const found = await look(both.value.home, input, signal)
  if (!found.ok) return found
  if (found.value?.uid !== input.uid || found.value.annotations[MARK.held] !== input.run)
    return succeed(undefined)
  return release(both.value.home, found.value, {
    annotations: { [MARK.held]: null, [MARK.movedTo]: null },
    start: kept['wasSuspended'] === 'false',
    signal,
  })
}

/** The pool that gave nodes; the next one is asked where a zone has none. */
async function room(ports: Ports, context: Context): Promise<Outcome<void>> {
  const { input, kept, note, signal, progress } = context
  const short: string[] = []
  for (const pool of input.pools) {
    if (pool.nodes === 0) {
      kept['pool'] = pool.name
      return succeed(undefined)
    }
    const asked = await ports.cloud.ensureNodes(
      { site: input.to, pool: pool.name, nodes: pool.nodes, claim: claimOf(input) },
      { signal, progress },
    )
    if (asked.ok) {
      kept['pool'] = asked.value.pool
      return succeed(undefined)
    }
    if (asked.failure.code !== 'CLOUD_CAPACITY_SHORT') return asked
    short.push(pool.name)
    note(`${pool.name} has no capacity: ${asked.failure.data.says}`)
  }
  return fail(
    failure('CLOUD_CAPACITY_SHORT', {
      site: input.to,
      nodeGroup: short.join(', '),
      says: 'no pool that the plan named has machines now',
      instead: [],
    }),
  )
}

/** Gives machines back. What cannot be given back now is left to the steward, who finds idle machines: no workload waits for that. */
export async function giveBack(
  ports: Pick<BurstPorts, 'cloud'>,
  ask: { site: string; claim: string },
  { signal, progress, note }: Pick<Context, 'signal' | 'progress' | 'note'>,
): Promise<Outcome<void>> {
  const given = await ports.cloud.releaseNodes(ask, { signal, progress })
  if (!given.ok) note(`The machines could not be given back yet: ${explain(given.failure).says}`)
  return succeed(undefined)
}

/** Ships the data, and asks for machines so late that they are ready when it is there. */
async function shipAndRoom(ports: Ports, context: Context): Promise<Outcome<void>> {
  const { input, kept, progress, signal } = context
  if (!input.data) return succeed(undefined)
  const began = ports.clock.now()
  const soon = new AbortController()
  const told = (says: string, share?: number) => {
    progress(says, share)
    const left = share ? ((ports.clock.now() - began) * (1 - share)) / share : Infinity
    if (left <= input.bootMs) soon.abort()
  }
  const shipping = ports.cloud
    .ship(
      {
        uri: input.data.from,
        from: input.site,
        to: input.to,
        namespace: input.namespace,
        claim: claimOf(input),
        mbps: input.mbps,
      },
      { signal, progress: told },
    )
    .finally(() => soon.abort())
  await new Promise<void>((go) =>
    soon.signal.aborted ? go() : soon.signal.addEventListener('abort', () => go(), { once: true }),
  )
  const [shipped, made] = await Promise.all([shipping, room(ports, context)])
  if (!shipped.ok) return shipped
  if (shipped.value.uri !== input.data.to)
    return refuse(
      'burst-move',
      `The data lies at ${shipped.value.uri} and not at ${input.data.to}: plan again.`,
    )
  kept['dataUri'] = shipped.value.uri
  return made
}

/** What the original says about its copy, for everybody who looks at it. */
const pointer = (input: MoveInput, kept: Record<string, string>): string =>
  JSON.stringify({
    site: input.copy.site,
    namespace: input.namespace,
    name: input.copy.name,
    kind: input.kind,
    pool: kept['pool'] ?? input.pools[0]?.name ?? '',
    usd: input.usd,
    at: input.at,
    by: input.by,
    run: input.run,
    ...(input.multikueue && { to: input.to }),
    ...(input.approvedBy !== undefined && { approvedBy: input.approvedBy }),
    ...(input.data && { dataUri: kept['dataUri'] ?? input.data.to }),
  } satisfies Moved)

/** The pointer stands before the copy does, so that no copy is ever unaccounted for. */
async function makeCopy(ports: Ports, context: Context): Promise<Outcome<void>> {
  const both = clients(context)
  if (!both.ok) return both
  const { home, there } = both.value
  const { input, signal, kept } = context
  const original = await lookAt(home, input, signal)
  if (!original.ok) return original
  if (original.value.annotations[MARK.held] !== input.run)
    return refuse('burst-move', 'The original is no longer held: somebody let it go.')
  const pointed = await patch(home, input, {
    annotations: { [MARK.movedTo]: pointer(input, kept) },
    signal,
  })
  if (!pointed.ok) return pointed
  const made = await createOnce(there, input, signal)
  if (!made.ok) return made
  kept['copyUid'] = made.value
  if (kept['noted'] === undefined) {
    kept['noted'] = 'yes'
    ports.note(input.uid, journaled(input, kept))
  }
  return succeed(undefined)
}
/** Makes the copy, or finds the one that an interrupted run of this very move has made; answers its uid. */
async function createOnce(
  there: KubeClient,
  input: MoveInput,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const made = await there.create(APIS[input.kind], input.copy.object as unknown as KubeObject, {
    signal,
    fieldManager: 'takt-burst',
  })
  if (made.ok) return succeed(made.value.metadata.uid ?? '')
  if (made.failure.code !== 'ALREADY_EXISTS') return made
  const found = await look(there, copyAt(input), signal)
  if (!found.ok) return found
  return found.value && isCopyOf(found.value, input.run) ? succeed(found.value.uid) : made
}
const isCopyOf = ({ annotations }: WorkloadFacts, run: string) =>
  annotations[MARK.movedFrom]?.includes(run) === true
const journaled = (input: MoveInput, kept: Record<string, string>): Omit<JournalEntry, 'id'> => ({
  at: input.at,
  ref: { site: input.site, kind: input.kind, namespace: input.namespace, name: input.name },
  by: input.approvedBy === undefined ? input.by : `${input.by}, approved by ${input.approvedBy}`,
  mode: input.mode,
  kind: 'go',
  pool: kept['pool'] ?? '',
  says: `Moved to ${input.to}.`,
  predicted: {
    usd: input.usd,
    ...(input.predicted.startsAt !== undefined && { startsAt: input.predicted.startsAt }),
    ...(input.predicted.finishes && { finishes: input.predicted.finishes }),
  },
  actual: { place: 'cloud', outcome: 'running' },
})

/** Takes the copy away and waits until nothing of it is left; one that came to its end stays. */
async function removeCopy(ports: Ports, context: Context): Promise<Outcome<void>> {
  const both = clients(context)
  if (!both.ok) return both
  const { home, there } = both.value
  const { input, signal, progress } = context
  const found = await look(there, copyAt(input), signal)
  if (!found.ok) return found
  if (found.value && isCopyOf(found.value, input.run)) {
    progress('Removes the copy')
    const gone = await removeWhole(ports.clock, there, { copy: found.value, signal })
    if (!gone.ok) return gone
  }
  const left = input.multikueue
    ? await awaitHandedBack(ports.clock, context, { ...copyAt(input), site: input.to })
    : succeed(undefined)
  if (!left.ok) return left
  const original = await look(home, input, signal)
  if (!original.ok) return original
  return original.value?.uid === input.uid
    ? patch(home, input, { annotations: { [MARK.movedTo]: null }, signal })
    : succeed(undefined)
}

/** Waits until nothing is left of what MultiKueue made on the other cluster: it takes its time, and the original must not start before. */
export async function awaitHandedBack(
  clock: Ports['clock'],
  { client, signal, progress }: Pick<Context, 'client' | 'signal' | 'progress'>,
  { site, ...at }: WorkloadAt & { site: string },
): Promise<Outcome<void>> {
  const there = client(site)
  if (!there.ok) return there
  let uid = ''
  return until(
    clock,
    async () => {
      const found = await look(there.value, at, signal)
      if (!found.ok) return found
      uid = found.value?.uid ?? uid
      const works = await stillWorks(
        there.value,
        { namespace: at.namespace, uid, active: 0 },
        signal,
      )
      if (!works.ok) return works
      progress(`Waits until MultiKueue has taken it off ${site}`)
      return succeed(found.value === undefined && !works.value)
    },
    signal,
  )
}

/** Lets the copy go and waits until it works; its queue says why it waits. */
async function startCopy(ports: Ports, context: Context): Promise<Outcome<void>> {
  const both = clients(context)
  if (!both.ok) return both
  const { there } = both.value
  const { input, signal, progress } = context
  if (!input.kueueThere) {
    const copy = await look(there, copyAt(input), signal)
    if (!copy.ok) return copy
    if (!copy.value || !isCopyOf(copy.value, input.run))
      return refuse('burst-move', `${input.copy.name} is gone from ${input.copy.site}.`)
    const let_ = await patch(there, copy.value, {
      spec: suspendPatch(input.kind, false),
      signal,
    })
    if (!let_.ok) return let_
  }
  return until(
    ports.clock,
    async () => {
      const now = await look(there, copyAt(input), signal)
      if (!now.ok) return now
      if (!now.value)
        return refuse('burst-move', `${input.copy.name} is gone from ${input.copy.site}.`)
      progress(
        now.value.suspended
          ? 'Waits in the queue there'
          : now.value.active > 0
            ? 'It is there'
            : 'Waits for its pods',
      )
      return succeed(
        now.value.ended !== undefined || (now.value.active > 0 && !now.value.suspended),
      )
    },
    signal,
  )
}

/** Moving one workload: the original is held before anything is made, and let go only when nothing of the copy is left. */
export const moveKind = (ports: Ports): OperationKind<MoveInput> => ({
  kind: 'burst-move',
  premise: movePremise,
  input: MoveInput,
  undoable: true,
  sites: ({ to, copy }) => [to, copy.site],
  cancelLeaves: ({ name, site }) =>
    `${name} goes back to its place in the queue of ${site}; data that was shipped stays cached there.`,
  steps: (input): Step<MoveInput>[] => [
    {
      id: 'hold',
      title: input.wasRunning ? 'Stop it at its checkpoint' : 'Hold the original',
      promiseSeconds: input.wasRunning ? 30 : 2,
      run: (context) => holdOriginal(ports, context),
      undo: letOriginalGo,
    },
    {
      id: 'ready',
      title: input.data ? 'Ship the data and get the machines' : 'Get the machines',
      promiseSeconds: 300,
      run: (context) => (input.data ? shipAndRoom(ports, context) : room(ports, context)),
      undo: (context) =>
        giveBack(ports, { site: context.input.to, claim: claimOf(context.input) }, context),
    },
    {
      id: 'queue',
      title: 'See to the queue there',
      promiseSeconds: 2,
      run: (context) => makeQueue(context),
    },
    {
      id: 'copy',
      title: input.multikueue ? 'Queue it for the other cluster' : 'Make the copy',
      promiseSeconds: 3,
      run: (context) => makeCopy(ports, context),
      undo: (context) => removeCopy(ports, context),
    },
    {
      id: 'start',
      title: 'Wait until it works there',
      promiseSeconds: 60,
      run: (context) => startCopy(ports, context),
    },
  ],
})
