import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan, OperationKind, StepContext } from '../operations'
import { planBody, stepsOf } from '../plans'
import { nodeGroups } from './adapters/eks'
import { adoptedTags, mayChange, ownershipOf, type CloudOwnership } from './domain/ownership'
import { change, lookedAt, permission, type Cloud, type Looked } from './planning'
import { onGroup } from './on-group'
import type { At } from './work'

export const AdoptInput = z.object({ site: z.string(), group: z.string(), by: z.string() })
export type AdoptInput = z.infer<typeof AdoptInput>

/** Writes the marks of an adopted group, or takes them off again; a group that is another one by then is left alone. */
async function mark(
  cloud: Cloud,
  at: At,
  { adopt, context }: { adopt: boolean; context: StepContext<AdoptInput> },
): Promise<Outcome<void>> {
  const groups = nodeGroups(cloud.ports, at.account)
  const found = await groups.find(at.group, context.signal)
  if (!found.ok) return found
  const tags = adoptedTags(at.account, context.input.by)
  if (!found.value?.arn)
    return adopt
      ? fail(failure('NOT_FOUND', { kind: 'node group', name: at.group }))
      : succeed(undefined)
  const is = ownershipOf(found.value.tags, { owner: at.account, bound: true })
  if (adopt ? is === 'adopted' : is !== 'adopted') return succeed(undefined)
  if (adopt && is !== 'unmarked')
    return fail(failure('NOT_OURS', { site: at.account.site, kind: 'Node group', name: at.group }))
  const done = await groups.tag(
    found.value.arn,
    adopt ? tags : Object.fromEntries(Object.keys(tags).map((key) => [key, undefined])),
    context.signal,
  )
  return done.ok ? succeed(undefined) : done
}

/** A lead's choice that Takt may change the size of a group that somebody else made. */
export const adoptKind = (cloud: Cloud): OperationKind<AdoptInput> => ({
  kind: 'cloud-adopt',
  premise: {
    says: 'The tags of the group are read again: one that another cluster marked meanwhile is refused.',
  },
  input: AdoptInput,
  undoable: true,
  cancelLeaves: ({ group }) => `${group} without the tags.`,
  steps: ({ group }) => [
    {
      id: 'tag',
      title: `Mark ${group} as adopted`,
      promiseSeconds: 3,
      run: onGroup(cloud, (at, context) => mark(cloud, at, { adopt: true, context })),
      undo: onGroup(cloud, (at, context) => mark(cloud, at, { adopt: false, context })),
    },
  ],
})

export async function planAdopt(
  cloud: Cloud,
  kind: OperationKind<AdoptInput>,
  { ask, signal }: { ask: { site: string; nodeGroup: string }; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<AdoptInput>>> {
  const looked = await lookedAt(cloud, ask.site, signal)
  if (!looked.ok) return looked
  const group = looked.value.seen.groups.find(({ name }) => name === ask.nodeGroup)
  if (!group) return fail(failure('NOT_FOUND', { kind: 'node group', name: ask.nodeGroup }))
  const is = ownershipOf(group.tags, { owner: looked.value.account, bound: true })
  const leads = await cloud.ports.mayLead(signal)
  const input: AdoptInput = { site: ask.site, group: ask.nodeGroup, by: looked.value.as }
  return succeed({
    plan: bodyOf(looked.value, { kind, input, blockedBy: blocks(ask.nodeGroup, is, leads) }),
    kind,
    input,
    again: (again) => planAdopt(cloud, kind, { ask, signal: again }),
  })
}
function bodyOf(
  looked: Looked,
  {
    kind,
    input,
    blockedBy,
  }: { kind: OperationKind<AdoptInput>; input: AdoptInput; blockedBy: Plan['blockedBy'] },
) {
  return planBody({
    kind: kind.kind,
    title: `Adopt ${input.group}`,
    verb: 'Adopt',
    site: input.site,
    subject: { kind: 'NodeGroup', name: input.group },
    as: looked.as,
    changes: [
      change('change', input.group, {
        lines: Object.entries(adoptedTags(looked.account, input.by)).map(([key, value]) => [
          '+',
          `tags.${key}: ${value}`,
        ]),
      }),
    ],
    permissions: [
      permission(`tag node groups of ${looked.account.cluster}`, 'eks:TagResource', input.group),
    ],
    risks: [
      'Takt then gives its idle machines back by itself, down to its minimum, and may raise its size for work that moves. Its makers have to know.',
    ],
    choices: ['Takt never deletes an adopted group.'],
    steps: stepsOf(kind, input),
    blockedBy,
    undo: 'Takes the tags off: Takt leaves it alone again.',
  })
}
function blocks(
  name: string,
  is: CloudOwnership,
  leads: 'yes' | 'no' | 'unknown',
): Plan['blockedBy'] {
  return [
    ...(is === 'unmarked'
      ? []
      : [
          {
            says: mayChange(is)
              ? `Takt may change ${name} already.`
              : `${name} bears the mark of another cluster.`,
            remedy: mayChange(is) ? 'Nothing needs doing.' : 'Adopt it there.',
          },
        ]),
    ...(leads === 'yes'
      ? []
      : [
          {
            says: 'Only a lead decides that Takt may change what others made.',
            remedy: 'Ask somebody who may change the burst policy.',
          },
        ]),
  ]
}
