import { succeed, type Outcome } from '../../kernel/outcome'
import type { Premise, StepContext } from '../operations'
import { nodeGroups } from './adapters/eks'
import { mayChange, ownershipOf } from './domain/ownership'
import type { GroupFacts } from './domain/facts'
import type { DrainInput } from './drain'
import type { Cloud } from './planning'
import { atOf, type ScaleInput } from './on-group'
import type { At } from './work'

/** The group as AWS tells it now, if it still carries the mark of this cluster; else why nothing may be done to it. */
async function groupNow(
  cloud: Cloud,
  { input, signal }: StepContext<{ site: string; group: string }>,
): Promise<Outcome<{ at: At; group: GroupFacts } | string>> {
  const at = await atOf(cloud, input, signal)
  if (!at.ok) return at
  const found = await nodeGroups(cloud.ports, at.value.account).find(input.group, signal)
  if (!found.ok) return found
  if (!found.value) return succeed(`${input.group} is gone.`)
  return succeed(
    mayChange(ownershipOf(found.value.tags, { owner: at.value.account, bound: true }))
      ? { at: at.value, group: found.value }
      : `${input.group} does not carry the mark of this cluster any more.`,
  )
}

/** A change of size rests on the size that it was planned from, or one on its own way from there. */
export const scalePremise = (cloud: Cloud): Premise<ScaleInput> => ({
  says: 'The group still bears the mark of this cluster, and nobody else has changed its size.',
  async asks(context, step) {
    if (!['ask', 'close', 'release'].includes(step)) return succeed(undefined)
    const now = await groupNow(cloud, context)
    if (!now.ok) return now
    if (typeof now.value === 'string') return succeed(now.value)
    const { desired } = now.value.group
    const [least, most] = [context.input.before, context.input.desired].toSorted((a, b) => a - b)
    return succeed(
      desired >= (least ?? 0) && desired <= (most ?? 0)
        ? undefined
        : `${context.input.group} was scaled to ${String(desired)} machines meanwhile.`,
    )
  },
})

/** Emptying machines rests on the group's mark; deleting the group on nothing running there that was not moved off. */
export const drainPremise = (cloud: Cloud): Premise<DrainInput> => ({
  says: 'The group still bears the mark of this cluster; before it is deleted, nothing runs on any of its machines.',
  async asks(context, step) {
    const now = await groupNow(cloud, context)
    if (!now.ok) return now
    // What is deleted already needs no more asking: its machines went with it.
    if (typeof now.value === 'string')
      return succeed(step === 'delete' && now.value.endsWith('gone.') ? undefined : now.value)
    if (step !== 'delete') return succeed(undefined)
    const busy = await busyNodes(cloud, now.value.at, context)
    if (!busy.ok) return busy
    return succeed(
      busy.value.length === 0
        ? undefined
        : `Work runs on ${busy.value.join(', ')} by now: ${context.input.group} is not deleted.`,
    )
  },
})
async function busyNodes(
  { work }: Pick<Cloud, 'work'>,
  at: At,
  { client, signal }: StepContext<DrainInput>,
): Promise<Outcome<string[]>> {
  const [site, nodes] = [client(at.account.site), await work.nodes(at, signal)]
  if (!site.ok) return site
  if (!nodes.ok) return nodes
  const busy: string[] = []
  for (const { name } of nodes.value) {
    const pods = await work.podsOn(site.value, name, signal)
    if (!pods.ok) return pods
    if (pods.value.length > 0) busy.push(name)
  }
  return succeed(busy)
}
