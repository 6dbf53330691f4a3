import { useState } from 'react'
import type { ObjectStory } from '../../../../preload/contract/objects'
import { Empty, formatDuration, Section } from '../../../design'
import { words } from '../words'
import { ObjectSignMark } from './ObjectSignMark'

/** Events of the object and of what it owns, newest first. */
export function Events({ story, now }: { story: ObjectStory; now: number }) {
  const [warnings, setWarnings] = useState(false)
  const shown = story.events.filter(({ type }) => !warnings || type === 'Warning')
  return (
    <Section
      title={words.events}
      note={
        <label className="row">
          <input
            type="checkbox"
            checked={warnings}
            onChange={(event) => setWarnings(event.currentTarget.checked)}
          />
          {words.onlyWarnings}
        </label>
      }
    >
      {shown.length === 0 && <Empty says={words.noEvents} />}
      <ul className="object-events">
        {shown.map(({ id, at, count, type, reason, says, by, of, kept }) => (
          <li key={id}>
            <span className="small meta right nowrap">
              {formatDuration((now - Date.parse(at)) / 1000)}
            </span>
            <span className="object-dot">
              <ObjectSignMark sign={type === 'Warning' ? 'warning' : 'done'} />
            </span>
            <span className="stack tight">
              <b className="control-text">
                {reason}
                <span className="small meta">
                  {' '}
                  · {of.kind} {of.name}
                  {count > 1 && ` · ${words.times(count)}`}
                  {kept && ` · ${words.forgotten}`}
                </span>
              </b>
              <span className="small soft object-says">
                {says} <span className="meta">{by && words.by(by)}</span>
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
