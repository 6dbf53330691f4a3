import { useState } from 'react'
import type { ObjectStory } from '../../../../preload/contract/objects'
import { Button, Section } from '../../../design'
import { toTimeline } from '../view-model'
import { words } from '../words'
import { ObjectSignMark } from './ObjectSignMark'

const FEW = 12
/** Conditions and turns of fate in order of time; what the cluster has overwritten since stays. */
export function Timeline({ timeline }: { timeline: ObjectStory['timeline'] }) {
  const [all, setAll] = useState(false)
  const { rows, span } = toTimeline(timeline)
  const shown = all ? rows : rows.slice(-FEW)
  return (
    <Section title={words.conditions} note={span}>
      {rows.length === 0 && <p className="control-text soft">{words.noConditions}</p>}
      <ol className="object-timeline">
        {shown.map(({ id, when, title, says, sign, note }) => (
          <li key={id}>
            <span className="small meta right nowrap">{when}</span>
            <span className="object-dot">
              <ObjectSignMark sign={sign} />
            </span>
            <span className="stack tight">
              <b className="control-text">
                {title}
                {note && <span className="small meta"> · {note}</span>}
              </b>
              {says && <span className="small soft object-says">{says}</span>}
            </span>
          </li>
        ))}
      </ol>
      {rows.length > FEW && (
        <Button look="quiet" small onClick={() => setAll(!all)}>
          {all ? words.fewer : `${words.all} ${String(rows.length)}`}
        </Button>
      )}
    </Section>
  )
}
