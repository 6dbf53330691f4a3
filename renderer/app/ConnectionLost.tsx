import { useNow, useSession } from '../client'
import { useConnection } from './connection'
import { words } from './words'

const STARTING_AFTER_MS = 3000
const LOST_AFTER_MS = 300
/** A core that is started again by whoever watches it is back before this. */
const GONE_AFTER_MS = 20_000
/** Says that the core is away; everything on screen stays, with what was typed. */
export function ConnectionLost() {
  const { state, since } = useConnection()
  const now = useNow(250)
  const { out } = useSession()
  // Without a session there is no connection to wait for; another banner says so.
  if (state === 'connected' || out) return null
  if (now - since < (state === 'starting' ? STARTING_AFTER_MS : LOST_AFTER_MS)) return null
  // The window starts its core again for as long as it is open; a browser cannot start anything.
  if (!window.takt && now - since > GONE_AFTER_MS) return <Gone />
  return (
    <div className="banner" role="status">
      <b>{state === 'starting' ? words.waiting : words.reconnecting}</b>
      {state === 'lost' && <span className="soft">{words.reconnectingSays}</span>}
    </div>
  )
}
const Gone = () => (
  <div className="banner" role="status">
    <b>{words.gone(location.host)}</b>
    <span className="soft">
      {words.goneSays} <code className="mono">{words.goneCommand}</code> {words.goneThen}
    </span>
  </div>
)
