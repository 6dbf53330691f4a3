import type { BudgetStand, BurstQuote, ForecastQuality } from '../../../../preload/contract/burst'
import { formatShare, formatUsd, PlaceGlyph, Section, Sign } from '../../../design'
import { budgetParts, forecastDots, inClock } from '../view-model'
import { words } from '../words'
import { useSize } from './Timelines'

/** Why, what the budgets keep, how good such forecasts were, and what if it fails. */
export const Advice = ({ quote }: { quote: BurstQuote }) => (
  <div className="scroll grow" tabIndex={0} role="region" aria-label={words.reasonsLabel}>
    <ul className="reasons">
      {quote.cannotMove.map(({ says, remedy }) => (
        <li key={says}>
          <Sign sign="failed" />
          <div>
            <b>{says}</b>
            <p className="small soft">{remedy}</p>
          </div>
        </li>
      ))}
      {quote.reasons.map(({ good, title, says }) => (
        <li key={title}>
          <Sign sign={good ? 'done' : 'warning'} />
          <div>
            <b>{title}</b>
            <p className="small soft">{inClock(says, Date.parse(quote.quotedAt))}</p>
          </div>
        </li>
      ))}
    </ul>
    {quote.budgets.map((stand) => (
      <BudgetSection key={`${stand.scope}${stand.period}`} stand={stand} />
    ))}
    {quote.loses.length > 0 && (
      <Section title={words.loses} note={quote.lossUsd > 0 ? formatUsd(quote.lossUsd) : undefined}>
        <ul className="small soft">
          {quote.loses.map((says) => (
            <li key={says}>{says}</li>
          ))}
        </ul>
      </Section>
    )}
    <Section title={words.forecasts} note={words.forecastsMeans}>
      <Forecasts quality={quote.forecasts} />
    </Section>
    {quote.ifItFails.length > 0 && (
      <Section title={words.ifWrong}>
        <p className="small soft">{quote.ifItFails.join(' ')}</p>
      </Section>
    )}
    {quote.others.length > 0 && (
      <Section title={words.others}>
        <ul className="small soft">
          {quote.others.map(({ pool, usd, says }) => (
            <li key={pool}>
              <b>{pool}</b> {formatUsd(usd)}, {says}
            </li>
          ))}
        </ul>
      </Section>
    )}
  </div>
)
/** One cap: spent solid, still to come hatched, this in the cloud's hue, the stop as a red tick. */
export function BudgetSection({ stand }: { stand: BudgetStand }) {
  const { spent, committed, adds, cap, left, over } = budgetParts(stand)
  const percent = (share: number) => `${share * 100}%`
  return (
    <Section
      title={words.budgetOf(stand.title, stand.period)}
      note={stand.hard ? words.hardAt(stand.capUsd) : words.softAt(stand.capUsd)}
    >
      <svg
        width="100%"
        height="13"
        role="img"
        aria-label={words.budgetSays(
          formatUsd(stand.spentUsd + stand.committedUsd),
          formatUsd(stand.thisUsd),
          formatUsd(stand.capUsd),
        )}
      >
        <rect width="100%" height="11" y="1" rx="2" fill="var(--sunken)" />
        <rect width={percent(spent)} height="11" y="1" fill="var(--s6)" />
        <rect
          x={percent(spent)}
          width={percent(committed)}
          height="11"
          y="1"
          fill="url(#hatch-unknown)"
        />
        <rect
          x={percent(spent + committed)}
          width={percent(adds)}
          height="11"
          y="1"
          fill={over ? 'var(--redfill)' : 'var(--cloudfill)'}
        />
        <svg x={percent(cap)} overflow="visible">
          <path d="M-.75 0v13" stroke="var(--redfill)" strokeWidth="1.5" />
        </svg>
      </svg>
      <div className="row small budget-words">
        <span>
          {words.spent} {formatUsd(stand.spentUsd)}
        </span>
        {stand.committedUsd > 0 && (
          <span>
            {words.committed} {formatUsd(stand.committedUsd)}
          </span>
        )}
        {stand.thisUsd > 0 && (
          <span className={over ? 'danger' : 'cloud-text'}>
            {words.this} {formatUsd(stand.thisUsd)}
          </span>
        )}
        <span className="spring" />
        <b className={over ? 'danger' : undefined}>
          {over ? `${words.overBy} ${formatUsd(-left)}` : `${words.leftWord} ${formatUsd(left)}`}
        </b>
      </div>
    </Section>
  )
}
const TALL = 84,
  SIDE = 40
/** Predicted against actual: dots inside the band, crosses outside. */
export function Forecasts({ quality }: { quality: ForecastQuality }) {
  const [frame, { width }] = useSize()
  const dots = forecastDots(quality)
  if (dots.length === 0) return <p className="small soft">{words.noForecasts}</p>
  const y = (error: number) => TALL / 2 - (error / 0.6) * (TALL / 2 - 6)
  const x = (at: number) => SIDE + ((at + 0.5) / dots.length) * Math.max(40, width - SIDE - 6)
  const band = Math.min(0.55, quality.p90 ?? 0.2)
  return (
    <div ref={frame}>
      <svg width={Math.max(80, width)} height={TALL} role="img" aria-label={quality.says}>
        <rect
          x={SIDE}
          y={y(band)}
          width={Math.max(40, width - SIDE - 2)}
          height={y(-band) - y(band)}
          fill="var(--sel)"
        />
        <path d={`M${SIDE} ${TALL / 2}H${width}`} stroke="var(--axis)" />
        {[0.4, 0, -0.4].map((error) => (
          <text key={error} x={SIDE - 6} y={y(error) + 4} textAnchor="end" fill="var(--ink3)">
            {error > 0 ? '+' : ''}
            {formatShare(error)}
          </text>
        ))}
        {dots.map(({ at, error, held }) =>
          held ? (
            <circle key={at} cx={x(at)} cy={y(error)} r="2.6" fill="var(--cloudfill)" />
          ) : (
            <path
              key={at}
              d={`M${x(at) - 3} ${y(error) - 3}l6 6m0-6l-6 6`}
              stroke="var(--redfill)"
              strokeWidth="1.6"
            />
          ),
        )}
      </svg>
      <div className="row small meta" style={{ paddingLeft: SIDE }}>
        <span>{words.ago(dots.length)}</span>
        <span className="spring" />
        <span>{words.last}</span>
      </div>
      <p className="small soft">{quality.says}</p>
    </div>
  )
}
export const AdviceTitle = ({ quote }: { quote: BurstQuote }) => (
  <span className="row">
    <PlaceGlyph place={quote.decision.kind === 'go' ? 'cloud' : 'on-prem'} size={12} silent />
    {words.advises(words.decision[quote.decision.kind])}
  </span>
)
