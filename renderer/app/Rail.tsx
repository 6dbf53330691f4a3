import { Icon } from '../design'
import { ROUTES, type Route } from './routes'
import { words } from './words'

/** The way to every screen; an entry that waits for this person would carry a count. */
export function Rail({ current }: { current: string | undefined }) {
  const shown = ROUTES.filter(({ hidden }) => !hidden)
  const entry = ({ id, word, icon }: Route) => <a key={id} href={`#/${id}`} aria-current={id === current ? 'page' : undefined} title={word}><Icon name={icon} /><span>{word}</span></a>
  return (
    <nav className="rail" aria-label={words.screens} data-region tabIndex={-1}>
      {shown.filter(({ id }) => id !== 'settings').map(entry)}<span className="spring" />{shown.filter(({ id }) => id === 'settings').map(entry)}
    </nav>
  )
}
