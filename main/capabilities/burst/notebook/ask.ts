import { z } from 'zod'
import type { MadePlan, OperationKind, StepContext } from '../../operations'
import { asksForApproval } from '../../money'
import { timestamp } from '../../../kernel/clock'
import { given } from '../../../kernel/given'
import { succeed, type Outcome } from '../../../kernel/outcome'
import { onSite, planBody, refusals, reviewChanges, stepsOf } from '../../plans'
import type { Asked } from '../live/marks'
import { annotate, askedOf } from './marks'
import type { NotebookMoveInput } from './input'
import type { NotebookPorts } from './steps'
import { KEPT_MEMORY } from './words'
import { usdText } from '../words'

export const AskInput = z.object({
  site: z.string(),
  namespace: z.string(),
  name: z.string(),
  asked: z.string(),
  before: z.string().optional(),
})
export type AskInput = z.infer<typeof AskInput>
const write = (text: (input: AskInput) => string | null) =>
  onSite((home, { input, signal }: StepContext<AskInput>) =>
    annotate(home, input, { asked: text(input), signal }),
  )

/** Asking a lead: a mark on the environment that every lead sees, as on a job. */
export const notebookAskKind: OperationKind<AskInput> = {
  kind: 'notebook-ask',
  premise: { says: 'On nothing: a question decides nothing.' },
  input: AskInput,
  undoable: true,
  cancelLeaves: () => 'Nothing.',
  steps: () => [
    {
      id: 'ask',
      title: 'Ask the lead',
      promiseSeconds: 1,
      run: write(({ asked }) => asked),
      undo: write(({ before }) => before ?? null),
    },
  ],
}

/** What a person who may not decide does instead of moving: the same facts, and one mark. */
export async function planNotebookAsk(
  ports: NotebookPorts,
  move: MadePlan<NotebookMoveInput>,
  signal?: AbortSignal,
): Promise<Outcome<MadePlan<AskInput>>> {
  const { site, namespace, name, by, pool } = move.input
  const home = ports.sites.client(site)
  if (!home.ok) return home
  const before = await askedOf(home.value, { namespace, name }, signal)
  if (!before.ok) return before
  const usd = pool?.usdPerHour ?? 0
  const mark: Asked = given({
    by,
    at: move.input.at || timestamp(home.value.clock.now()),
    pool: pool?.name,
    usd,
  })
  const input: AskInput = given({
    site,
    namespace,
    name,
    asked: JSON.stringify(mark),
    before: before.value && JSON.stringify(before.value),
  })
  const changes = [
    {
      op: 'change' as const,
      apiVersion: 'takt.dev/v1alpha1',
      kind: 'Environment',
      name,
      namespace,
      note: 'asks a lead to move it',
    },
  ]
  const permissions = await reviewChanges(ports.sites, { site, changes }, signal)
  if (!permissions.ok) return permissions
  // What only the move itself needs is the lead's to have, and the approval is what is asked for.
  const leads = refusals(move.plan.permissions)
  const forbids = move.plan.blockedBy.filter(
    (block) => !asksForApproval(block) && !leads.some(({ says }) => says === block.says),
  )
  return succeed({
    kind: notebookAskKind,
    input,
    again: async (later) => {
      const made = await move.again(later)
      return made.ok ? planNotebookAsk(ports, made.value, later) : made
    },
    plan: planBody({
      ...given({ price: move.plan.price, time: move.plan.time }),
      kind: notebookAskKind.kind,
      title: `Ask to move ${name} to ${move.input.to}`,
      verb: 'Ask',
      site,
      subject: move.plan.subject,
      as: by,
      changes,
      permissions: permissions.value,
      steps: stepsOf(notebookAskKind, input),
      quotas: move.plan.quotas,
      blockedBy: [...forbids, ...refusals(permissions.value)],
      risks: [KEPT_MEMORY, 'Nothing moves until a lead confirms it.'],
      choices: [
        `A lead sees it on the environment: ${usdText(usd)} an hour.`,
        ...move.plan.choices,
      ],
    }),
  })
}
