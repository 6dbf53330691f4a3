import { z } from 'zod'
import type { NamespacedRef } from '../../../preload/contract/common'
import { Gate } from '../../../preload/contract/records/work'
import { succeed, type Outcome } from '../../kernel/outcome'
import { moveEvents } from '../flow'
import type { MadePlan, OperationKind } from '../operations'
import { planBody, refusals, reviewChanges, stepsOf } from '../plans'
import { gatesOf } from './domain/gates'
import type { BacklogPorts } from './ports'

export const HandOverInput = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  by: z.string(),
  passed: z.array(Gate),
})
export type HandOverInput = z.infer<typeof HandOverInput>

export const handOverKind = ({
  worklog,
}: Pick<BacklogPorts, 'worklog'>): OperationKind<HandOverInput> => ({
  kind: 'work-item-hand-over',
  premise: { says: 'Its step reads the item again: one on the backlog stays there.' },
  input: HandOverInput,
  undoable: true,
  cancelLeaves: ({ name }) => `${name} where it stood.`,
  steps: () => [
    {
      id: 'hand-over',
      title: 'Put it on the backlog',
      promiseSeconds: 2,
      run: ({ input, signal }) =>
        worklog.record(
          input,
          (item, at) => {
            const station = item.status.station
            if (station === 'backlog') return []
            const gates = input.passed.map((gate) => ({
              id: `gate-${gate}-${at}`,
              at,
              type: 'gate-passed' as const,
              by: input.by,
              text: gate,
              ...(station && { station }),
            }))
            return [...gates, ...moveEvents({ from: station, to: 'backlog', at, by: input.by })]
          },
          signal,
        ),
      undo: ({ input, signal }) =>
        worklog.record(
          input,
          (item, at) =>
            item.status.station === 'backlog'
              ? moveEvents({
                  from: 'backlog',
                  to: 'drift',
                  at,
                  by: input.by,
                  text: 'Taken back from the backlog',
                })
              : [],
          signal,
        ),
    },
  ],
})

/** What handing a work item over would do; blocked while a gate is open. */
export async function planHandOver(
  ports: BacklogPorts,
  kind: OperationKind<HandOverInput>,
  { ref, signal }: { ref: NamespacedRef; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<HandOverInput>>> {
  const home = ports.sites.home()
  if (!home.ok) return home
  const [who, item] = [
    await home.value.whoAmI(signal),
    await ports.records.read('WorkItem', ref, signal),
  ]
  if (!who.ok) return who
  if (!item.ok) return item
  const gates = gatesOf(item.value, ports.records.known('Revision').items)
  const input: HandOverInput = {
    site: home.value.site,
    ...ref,
    by: who.value.user,
    passed: gates.filter(({ state }) => state === 'passed').map(({ gate }) => gate),
  }
  const from = item.value.status.station
  const changes = [
    {
      op: 'change' as const,
      apiVersion: 'takt.dev/v1alpha1',
      kind: 'WorkItem',
      ...ref,
      lines: [
        ...(from ? [{ op: '-' as const, text: `status.station: "${from}"` }] : []),
        { op: '+' as const, text: 'status.station: "backlog"' },
      ],
    },
  ]
  const checks = await reviewChanges(ports.sites, { site: input.site, changes }, signal)
  if (!checks.ok) return checks
  const open = gates.filter(({ state }) => state === 'open')
  const there =
    from === 'backlog'
      ? [{ says: `${ref.name} stands on the backlog already.`, remedy: 'Nothing needs doing.' }]
      : []
  const plan = planBody({
    kind: kind.kind,
    title: `Hand ${ref.name} over`,
    verb: 'Hand over',
    site: input.site,
    subject: { kind: 'WorkItem', ...ref },
    as: who.value.user,
    changes,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    choices: gates
      .filter(({ state }) => state !== 'open')
      .map(({ title, says }) => `${title}: ${says}`),
    blockedBy: [
      ...there,
      ...open.map(({ title, says, remedy }) => ({
        says: `${title}: ${says}`,
        remedy: remedy ?? 'See to it first.',
      })),
      ...refusals(checks.value),
    ],
    undo: 'Takes it back to the drift check.',
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planHandOver(ports, kind, { ref, signal: again }),
  })
}
