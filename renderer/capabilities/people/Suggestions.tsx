import { useEffect, useState } from 'react'
import type { DirectoryEntry } from '../../../preload/contract/people'
import { hrefOf, lastKnown, useAsk } from '../../client'
import { Avatar, Tag } from '../../design'
import { words } from './words'
import './people.css'

const PAUSE_MS = 200
/** The text once the typing rests. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}

interface Props {
  text: string
  kind?: 'User' | 'Group' | undefined
  onPick: (entry: DirectoryEntry) => void
}
/** People and groups of the directory that the typed text may mean; without a directory, the way to one. */
export function Suggestions({ text, kind, onPick }: Props) {
  const typed = useRested(text.trim())
  const { remote } = useAsk(
    (client, options) =>
      typed === ''
        ? Promise.resolve(undefined)
        : client.people.search({ text: typed, limit: 6, ...(kind && { kind }) }, options),
    [typed, kind],
  )
  if (typed === '') return null
  if (remote.at === 'failed')
    return (
      <p className="small meta">
        {remote.trouble.says} {remote.trouble.remedy}{' '}
        <a href={hrefOf(['settings'])} style={{ textDecoration: 'underline' }}>
          {remote.trouble.code === 'DIRECTORY_SIGN_IN_NEEDED'
            ? words.signInLink
            : words.settingsLink}
        </a>
      </p>
    )
  const found = lastKnown(remote)?.value
  if (!found) return null
  if (found.entries.length === 0)
    return (
      <p className="small meta" role="status">
        {words.noneFound(typed)}
      </p>
    )
  return (
    <div className="people-found">
      <ul aria-label={words.suggestions}>
        {found.entries.map((entry) => (
          <li key={entry.id}>
            <button type="button" onClick={() => onPick(entry)}>
              <Entry entry={entry} />
            </button>
          </li>
        ))}
      </ul>
      <p className="small meta row">
        {found.more && words.more}
        {found.simulated && <Tag tone="dashed">{words.simulated}</Tag>}
      </p>
    </div>
  )
}
function Entry({ entry }: { entry: DirectoryEntry }) {
  return (
    <>
      <Avatar person={entry.title} />
      <b>{entry.title}</b>
      <span className="meta mono ellipsis">{entry.name}</span>
      <span className="spring" />
      <span className="small meta ellipsis">
        {entry.kind === 'Group'
          ? entry.members === undefined
            ? words.group
            : words.groupOf(entry.members)
          : (entry.department ?? entry.mail)}
      </span>
      {!entry.active && <Tag tone="warning">{words.off}</Tag>}
    </>
  )
}
