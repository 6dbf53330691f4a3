import { Menu } from '@mantine/core'
import type { PlantPerson } from '../../../../preload/contract/plant-sites'
import { lastKnown, useAction, useAsk } from '../../../client'
import { words } from '../words'

const says = ({ name, duty, team }: PlantPerson) =>
  [name, words.duties[duty], team].filter(Boolean).join(', ')

/** As whom the simulated sites are worked on, and everybody else one may sit down as. */
export function PlantPersonTag({ user }: { user: string | undefined }) {
  const { remote, again } = useAsk(
    (client, options) => client.sites.plantPeople(undefined, options),
    [user],
  )
  const change = useAction((client, next: string) => client.sites.plantAs({ user: next }))
  const people = lastKnown(remote)?.value ?? []
  const me = people.find(({ current }) => current)
  if (!me) return null
  return (
    <Menu position="bottom-start" width={260} onOpen={again}>
      <Menu.Target>
        <button
          type="button"
          className="simulated-tag"
          aria-label={`${words.signedInAs} ${says(me)}. ${words.sitDownAs}`}
        >
          {words.asPerson(me.name, words.duties[me.duty])}
        </button>
      </Menu.Target>
      <Menu.Dropdown className="scroll" style={{ maxHeight: '70vh' }}>
        <Menu.Label>{change.trouble?.says ?? words.sitDownAs}</Menu.Label>
        {people.map((person) => (
          <Menu.Item
            key={person.user}
            disabled={change.busy}
            aria-current={person.current}
            onClick={() => void change.act(person.user)}
          >
            {says(person)}
            {person.current ? ' ✓' : ''}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
