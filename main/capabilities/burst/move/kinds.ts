import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import type { WorkloadRef } from '../../../../preload/contract/burst'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { MadePlan, OperationKind, StepContext } from '../../operations'
import { planBody, runMark, stepsOf } from '../../plans'
import { jsonMark, Moved } from '../live/budgets'
import type { Asked } from '../live/marks'
import { MARK, type WorkloadFacts } from '../live/workload'
import { AskInput, ReturnInput } from './input'
import { look, lookAt, patch, release, removeWhole } from './original'
import { blocks, find, type MovePorts } from './plan'
import { returnPremise } from './premise'
import { awaitHandedBack, giveBack, type Ports } from './steps'
import { spanText } from '../words'

const Back = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  run: z.string(),
})

/** Bringing a moved workload back: its copy goes before the original may start again. */
export const returnKind = (ports: Ports): OperationKind<ReturnInput> => ({
  kind: 'burst-return',
  premise: returnPremise,
  input: ReturnInput,
  undoable: false,
  sites: ({ copy }) => [copy.site, copy.to ?? copy.site],
  cancelLeaves: ({ name }) => `${name} as it is: a copy that was removed is not made again.`,
  steps: () => [
    {
      id: 'copy',
      title: 'Remove the copy',
      promiseSeconds: 20,
      run: (context) => removeTheCopy(ports, context),
    },
    {
      id: 'release',
      title: 'Put the original back in its place',
      promiseSeconds: 2,
      run: (context) => putBack(ports, context),
    },
    {
      id: 'nodes',
      title: 'Give the machines back',
      promiseSeconds: 2,
      run: (context) =>
        giveBack(
          ports,
          {
            site: context.input.copy.to ?? context.input.copy.site,
            claim: `move-${context.input.copy.run}`,
          },
          context,
        ),
    },
  ],
})
async function removeTheCopy(
  ports: Ports,
  context: StepContext<ReturnInput>,
): Promise<Outcome<void>> {
  const {
    kind,
    copy: { namespace, name, to },
  } = context.input
  const removed = await removeStanding(ports, context)
  return removed.ok && to !== undefined
    ? awaitHandedBack(ports.clock, context, { kind, namespace, name, site: to })
    : removed
}
async function removeStanding(
  ports: Ports,
  { input, client, signal, progress }: StepContext<ReturnInput>,
): Promise<Outcome<void>> {
  const there = client(input.copy.site)
  if (!there.ok) return there
  const found = await look(
    there.value,
    { kind: input.kind, namespace: input.copy.namespace, name: input.copy.name },
    signal,
  )
  if (!found.ok || !found.value?.annotations[MARK.movedFrom]?.includes(input.copy.run))
    return found.ok ? succeed(undefined) : found
  progress('Waits until nothing of it runs')
  return removeWhole(ports.clock, there.value, { copy: found.value, signal })
}
async function putBack(
  ports: Ports,
  { input, client, signal, kept }: StepContext<ReturnInput>,
): Promise<Outcome<void>> {
  const home = client(input.site)
  if (!home.ok) return home
  const found = await lookAt(home.value, input, signal)
  if (!found.ok) return found
  const released = await release(home.value, found.value, {
    annotations: { [MARK.held]: null, [MARK.movedTo]: null },
    start: !input.wasSuspended,
    signal,
  })
  if (!released.ok || kept['noted'] !== undefined) return released
  kept['noted'] = 'yes'
  ports.moved(input.uid, {
    place: 'cloud',
    outcome: 'returned',
    endedAt: timestamp(home.value.clock.now()),
  })
  return released
}

/** The original and what it says of its copy, from either of the two. */
async function pair(
  ports: MovePorts,
  ref: WorkloadRef,
  signal?: AbortSignal,
): Promise<Outcome<{ original: WorkloadFacts; site: string; moved: Moved }>> {
  const client = ports.sites.client(ref.site)
  if (!client.ok) return client
  const found = await look(client.value, ref, signal)
  if (!found.ok) return found
  if (!found.value)
    return fail(failure('NOT_FOUND', { kind: ref.kind, name: `${ref.namespace}/${ref.name}` }))
  const moved = jsonMark(found.value.annotations, MARK.movedTo, Moved)
  if (moved) return succeed({ original: found.value, site: ref.site, moved })
  const back = jsonMark(found.value.annotations, MARK.movedFrom, Back)
  if (back)
    return pair(
      ports,
      { ...ref, site: back.site, namespace: back.namespace, name: back.name },
      signal,
    )
  return fail(
    failure('OPERATION_NOT_POSSIBLE', {
      operation: 'burst-return',
      says: `${ref.name} has not moved: there is nothing to return.`,
    }),
  )
}

export interface Returning {
  ref: WorkloadRef
  before?: ReturnInput | undefined
  signal?: AbortSignal | undefined
}
export async function planReturn(
  ports: MovePorts,
  kind: OperationKind<ReturnInput>,
  asked: Returning,
): Promise<Outcome<MadePlan<ReturnInput>>> {
  const { ref, before, signal } = asked
  const found = await pair(ports, ref, signal)
  if (!found.ok) return found
  const { original, site, moved } = found.value
  const [home, there] = [ports.sites.client(site), ports.sites.client(moved.site)]
  if (!home.ok) return home
  if (!there.ok) return there
  const [who, copy] = await Promise.all([
    home.value.whoAmI(signal),
    look(there.value, { kind: ref.kind, namespace: moved.namespace, name: moved.name }, signal),
  ])
  if (!who.ok) return who
  if (!copy.ok) return copy
  const input: ReturnInput = {
    site,
    kind: ref.kind,
    namespace: original.namespace,
    name: original.name,
    uid: original.uid,
    run: before?.run ?? runMark(ports.random),
    by: who.value.user,
    at: before?.at ?? timestamp(home.value.clock.now()),
    wasSuspended: true,
    copy: {
      site: moved.site,
      namespace: moved.namespace,
      name: moved.name,
      run: moved.run,
      running: (copy.value?.active ?? 0) > 0,
      ...given({ to: moved.to }),
    },
  }
  return succeed({
    kind,
    input,
    again: (later) => planReturn(ports, kind, { ref, before: input, signal: later }),
    plan: returnBody(kind, input, { original, copy: copy.value, now: there.value.clock.now() }),
  })
}

function returnBody(
  kind: OperationKind<ReturnInput>,
  input: ReturnInput,
  {
    original,
    copy,
    now,
  }: { original: WorkloadFacts; copy: WorkloadFacts | undefined; now: number },
) {
  const checkpoint = original.annotations[MARK.checkpoint]
  const ran = spanText(
    copy?.startedAt === undefined ? 0 : Math.max(0, (now - copy.startedAt) / 1000),
  )
  const apiVersion = String(original.object['apiVersion'])
  const ended = copy?.ended !== undefined && !copy.ended.failed
  return planBody({
    kind: kind.kind,
    title: `Return ${input.name} to ${input.site}`,
    verb: 'Return',
    site: input.site,
    subject: { kind: input.kind, name: input.name, namespace: input.namespace },
    as: input.by,
    steps: stepsOf(kind, input),
    changes: [
      ...(copy
        ? [
            {
              op: 'delete' as const,
              apiVersion,
              kind: input.kind,
              name: copy.name,
              namespace: copy.namespace,
              note: `on ${input.copy.site}`,
            },
          ]
        : []),
      {
        op: 'change',
        apiVersion,
        kind: input.kind,
        name: `${input.name} on ${input.site}`,
        namespace: input.namespace,
        note: 'goes back to its place in the queue',
      },
    ],
    risks: input.copy.running
      ? [
          checkpoint === undefined
            ? `It runs there since ${ran} and names no checkpoints: all of that is lost.`
            : `It runs there since ${ran}; it goes on from its checkpoint in ${checkpoint}.`,
        ]
      : [],
    blockedBy: ended
      ? [
          {
            says: `${input.copy.name} has run to its end on ${input.copy.site}.`,
            remedy: 'Nothing needs doing: its results are there.',
          },
        ]
      : [],
    choices: ['Its uid and its place in the queue are the ones it had.'],
  })
}

/** Asking a lead: a mark on the workload that every lead sees. */
export const askKind: OperationKind<AskInput> = {
  kind: 'burst-ask',
  premise: { says: 'The workload is read again by its uid; a question decides nothing.' },
  input: AskInput,
  undoable: true,
  cancelLeaves: () => 'Nothing.',
  steps: () => [
    {
      id: 'ask',
      title: 'Ask the lead',
      promiseSeconds: 1,
      run: ({ input, client, signal }) =>
        marked({ input, client, signal }, { [MARK.asked]: input.asked, [MARK.refused]: null }),
      undo: ({ input, client, signal }) =>
        marked({ input, client, signal }, { [MARK.asked]: input.before ?? null }),
    },
  ],
}
async function marked(
  { input, client, signal }: Pick<StepContext<AskInput>, 'input' | 'client' | 'signal'>,
  annotations: Record<string, string | null>,
): Promise<Outcome<void>> {
  const home = client(input.site)
  if (!home.ok) return home
  const found = await lookAt(home.value, input, signal)
  return found.ok ? patch(home.value, input, { annotations, signal }) : found
}

export async function planAsk(
  ports: MovePorts,
  asked: {
    ref: WorkloadRef
    to?: { site?: string | undefined; pool?: string | undefined } | undefined
    note: string | undefined
    before?: AskInput | undefined
    signal?: AbortSignal | undefined
  },
): Promise<Outcome<MadePlan<AskInput>>> {
  const { ref, to, note, before, signal } = asked
  const found = await find(ports, { ref, to }, signal)
  if (!found.ok) return found
  const {
    known: { work },
    options,
    planned,
    by,
  } = found.value
  const [best] = options
  const mark: Asked = {
    by,
    at: timestamp(planned.seen.now),
    usd: Math.round((best?.usd ?? 0) * 100) / 100,
    ...(to?.pool !== undefined && { pool: to.pool }),
    ...(note !== undefined && { note }),
  }
  const input: AskInput = before ?? {
    site: ref.site,
    kind: ref.kind,
    namespace: ref.namespace,
    name: ref.name,
    uid: work.uid,
    asked: JSON.stringify(mark),
    ...(work.annotations[MARK.asked] !== undefined && { before: work.annotations[MARK.asked] }),
  }
  return succeed({
    kind: askKind,
    input,
    again: (later) => planAsk(ports, { ...asked, before: input, signal: later }),
    plan: planBody({
      kind: askKind.kind,
      title: `Ask to move ${ref.name} to ${found.value.to ?? 'the cloud'}`,
      verb: 'Ask',
      site: ref.site,
      subject: { kind: ref.kind, name: ref.name, namespace: ref.namespace },
      as: by,
      steps: stepsOf(askKind, input),
      blockedBy: blocks(found.value),
      changes: [
        {
          op: 'change',
          apiVersion: String(work.object['apiVersion']),
          kind: ref.kind,
          name: ref.name,
          namespace: ref.namespace,
          note: 'carries the question until a lead answers',
        },
      ],
      choices: ['The policy wants a lead to approve moves.'],
    }),
  })
}
