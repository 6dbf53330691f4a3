import type { BrowserSession, RefusedSignIn } from '../../../preload/contract/sessions'
import { useAction, useNow } from '../../client'
import { Answer, Button, formatDuration, formatWhen, Panel, Sign, TroubleNote } from '../../design'
import { useSessionList, useSessionsStore } from './store'
import { words } from './words'

const MOST_REFUSED = 3
/** Who can act as this person through a browser, and the way to take it back. */
export function SessionsPanel() {
  const list = useSessionList()
  const state = useSessionsStore(({ list: remote }) => remote)
  const endOthers = useAction((client) => client.sessions.endOthers())
  const others = list?.sessions.some(({ own }) => !own)
  return (
    <Panel
      title={words.title}
      means={words.means}
      actions={
        others && (
          <Button small look="quiet" busy={endOthers.busy} onClick={() => void endOthers.act()}>
            {words.endOthers}
          </Button>
        )
      }
    >
      <Answer remote={state}>
        {({ sessions, refused }) => (
          <ul className="stack tight control-text">
            {sessions.map((session) => (
              <Session key={session.id} session={session} />
            ))}
            {refused.slice(0, MOST_REFUSED).map((one) => (
              <Refused key={`${one.at} ${one.why} ${one.client}`} refused={one} />
            ))}
          </ul>
        )}
      </Answer>
      <TroubleNote trouble={endOthers.trouble} />
    </Panel>
  )
}
function Session({ session }: { session: BrowserSession }) {
  const { id, client, own, begunAt, endsAt, seenAt, tabs } = session
  const now = useNow(10_000)
  const end = useAction((core) => core.sessions.end({ id }))
  const quietSeconds = Math.max(0, (now - Date.parse(seenAt)) / 1000)
  const since = formatWhen(begunAt, now)
  return (
    <li className="row" style={{ alignItems: 'flex-start' }}>
      <span style={{ paddingTop: 2 }}>
        <Sign sign={own ? 'done' : tabs > 0 ? 'running' : 'waiting'} />
      </span>
      <span className="grow">
        <b>{own ? words.thisOne : client}</b>
        {own && `, ${client}`}
        <br />
        <span className="soft">
          {words.since(since)},{' '}
          {tabs > 0 ? words.tabs(tabs) : words.quiet(formatDuration(quietSeconds))},{' '}
          {words.ends(formatWhen(endsAt, now))}
        </span>
        <TroubleNote trouble={end.trouble} />
      </span>
      {own ? (
        <span className="meta">{words.you}</span>
      ) : (
        <Button
          small
          busy={end.busy}
          aria-label={words.endOf(client, since)}
          onClick={() => void end.act()}
        >
          {words.end}
        </Button>
      )}
    </li>
  )
}
function Refused({ refused }: { refused: RefusedSignIn }) {
  const now = useNow(10_000)
  const { at, why, client, usedAt } = refused
  return (
    <li className="row" style={{ alignItems: 'flex-start' }}>
      <span style={{ paddingTop: 2 }}>
        <Sign sign="failed" />
      </span>
      <span>
        <b>{words.refused(formatWhen(at, now))}</b>
        <br />
        <span className="soft">
          {words.refusedWhy[why](client, usedAt === undefined ? '' : formatWhen(usedAt, now))}
        </span>
      </span>
    </li>
  )
}
