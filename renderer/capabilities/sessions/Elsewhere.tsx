import { useEffect, useState } from 'react'
import { useAction, useNow } from '../../client'
import { Button, Failed, formatWhen, LinkButton } from '../../design'
import { newsOf, seenIn, type SessionNews } from './news'
import { useSessionList } from './store'
import { words } from './words'

/** Tells the page that somebody signed in elsewhere, or tried to, until a person has looked. */
export function Elsewhere() {
  const list = useSessionList()
  const [seen, setSeen] = useState<ReadonlySet<string>>()
  useEffect(() => {
    // What was there before this page is no news to it.
    if (list && !seen) setSeen(seenIn(list))
  }, [list, seen])
  if (!list || !seen) return null
  const news = newsOf(list, seen)
  return news ? <News news={news} onSeen={() => setSeen(seenIn(list))} /> : null
}
function News({ news, onSeen }: { news: SessionNews; onSeen: () => void }) {
  const now = useNow(10_000)
  const end = useAction((client, id: string) => client.sessions.end({ id }))
  return (
    <div className="banner" role="alert">
      {news.kind === 'signed-in' ? (
        <>
          <b>
            {words.signedInElsewhere(news.session.client, formatWhen(news.session.begunAt, now))}
          </b>
          <span className="soft">{words.notYou}</span>
          <Button small busy={end.busy} onClick={() => void end.act(news.session.id)}>
            {words.endIt}
          </Button>
        </>
      ) : (
        <b>{words.triedAgain(news.refused.client, formatWhen(news.refused.at, now))}</b>
      )}
      <LinkButton small href="#/settings">
        {words.toSessions}
      </LinkButton>
      <Button small look="quiet" onClick={onSeen}>
        {words.wasMe}
      </Button>
      {end.trouble && <Failed says={end.trouble.says} remedy={end.trouble.remedy} />}
    </div>
  )
}
