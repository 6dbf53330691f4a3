import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import { given } from '../../../kernel/given'
import { workspaceClaim, writeState } from '../../environments'
import type { MadePlan, OperationKind, Step } from '../../operations'
import { planBody, refusals, removeMade, reviewChanges, runMark, stepsOf, onSite } from '../../plans'
import { giveBack } from '../move/steps'
import { policyOf } from '../live/policy'
import { namesOf } from './copy'
import { NotebookReturnInput } from './input'
import { awayOf, writeAway } from './marks'
import { capOf, claimOf, gone, type NotebookPorts } from './steps'
import { KEPT_MEMORY, type EnvironmentRef } from './words'

type Back = Step<NotebookReturnInput>
const carry = (ports: NotebookPorts, way: 'out' | 'in'): Back => ({
  id: `workspace-${way}`, title: way === 'out' ? 'Ship what is new of its workspace back' : 'Bring the volume here up to date', promiseSeconds: 120,
  run: ({ input, signal, progress }) => ports.workspaces.carry({
    site: way === 'out' ? input.away.site : input.site, depot: input.away.site, namespace: input.namespace, name: input.name, claim: workspaceClaim(input.name), way, run: input.run, capBytesPerSecond: capOf(input.mbps),
    ...(way === 'out' && { nodeSelector: input.away.nodeSelector }),
  }, { signal, progress }),
})
const stop = (ports: NotebookPorts): Back => ({
  id: 'stop', title: 'Stop the copy: the memory of its kernels is lost', promiseSeconds: 30,
  async run({ input: { away }, client, signal, progress }) {
    const there = client(away.site)
    if (!there.ok) return there
    const removed = await removeMade(there.value, namesOf(away), { run: away.run, signal })
    return removed.ok ? gone(ports, there.value, { ref: away, signal, progress }) : removed
  },
})
/** Only when the volume here holds everything may the one there go. */
const clear: Back = {
  id: 'clear', title: 'Remove its volume there', promiseSeconds: 5,
  async run({ input: { away, name }, client, signal }) {
    const there = client(away.site)
    return there.ok ? removeMade(there.value, [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace: away.namespace, name: workspaceClaim(name) } }], { run: away.run, signal }) : there
  },
}
const resume: Back = {
  id: 'resume', title: 'Let it go here', promiseSeconds: 2,
  run: onSite(async (home, { input, signal }) => {
    const state = input.away.running ? await writeState(home, input, { state: 'running', signal }) : succeed(undefined)
    return state.ok ? writeAway(home, input, { mark: null, signal }) : state
  }),
}

/** Bringing an environment back: what was written there is here before the copy's volume goes. */
export const notebookReturnKind = (ports: NotebookPorts): OperationKind<NotebookReturnInput> => ({
  kind: 'notebook-return', input: NotebookReturnInput, undoable: false, cancelLeaves: ({ name, away }) => `${name} paused here; its volume on ${away.site} stays. Return it again to go on.`,
  steps: () => [stop(ports), carry(ports, 'out'), carry(ports, 'in'), clear, { id: 'machines', title: 'Give the machine back', promiseSeconds: 60, run: (context) => giveBack(ports, { site: context.input.away.site, claim: claimOf(context.input.away.run) }, context) }, resume],
})

const workloadOf = (text = ''): 'StatefulSet' | 'Notebook' => (text.startsWith('StatefulSet/') ? 'StatefulSet' : 'Notebook')
interface Asked { ref: EnvironmentRef; before?: string | undefined; signal?: AbortSignal | undefined }
export async function planNotebookReturn(ports: NotebookPorts, kind: OperationKind<NotebookReturnInput>, { ref, before, signal }: Asked): Promise<Outcome<MadePlan<NotebookReturnInput>>> {
  const home = ports.sites.home()
  if (!home.ok) return home
  const [who, away, environment] = await Promise.all([home.value.whoAmI(signal), awayOf(home.value, ref, signal), ports.records.read('Environment', ref, signal)])
  if (!who.ok) return who
  if (!away.ok) return away
  if (!environment.ok) return environment
  if (!away.value) return fail(failure('OPERATION_NOT_POSSIBLE', { operation: 'notebook-return', says: `${ref.name} is not away: there is nothing to return.` }))
  const { spec, status } = environment.value
  const input: NotebookReturnInput = {
    site: home.value.site, ...ref, by: who.value.user, run: before ?? runMark(ports.random), workload: workloadOf(status.workload), replicas: spec.replicas, away: away.value,
    ...given({ mbps: policyOf(ports.records).spec.linkMbps }),
  }
  const mine = [{ op: 'change' as const, apiVersion: 'takt.dev/v1alpha1', kind: 'Environment', name: ref.name, namespace: ref.namespace, note: away.value.running ? 'runs here again' : 'paused here, as it was' }]
  const theirs = [...namesOf(away.value), { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace: away.value.namespace, name: workspaceClaim(ref.name) } }]
    .map(({ apiVersion, kind: of, metadata }) => ({ op: 'delete' as const, apiVersion, kind: of, name: metadata.name, namespace: away.value?.namespace ?? '', note: `on ${input.away.site}` }))
  const [here, there] = await Promise.all([reviewChanges(ports.sites, { site: input.site, changes: mine }, signal), reviewChanges(ports.sites, { site: input.away.site, changes: theirs }, signal)])
  if (!here.ok) return here
  if (!there.ok) return there
  const permissions = [...here.value, ...there.value]
  // A move that has not come to its end has a cancel of its own; nothing is there that would have to come back.
  const unfinished = input.away.started ? [] : [{ says: `The move of ${ref.name} has not ended yet.`, remedy: 'Wait for it, or cancel it under Operations.' }]
  return succeed({
    kind, input, again: (later) => planNotebookReturn(ports, kind, { ref, before: input.run, signal: later }),
    plan: planBody({
      kind: kind.kind, title: `Return ${ref.name} to ${input.site}`, verb: 'Return', site: input.site, subject: { kind: 'Environment', ...ref }, as: input.by, changes: [...theirs, ...mine], permissions, steps: stepsOf(kind, input),
      blockedBy: [...unfinished, ...refusals(permissions)], risks: [KEPT_MEMORY, `Files of its volume on ${input.site} are made the same as those on ${input.away.site}: what was deleted there is deleted here too.`],
      choices: ['Only files that differ travel; both sides are compared before the volume there goes.', 'The machine is given back, unless something else runs on it.'],
    }),
  })
}
