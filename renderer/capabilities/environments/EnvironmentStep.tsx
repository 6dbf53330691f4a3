import { useState, type ReactNode } from 'react'
import type { Draft, SizeOffer } from '../../../preload/contract/projects'
import type { Tool } from '../../../preload/contract/records'
import { lastKnown, type Remote } from '../../client'
import {
  CellStrip,
  formatDuration,
  formatGi,
  formatPromise,
  formatUsd,
  Panel,
  PlaceGlyph,
  Segmented,
} from '../../design'
import type { MachineForm } from '../projects/wizard-forms'
import { Options } from './Options'
import { words } from './words'

export interface Offers {
  asOf: string
  offers: SizeOffer[]
  waits?:
    | { basis: string; hours: number[]; rows: { name: string; seconds: (number | null)[] }[] }
    | undefined
}
interface StepProps {
  draft: Draft
  form: MachineForm
  remote: Remote<Offers>
  suggested: SizeOffer | undefined
  tool: Tool | undefined
  now: number
  change: (patch: Partial<Draft>) => void
  states: ReactNode
}

/** Step 2: which machine, for how long, and what happens when it idles or fails. */
export function EnvironmentStep({
  draft,
  form,
  remote,
  suggested,
  tool,
  now,
  change,
  states,
}: StepProps) {
  const [which, setWhich] = useState<'fits' | 'all'>('fits')
  const offers = lastKnown(remote)?.value.offers ?? []
  const shown =
    which === 'all'
      ? offers
      : offers.filter(({ fitsNow, refused }) => fitsNow && refused === undefined)
  const chosen = draft.size?.name ?? suggested?.size.name
  // Both are on the site's own clock.
  const asOf = lastKnown(remote)?.value.asOf
  return (
    <Panel
      title={words.size}
      means={
        asOf === undefined
          ? words.loading
          : words.sizeMeaning(`${formatDuration((now - Date.parse(asOf)) / 1000)} ago`)
      }
      actions={
        <Segmented
          label={words.size}
          value={which}
          onChange={setWhich}
          options={[
            { value: 'fits', says: words.fitsNow },
            { value: 'all', says: words.all(offers.length) },
          ]}
        />
      }
    >
      <div className="scroll">
        {states}
        <div className="size-cards" role="radiogroup" aria-label={words.size}>
          {shown.map((offer) => (
            <SizeCard
              key={`${offer.site}/${offer.size.name}`}
              offer={offer}
              chosen={offer.size.name === chosen && offer.refused === undefined}
              onChoose={() => change({ size: offer.size })}
            />
          ))}
        </div>
        {shown.length === 0 && offers.length > 0 && <p className="meta">{words.noneFits}</p>}
        <p className="size-legend meta">
          <PlaceGlyph place="on-prem" silent /> {words.onPrem} <PlaceGlyph place="cloud" silent />{' '}
          {words.cloud}
        </p>
        <Options draft={draft} form={form} tool={tool} now={now} change={change} />
        <Waits waits={lastKnown(remote)?.value.waits} now={now} />
      </div>
    </Panel>
  )
}

/** When it would start: at once where it fits, else how long such a wait was, with its 80 % range. */
function startsSays({ seconds, lowSeconds, highSeconds, says }: SizeOffer['starts']): string {
  if (seconds === undefined) return says
  if (seconds <= 300 || lowSeconds === undefined || highSeconds === undefined)
    return words.startsIn(formatPromise(seconds))
  return words.waits(formatDuration(lowSeconds), formatDuration(highSeconds))
}
function SizeCard({
  offer,
  chosen,
  onChoose,
}: {
  offer: SizeOffer
  chosen: boolean
  onChoose: () => void
}) {
  const { size, place, says, usdPerHour, cells, freeSays, starts, refused } = offer
  const move = (event: React.KeyboardEvent<HTMLButtonElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const cards = [
      ...(event.currentTarget.parentElement?.querySelectorAll<HTMLButtonElement>('[role=radio]') ??
        []),
    ]
    const next = cards[(cards.indexOf(event.currentTarget) + step + cards.length) % cards.length]
    next?.focus()
    next?.click()
  }
  return (
    <button
      type="button"
      role="radio"
      aria-checked={chosen}
      tabIndex={chosen ? 0 : -1}
      className="size-card"
      onKeyDown={move}
      {...(refused !== undefined ? { 'aria-disabled': true } : { onClick: onChoose })}
    >
      <span className="row">
        <PlaceGlyph place={place} />
        <b>{size.name}</b>
        <span className="spring" />
        <span className="radio" />
      </span>
      <span className="control-text soft">
        {says || `${words.cores(size.cpuCores)} · ${formatGi(size.memoryGi)}`}
      </span>
      <span className="row baseline">
        <b className="price">{usdPerHour === undefined ? words.noPrice : formatUsd(usdPerHour)}</b>
        {usdPerHour !== undefined && <span className="meta">{words.perHour}</span>}
        <span className="spring" />
        {usdPerHour !== undefined && chosen && (
          <span className="meta">{words.aDay(formatUsd(usdPerHour * 8))}</span>
        )}
      </span>
      <span className="row small soft">
        <span>{refused === undefined ? freeSays : words.notForNotebooks}</span>
        <span className="spring" />
        <span className="right" title={starts.says}>
          {refused ?? startsSays(starts)}
        </span>
      </span>
      <CellStrip cells={cells} cloud={place === 'cloud'} label={freeSays} width={232} />
    </button>
  )
}

const shade = (seconds: number | null) =>
  seconds === null
    ? 0
    : seconds < 120
      ? 1
      : seconds < 1_200
        ? 2
        : seconds < 3_600
          ? 3
          : seconds < 7_200
            ? 4
            : 5
function Waits({ waits, now }: { waits: Offers['waits']; now: number }) {
  if (!waits || waits.rows.length === 0) return null
  const hour = new Date(now).getUTCHours()
  return (
    <div className="waits">
      <h3>
        {words.usualWaits} <span className="meta">{waits.basis}</span>
      </h3>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{words.size}</span>
            </th>
            {waits.hours.map((one) => (
              <th key={one} scope="col" className={one === hour ? 'now' : undefined}>
                {String(one).padStart(2, '0')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {waits.rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              {row.seconds.map((seconds, index) => (
                <td
                  key={waits.hours[index]}
                  className={`shade-${shade(seconds)}${waits.hours[index] === hour ? ' now' : ''}`}
                >
                  {seconds === null ? '' : formatDuration(seconds)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
