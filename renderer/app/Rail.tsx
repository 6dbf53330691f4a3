import { useFlowStore } from '../capabilities/flow/store'
import { waitingFor } from '../capabilities/flow/view-model'
import { usePerson } from '../capabilities/sites/person'
import { lastKnown } from '../client'
import { Icon } from '../design'
import { ROUTES, type Route } from './routes'
import { words } from './words'

/** The way to every screen; the line carries a count where this very person must act. */
export function Rail({ current }: { current: string | undefined }) {
  const shown = ROUTES.filter(({ hidden }) => !hidden)
  const map = useFlowStore((state) => lastKnown(state.map)?.value)
  const person = usePerson()
  const mine = map ? waitingFor(map, person) : 0
  const entry = ({ id, word, icon }: Route) => (
    <a key={id} href={`#/${id}`} aria-current={id === current ? 'page' : undefined} title={word}>
      <Icon name={icon} />
      <span>{word}</span>
      {id === 'line' && mine > 0 && (
        <b className="count">
          <span aria-hidden="true">{mine}</span>
          <span className="visually-hidden">{words.waitForYou(mine)}</span>
        </b>
      )}
    </a>
  )
  return (
    <nav className="rail" aria-label={words.screens} data-region tabIndex={-1}>
      {shown.filter(({ id }) => id !== 'settings').map(entry)}
      <span className="spring" />
      {shown.filter(({ id }) => id === 'settings').map(entry)}
    </nav>
  )
}
