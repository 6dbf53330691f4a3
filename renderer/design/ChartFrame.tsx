import { useState, type ReactNode } from 'react'
import { Button } from './Controls'
import { toCsv } from './csv'
import { useKeys } from './keys'
import { Panel } from './Panel'
import { CopyButton } from './States'

interface ChartFrameProps { title: string; means?: ReactNode; says: string; asOf?: string | undefined; head: readonly string[]; rows: readonly (readonly (string | number | undefined)[])[]; above?: ReactNode; legend?: ReactNode; children: ReactNode }
/** A chart with its twin as a table (`T` switches) and copy as CSV; `says` is the sentence that stands for the drawing. */
export function ChartFrame({ title, means, says, asOf, head, rows, above, legend, children }: ChartFrameProps) {
  const [twin, setTwin] = useState(false)
  useKeys({ t: () => setTwin((shown) => !shown) })
  return (
    <Panel title={title} means={means} asOf={asOf} actions={<>{legend}{twin && <CopyButton small says="Copy CSV" text={() => toCsv(head, rows)} />}<Button look="quiet" small aria-pressed={twin} onClick={() => setTwin(!twin)}>{twin ? 'Chart' : 'Table'}</Button></>} flush>
      {above}
      {twin ? (
        <div className="table-frame" tabIndex={0} role="region" aria-label={`${title}, table`}>
          <table className="table"><thead><tr>{head.map((word, index) => <th key={word} scope="col" className={index > 0 ? 'right' : undefined}>{word}</th>)}</tr></thead>
            <tbody>{rows.map((row, index) => <tr key={index}>{row.map((value, column) => <td key={column} className={column > 0 ? 'right' : undefined}>{value ?? 'not measured'}</td>)}</tr>)}</tbody></table>
        </div>
      ) : <div role="img" aria-label={says} style={{ flex: 1, minHeight: 0, padding: '0 8px 6px 0' }}>{children}</div>}
    </Panel>
  )
}
