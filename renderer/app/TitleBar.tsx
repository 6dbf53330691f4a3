import { useFlowStore } from '../capabilities/flow/store'
import { SiteChips } from '../capabilities/sites'
import { usePerson } from '../capabilities/sites/person'
import { useSites } from '../capabilities/sites/store'
import { lastKnown } from '../client'
import { Avatar, Icon, Kbd, Lamp, Mark } from '../design'
import { words } from './words'

/** Mark, sites with state and age, search, lamps, person. */
export function TitleBar({ onSearch }: { onSearch: () => void }) {
  const simulated = useSites().some((site) => site.simulated)
  return (
    <header className="title-bar" data-region tabIndex={-1}>
      <a className="brand" href="#/map" aria-label="Takt, to the map">
        <Mark />
      </a>
      <SiteChips />
      <span className="spring" />
      <button type="button" className="search" onClick={onSearch} aria-haspopup="dialog">
        <Icon name="search" size={13} weight={1.8} />
        <span>{words.search}</span>
        <span className="spring" />
        <Kbd>Ctrl K</Kbd>
      </button>
      <span className="spring" />
      <Lamps />
      <Person />
      {simulated && <span className="simulated-strip" aria-hidden="true" />}
    </header>
  )
}
function Lamps() {
  const map = useFlowStore((state) => state.map)
  const lamps = lastKnown(map)?.value.lamps
  if (!lamps) return null
  const { stopped, called } = lamps
  return (
    <a
      className="site-chip"
      href="#/map"
      aria-label={stopped + called > 0 ? words.lampsLit(stopped, called) : words.lampsNone}
    >
      {stopped > 0 && (
        <>
          <Lamp lamp="stopped" />
          <b>{stopped}</b>
        </>
      )}
      {called > 0 && (
        <>
          <Lamp lamp="called" />
          <b>{called}</b>
        </>
      )}
      {stopped + called === 0 && <Lamp lamp="flowing" />}
    </a>
  )
}
function Person() {
  const name = usePerson()
  return (
    <a href="#/settings" aria-label={name ?? words.notSignedIn} className="person">
      {name ? <Avatar person={name} large /> : <Icon name="person" />}
    </a>
  )
}
