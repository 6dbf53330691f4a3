import { useNow, useSession } from '../client'
import { useConnection } from './connection'
import { words } from './words'

const STARTING_AFTER_MS = 3000
const LOST_AFTER_MS = 300
/** Says that the core is away; everything on screen stays, with what was typed. */
export function ConnectionLost() {
  const { state, since } = useConnection()
  const now = useNow(250)
  const { out } = useSession()
  // Without a session there is no connection to wait for; another banner says so.
  if (state === 'connected' || out) return null
  if (now - since < (state === 'starting' ? STARTING_AFTER_MS : LOST_AFTER_MS)) return null
  return (
    <div className="banner" role="status">
      <b>{state === 'starting' ? words.waiting : words.reconnecting}</b>
      {state === 'lost' && <span className="soft">{words.reconnectingSays}</span>}
    </div>
  )
}
