import { useState } from 'react'
import type { MemberChange } from '../../../preload/contract/people'
import type { Plan } from '../../../preload/contract/operations'
import { hrefOf, lastKnown, navigate, useAsk } from '../../client'
import { SidePlan } from '../operations'
import { words } from './words'

type Others = 'keep-namespace' | 'delete'
const OTHERS: [value: Others | 'ask', says: string][] = [
  ['ask', words.others.ask],
  ['keep-namespace', words.others.keep],
  ['delete', words.others.delete],
]
const mayHoldOthers = (plan: Plan) =>
  plan.blockedBy.length > 0 || plan.holds?.some(({ belongs }) => belongs === 'others')

/** What becomes of what others put into the namespace is a choice of its own, made before the name is typed. */
export function DeletePanel({ name, onClose }: { name: string; onClose: () => void }) {
  const [others, setOthers] = useState<Others>()
  const plan = useAsk(
    (client, options) => client.projects.planDelete({ name, ...(others && { others }) }, options),
    [name, others],
  )
  const known = lastKnown(plan.remote)?.value
  return (
    <SidePlan plan={plan} onClose={onClose} onStarted={() => navigate(hrefOf(['discover']))}>
      {(others !== undefined || (known && mayHoldOthers(known))) && (
        <fieldset className="row wrap control-text">
          <legend className="soft">{words.others.title}</legend>
          {OTHERS.map(([value, says]) => (
            <label key={value} className="check">
              <input
                type="radio"
                name="others"
                checked={(others ?? 'ask') === value}
                onChange={() => setOthers(value === 'ask' ? undefined : value)}
              />{' '}
              {says}
            </label>
          ))}
        </fieldset>
      )}
    </SidePlan>
  )
}
export function FulfilPanel({ name, onClose }: { name: string; onClose: () => void }) {
  const [adopt, setAdopt] = useState(false)
  const plan = useAsk(
    (client, options) => client.projects.planFulfil({ name, adopt }, options),
    [name, adopt],
  )
  const standing = useAsk(
    (client, options) => client.projects.nameStanding({ name }, options),
    [name],
  )
  const empty = lastKnown(standing.remote)?.value.standing === 'empty'
  return (
    <SidePlan plan={plan} onClose={onClose} onStarted={onClose}>
      {(empty || adopt) && (
        <label className="check control-text">
          <input
            type="checkbox"
            checked={adopt}
            onChange={({ target }) => setAdopt(target.checked)}
          />{' '}
          {words.field.adopt(name)}
        </label>
      )}
    </SidePlan>
  )
}
export function MembersPanel({
  project,
  changes,
  onClose,
}: {
  project: string
  changes: MemberChange[]
  onClose: () => void
}) {
  const plan = useAsk(
    (client, options) => client.people.planMembers({ project, changes }, options),
    [project, changes],
  )
  return <SidePlan plan={plan} onClose={onClose} onStarted={onClose} />
}
/** Restricts what may run in a namespace that nothing is said about. */
export function PodSecurityPanel({ name, onClose }: { name: string; onClose: () => void }) {
  const plan = useAsk(
    (client, options) => client.projects.planPodSecurity({ name, level: 'baseline' }, options),
    [name],
  )
  return <SidePlan plan={plan} onClose={onClose} onStarted={onClose} />
}
