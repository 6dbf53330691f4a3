import { useState } from 'react'
import type { BurstQuote, TwoLines } from '../../../../preload/contract/burst'
import { Button, Dialog, Diff, formatDuration, formatUsd, Panel } from '../../../design'
import { inTimeSays } from '../view-model'
import { words } from '../words'

const Cell = ({
  label,
  value,
  note,
  below,
  cloud = false,
}: {
  label: string
  value: string
  note?: string | undefined
  below: string
  cloud?: boolean
}) => (
  <dl className="move-figure">
    <dt className="small meta">{label}</dt>
    <dd>
      <b className={cloud ? 'cloud-text' : undefined}>{value}</b>
      {note && <span className="soft control-text"> {note}</span>}
    </dd>
    <dd className="control-text soft">{below}</dd>
  </dl>
)
/** Hours saved, dollars, and dollars for an hour against what the policy pays. */
export function MoveFigures({
  quote: { savedSeconds, go, stay, usdPerSavedHour, limitUsdPerHour, workload },
}: {
  quote: BurstQuote
}) {
  const quicker = savedSeconds !== undefined && savedSeconds > 0
  return (
    <div className="move-figures">
      <Cell
        label={savedSeconds !== undefined && savedSeconds < 0 ? words.later : words.earlier}
        value={savedSeconds === undefined ? words.notKnown : formatDuration(Math.abs(savedSeconds))}
        note={quicker ? words.ofWaiting : undefined}
        below={workload.dueAt ? words.inTime(inTimeSays(go), inTimeSays(stay)) : words.noDueSays}
      />
      <Cell
        cloud
        label={words.goCosts}
        value={go ? formatUsd(go.usd) : words.notPriced}
        note={go ? words.band(formatUsd(go.usdLow), formatUsd(go.usdHigh)) : undefined}
        below={words.stayCosts(stay.usd)}
      />
      <Cell
        label={words.hourCosts}
        value={usdPerSavedHour === undefined ? words.notKnown : formatUsd(usdPerSavedHour)}
        note={usdPerSavedHour === undefined ? undefined : words.saved}
        below={limitUsdPerHour === undefined ? words.noLimit : words.limit(limitUsdPerHour)}
      />
    </div>
  )
}
/** The lines that change, and the whole manifest on demand. */
export function TwoLinesPanel({ lines }: { lines: TwoLines | undefined }) {
  const [whole, setWhole] = useState(false)
  return (
    <Panel
      title={words.twoLines}
      means={lines && words.twoLinesMeans(lines.kind, lines.name)}
      actions={
        lines && (
          <Button look="quiet" small onClick={() => setWhole(true)}>
            {words.whole}
          </Button>
        )
      }
    >
      {lines ? (
        <div className="stack">
          <Diff lines={lines.lines} label={words.changedLines(lines.changed.length)} />
          <p className="control-text soft">{words.undoSays}</p>
        </div>
      ) : (
        <p className="control-text soft">{words.noLines}</p>
      )}
      {lines && (
        <Dialog title={words.wholeTitle} opened={whole} onClose={() => setWhole(false)} size={760}>
          <div style={{ padding: '0 16px 16px' }}>
            <Diff label={words.wholeTitle} lines={wholeDiff(lines)} />
          </div>
        </Dialog>
      )}
    </Panel>
  )
}
type Line = TwoLines['lines'][number]
/** The manifest as it would be, with what stood on a changed line before. */
export function wholeDiff({ before, after, changed }: TwoLines): Line[] {
  const was = before.split('\n')
  const lineAt = new Set(changed.map(({ line }) => line))
  return after
    .trimEnd()
    .split('\n')
    .flatMap((text, index): Line[] =>
      lineAt.has(index + 1)
        ? [
            { op: '-', text: was[index] ?? '' },
            { op: '+', text },
          ]
        : [{ op: ' ', text }],
    )
}
/** Node time, compute, storage, data, link and the binding limit, side by side. */
export const WhatItTakes = ({ quote }: { quote: BurstQuote }) => (
  <Panel title={words.takes} flush>
    <div className="table-frame" tabIndex={0} role="region" aria-label={words.takesTable}>
      <table className="table takes">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{words.takes}</span>
            </th>
            <th scope="col" className="right">
              {words.stay.toLowerCase()}
            </th>
            <th scope="col" className="right">
              {words.go.toLowerCase()}
            </th>
          </tr>
        </thead>
        <tbody>
          {quote.takes.map(({ what, stay, go }) => (
            <tr key={what}>
              <td>{what}</td>
              <td className="right">{stay}</td>
              <td className="right">{go}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Panel>
)
