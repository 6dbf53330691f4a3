import { z } from 'zod'
import type { NamespacedRef } from '../../../../preload/contract/common'
import type { Plan } from '../../../../preload/contract/operations'
import { failure } from '../../../../preload/contract/failures'
import { fail, succeed, type Outcome } from '../../../kernel/outcome'
import type { MadePlan, OperationKind } from '../../operations'
import { planBody, refusals, reviewChanges, stepsOf } from '../../plans'
import type { Shown } from '../monitors/view'
import { alertsOf, movedWords, windowSize } from '../monitors/windows'
import type { Drift } from '../service'

export const GateInput = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  by: z.string(),
  monitor: z.string(),
})
export type GateInput = z.infer<typeof GateInput>
type Result = 'none' | 'watch' | 'act'

/** What the newest window says of a revision's data: act stops it before the backlog. */
export function resultOf({
  settings,
  summary,
}: Pick<Shown, 'settings' | 'summary'>): { result: Result; says: string } | undefined {
  const windows = summary?.windows ?? [],
    last = windows.at(-1)
  if (!last) return undefined
  const alert = alertsOf(windows, settings).at(-1) === true,
    size = windowSize(last) ?? 0
  const result = !alert ? 'none' : size >= settings.limits.act ? 'act' : 'watch'
  return {
    result,
    says: `${last.name}: ${movedWords(last)}${alert ? '' : ', below its limit or chance'}.`,
  }
}

const kindOf = (drift: Drift): OperationKind<GateInput> => ({
  kind: 'revision-drift-check',
  premise: { says: 'On nothing: it writes down what was measured, and when.' },
  input: GateInput,
  undoable: false,
  cancelLeaves: ({ name }) => `${name} as it was checked last.`,
  steps: () => [
    {
      id: 'score',
      title: 'Score the newest data',
      promiseSeconds: 20,
      run: async ({ input, progress, signal }) => {
        const done = await drift.runs.run(input.monitor, {
          anew: false,
          signal,
          tell: (told) => {
            if (told.kind === 'progress')
              progress(told.says, told.total === 0 ? 0 : told.done / told.total)
          },
        })
        return done.ok ? succeed(undefined) : done
      },
    },
    {
      id: 'record',
      title: 'Write the result to the revision',
      promiseSeconds: 2,
      run: async ({ input, kept, note, signal }) => {
        const shown = drift.shown({ id: input.monitor }),
          found = shown.ok ? resultOf(shown.value) : undefined
        if (!shown.ok) return shown
        if (!found) return fail(failure('NOT_FOUND', { kind: 'window', name: input.monitor }))
        const written = await drift.ports.recordCheck(
          { namespace: input.namespace, name: input.name, result: found.result },
          signal,
        )
        if (!written.ok) return written
        kept['result'] = found.result
        note(
          `${found.result === 'none' ? 'No drift that matters' : found.result === 'watch' ? 'Passed, watch it' : 'Stopped: act'}. ${found.says}`,
        )
        return succeed(undefined)
      },
    },
  ],
})

/** Registers the check, so that one that was running goes on after a restart. */
export const registerGate = (drift: Drift): void => drift.ports.operations.register(kindOf(drift))

/** What checking a revision's data and model for drift would do. */
export async function planGate(
  drift: Drift,
  wanted: NamespacedRef & { monitor: string },
  signal?: AbortSignal,
): Promise<Outcome<Plan>> {
  const made = await make(drift, wanted, signal)
  return made.ok ? succeed(drift.ports.operations.offer(made.value)) : made
}
/** A monitor of another work item says nothing about this one. */
function apart(
  { settings: { model, workItem } }: Shown,
  item: NamespacedRef,
): { says: string; remedy: string }[] {
  if (!workItem || (workItem.namespace === item.namespace && workItem.name === item.name)) return []
  return [
    {
      says: `${model} watches ${workItem.name}, not ${item.name}.`,
      remedy: 'Pick the monitor of this work item.',
    },
  ]
}
const linesOf = (before: Result | undefined, last: ReturnType<typeof resultOf>) => [
  ...(before === undefined ? [] : [{ op: '-' as const, text: `status.drift.result: "${before}"` }]),
  {
    op: '+' as const,
    text: `status.drift.result: ${last ? `"${last.result}" as scored last; it is scored again first` : 'as scored'}`,
  },
]
async function make(
  drift: Drift,
  wanted: NamespacedRef & { monitor: string },
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<GateInput>>> {
  const { sites, records } = drift.ports,
    home = sites.home()
  if (!home.ok) return home
  const [who, revision, shown] = [
    await home.value.whoAmI(signal),
    await records.read('Revision', wanted, signal),
    drift.shown({ id: wanted.monitor }),
  ]
  if (!who.ok) return who
  if (!revision.ok) return revision
  if (!shown.ok) return shown
  const kind = kindOf(drift),
    input: GateInput = {
      site: home.value.site,
      namespace: wanted.namespace,
      name: wanted.name,
      by: who.value.user,
      monitor: wanted.monitor,
    },
    last = resultOf(shown.value),
    before = revision.value.status.drift?.result
  const changes = [
    {
      op: 'change' as const,
      apiVersion: 'takt.dev/v1alpha1',
      kind: 'Revision',
      namespace: wanted.namespace,
      name: wanted.name,
      lines: linesOf(before, last),
    },
  ]
  const checks = await reviewChanges(sites, { site: input.site, changes }, signal)
  if (!checks.ok) return checks
  const plan = planBody({
    kind: kind.kind,
    title: `Check the drift of ${wanted.name}`,
    verb: 'Check',
    site: input.site,
    subject: { kind: 'Revision', namespace: wanted.namespace, name: wanted.name },
    as: who.value.user,
    changes,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    choices: [
      ...(last ? [`Scored last: ${last.says}`] : ['It was not scored yet.']),
      'None and watch pass the gate before the backlog, act fails it.',
    ],
    blockedBy: [
      ...apart(shown.value, { namespace: wanted.namespace, name: revision.value.spec.workItem }),
      ...refusals(checks.value),
    ],
    undo: 'A newer check replaces it; events stay.',
  })
  return succeed({ plan, kind, input, again: (again) => make(drift, wanted, again) })
}
