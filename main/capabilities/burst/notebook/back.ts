import { z } from 'zod'
import { failure } from '../../../../preload/contract/failures'
import { parseExact, stringifyExact } from '../../../kernel/exact-json'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { given } from '../../../kernel/given'
import type { Manifest } from '../../../kernel/manifest'
import { workspaceClaim, writeState } from '../../environments'
import type { MadePlan, OperationKind, Step } from '../../operations'
import {
  applyAll,
  done,
  onSite,
  planBody,
  refusals,
  removeMade,
  resourceOf,
  reviewChanges,
  runMark,
  stepsOf,
} from '../../plans'
import { giveBack } from '../move/steps'
import { policyOf } from '../live/policy'
import { namesOf } from './copy'
import { NotebookReturnInput } from './input'
import { awayOf, writeAway } from './marks'
import { notebookReturnPremise } from './premise'
import { capOf, claimOf, gone, type NotebookPorts } from './steps'
import { KEPT_MEMORY, type EnvironmentRef } from './words'

type Back = Step<NotebookReturnInput>
const carry = (ports: NotebookPorts, way: 'out' | 'in'): Back => ({
  id: `workspace-${way}`,
  title:
    way === 'out' ? 'Ship what is new of its workspace back' : 'Bring the volume here up to date',
  promiseSeconds: 120,
  run: ({ input, signal, progress }) =>
    ports.workspaces.carry(
      {
        site: way === 'out' ? input.away.site : input.site,
        depot: input.away.site,
        namespace: input.namespace,
        name: input.name,
        claim: workspaceClaim(input.name),
        way,
        run: input.run,
        capBytesPerSecond: capOf(input.mbps),
        ...(way === 'out' && { nodeSelector: input.away.nodeSelector }),
      },
      { signal, progress },
    ),
  undo: ({ input, signal }) =>
    ports.workspaces.stop(
      {
        site: way === 'out' ? input.away.site : input.site,
        namespace: input.namespace,
        way,
        run: input.run,
      },
      signal,
    ),
})
const Found = z.looseObject({ kind: z.string() })
const volumeOf = ({ away, name }: NotebookReturnInput) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: away.namespace, name: workspaceClaim(name) },
})
/** Once its volume there goes, only going on ends well. */
const CLEARED = 'cleared'
const stop = (ports: NotebookPorts): Back => ({
  id: 'stop',
  title: 'Stop the copy: the memory of its kernels is lost',
  promiseSeconds: 30,
  async run({ input: { away }, client, kept, signal, progress }) {
    const there = client(away.site)
    if (!there.ok) return there
    for (const one of namesOf(away)) {
      const found = await there.value.get(resourceOf(one), one.metadata, Found, signal)
      if (!found.ok) return found
      // Kept so that a return that is thought better of leaves the copy working.
      if (found.value) kept[`copy-${one.kind}`] ??= stringifyExact(anew(found.value))
    }
    const removed = await removeMade(there.value, namesOf(away), { run: away.run, signal })
    return removed.ok ? gone(ports, there.value, { ref: away, signal, progress }) : removed
  },
  async undo({ input: { away }, client, kept, signal }) {
    if (kept[CLEARED] !== undefined) return succeed(undefined)
    const there = client(away.site)
    if (!there.ok) return there
    const objects = namesOf(away).flatMap(({ kind }) =>
      kept[`copy-${kind}`] === undefined
        ? []
        : [parseExact(kept[`copy-${kind}`] ?? '{}') as Manifest],
    )
    return done(await applyAll(there.value, objects, { run: away.run, signal }))
  },
})
/** An object as it can be made again: without what its first life gave it. */
function anew(object: Record<string, unknown>): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = object
  const { name, namespace, labels, annotations } = (metadata ?? {}) as Record<string, unknown>
  const {
    clusterIP: _ip,
    clusterIPs: _ips,
    ...spec
  } = (rest['spec'] ?? {}) as Record<string, unknown>
  return { ...rest, metadata: { name, namespace, labels, annotations }, spec }
}
const resume = (ports: NotebookPorts): Back => ({
  id: 'resume',
  title: 'Let it go here',
  promiseSeconds: 2,
  run: onSite(async (home, { input, signal }) => {
    const state = input.away.running
      ? await writeState(home, input, { state: 'running', signal })
      : succeed(undefined)
    return state.ok ? writeAway(home, input, { mark: null, signal }) : state
  }),
  undo: onSite(async (home, { input, kept, signal, progress }) => {
    if (kept[CLEARED] !== undefined) return succeed(undefined)
    const away = await awayOf(home, input, signal)
    // Where it was moved again, that move says where it is.
    if (!away.ok || (away.value && away.value.run !== input.away.run))
      return away.ok ? succeed(undefined) : away
    const marked = await writeAway(home, input, { mark: input.away, signal })
    if (!marked.ok) return marked
    const paused = await writeState(home, input, { state: 'paused', signal })
    return paused.ok ? gone(ports, home, { ref: input, signal, progress }) : paused
  }),
})
/** Only when it goes here again, with everything that was written there, may the volume there go. */
const clear: Back = {
  id: 'clear',
  title: 'Remove its volume there',
  promiseSeconds: 5,
  async run({ input, client, kept, signal }) {
    const there = client(input.away.site)
    kept[CLEARED] = 'yes'
    return there.ok
      ? removeMade(there.value, [volumeOf(input)], { run: input.away.run, signal })
      : there
  },
}

/** Bringing an environment back: what was written there is here before the copy's volume goes. */
export const notebookReturnKind = (ports: NotebookPorts): OperationKind<NotebookReturnInput> => ({
  kind: 'notebook-return',
  premise: notebookReturnPremise,
  input: NotebookReturnInput,
  undoable: false,
  sites: ({ away }) => [away.site],
  cancelLeaves: ({ name, away }) =>
    `${name} works on ${away.site} again, without the memory of its kernels, until its volume there is removed; from then on it stays here.`,
  steps: () => [
    stop(ports),
    carry(ports, 'out'),
    carry(ports, 'in'),
    resume(ports),
    clear,
    {
      id: 'machines',
      title: 'Give the machine back',
      promiseSeconds: 60,
      run: (context) =>
        giveBack(
          ports,
          { site: context.input.away.site, claim: claimOf(context.input.away.run) },
          context,
        ),
    },
  ],
})

const workloadOf = (text = ''): 'StatefulSet' | 'Notebook' =>
  text.startsWith('StatefulSet/') ? 'StatefulSet' : 'Notebook'
interface Asked {
  ref: EnvironmentRef
  before?: string | undefined
  signal?: AbortSignal | undefined
}
export async function planNotebookReturn(
  ports: NotebookPorts,
  kind: OperationKind<NotebookReturnInput>,
  { ref, before, signal }: Asked,
): Promise<Outcome<MadePlan<NotebookReturnInput>>> {
  const home = ports.sites.home()
  if (!home.ok) return home
  const [who, away, environment] = await Promise.all([
    home.value.whoAmI(signal),
    awayOf(home.value, ref, signal),
    ports.records.read('Environment', ref, signal),
  ])
  if (!who.ok) return who
  if (!away.ok) return away
  if (!environment.ok) return environment
  if (!away.value)
    return fail(
      failure('OPERATION_NOT_POSSIBLE', {
        operation: 'notebook-return',
        says: `${ref.name} is not away: there is nothing to return.`,
      }),
    )
  const { spec, status, meta } = environment.value
  const input: NotebookReturnInput = {
    site: home.value.site,
    ...ref,
    uid: meta.uid,
    by: who.value.user,
    run: before ?? runMark(ports.random),
    workload: workloadOf(status.workload),
    replicas: spec.replicas,
    away: away.value,
    ...given({ mbps: policyOf(ports.records).spec.linkMbps }),
  }
  const mine = [
    {
      op: 'change' as const,
      apiVersion: 'takt.dev/v1alpha1',
      kind: 'Environment',
      name: ref.name,
      namespace: ref.namespace,
      note: away.value.running ? 'runs here again' : 'paused here, as it was',
    },
  ]
  const theirs = [
    ...namesOf(away.value),
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: away.value.namespace, name: workspaceClaim(ref.name) },
    },
  ].map(({ apiVersion, kind: of, metadata }) => ({
    op: 'delete' as const,
    apiVersion,
    kind: of,
    name: metadata.name,
    namespace: away.value?.namespace ?? '',
    note: `on ${input.away.site}`,
  }))
  const [here, there] = await Promise.all([
    reviewChanges(ports.sites, { site: input.site, changes: mine }, signal),
    reviewChanges(ports.sites, { site: input.away.site, changes: theirs }, signal),
  ])
  if (!here.ok) return here
  if (!there.ok) return there
  const permissions = [...here.value, ...there.value]
  // A move that has not come to its end has a cancel of its own; nothing is there that would have to come back.
  const unfinished = input.away.started
    ? []
    : [
        {
          says: `The move of ${ref.name} has not ended yet.`,
          remedy: 'Wait for it, or cancel it under Operations.',
        },
      ]
  return succeed({
    kind,
    input,
    again: (later) => planNotebookReturn(ports, kind, { ref, before: input.run, signal: later }),
    plan: planBody({
      kind: kind.kind,
      title: `Return ${ref.name} to ${input.site}`,
      verb: 'Return',
      site: input.site,
      subject: { kind: 'Environment', ...ref },
      as: input.by,
      changes: [...theirs, ...mine],
      permissions,
      steps: stepsOf(kind, input),
      blockedBy: [...unfinished, ...refusals(permissions)],
      risks: [
        KEPT_MEMORY,
        `Files of its volume on ${input.site} are made the same as those on ${input.away.site}: what was deleted there is deleted here too.`,
      ],
      choices: [
        'Only files that differ travel; both sides are compared before the volume there goes.',
        'The machine is given back, unless something else runs on it.',
      ],
    }),
  })
}
