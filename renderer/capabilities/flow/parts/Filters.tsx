import { Menu } from '@mantine/core'
import { setQuery } from '../../../client'
import { words } from '../words'

interface FilterProps {
  name: 'team' | 'project'
  value: string | undefined
  values: readonly string[]
  every: string
}
/** A filter in words; what is chosen lives in the address. */
export function Filter({ name, value, values, every }: FilterProps) {
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <button type="button" className="chip" {...(name === 'team' && { 'data-filter': true })}>
          {words[name]} <b>{value ?? words.all(values.length)}</b>
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        <Menu.Item onClick={() => setQuery({ [name]: undefined })}>{every}</Menu.Item>
        {values.map((one) => (
          <Menu.Item key={one} onClick={() => setQuery({ [name]: one })}>
            {one}
            {one === value ? ' ✓' : ''}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
export const Filters = ({
  team,
  project,
  site,
  teams,
  projects,
}: {
  team: string | undefined
  project: string | undefined
  site: string | undefined
  teams: readonly string[]
  projects: readonly string[]
}) => (
  <>
    <Filter name="team" value={team} values={teams} every={words.everyTeam} />
    <Filter name="project" value={project} values={projects} every={words.everyProject} />
    {site && (
      <button
        type="button"
        className="chip"
        aria-label={`${words.site} ${site}: ${words.clearSite}`}
        onClick={() => setQuery({ site: undefined })}
      >
        {words.site} <b>{site}</b> ✕
      </button>
    )}
  </>
)
