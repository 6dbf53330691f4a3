import type { FlowReport } from '../../../../preload/contract/flow'
import { formatDuration, formatNumber, formatShare, Panel, Sign, TableHead } from '../../../design'
import { useStationNames } from './stations'
import { gatesOf, worstHandOff } from './view-model'
import { words } from './words'

/** First-pass yield by gate, each with the yield rolled up to it. */
export function FirstPass({ report }: { report: FlowReport }) {
  const nameOf = useStationNames()
  const gates = gatesOf(report)
  const worst = worstHandOff(report)
  const rolled = report.rolledYield
  return (
    <Panel
      title={words.gates.title}
      means={words.gates.means}
      actions={rolled !== null && <b>{formatShare(rolled)}</b>}
      foot={worst && words.gates.sentBack(worst[0], worst[1].sentBack, worst[1].received)}
      flush
    >
      {gates.length === 0 ? (
        <p className="quiet-note">{words.gates.none}</p>
      ) : (
        <table className="table gates" aria-label={words.gates.title}>
          <TableHead head={words.gates.head} />
          <tbody>
            {gates.map(({ gate, entered, passed, waived, yield: share, rolled: sofar }) => (
              <tr key={gate}>
                <td>{nameOf(gate).title}</td>
                <td className="right">{entered}</td>
                <td className="right">{passed}</td>
                <td className="right">{waived}</td>
                <td className="right">
                  <b>{formatShare(share)}</b>
                </td>
                <td className="right">{formatShare(sofar)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}

type Dora = FlowReport['dora']
const seconds = (value: number | null) => (value === null ? words.dora.none : formatDuration(value))
const share = (value: number | null) => (value === null ? words.dora.none : formatShare(value))
const FIVE: readonly [says: string, of: (dora: Dora) => string][] = [
  [words.dora.deploys, (dora) => formatNumber(dora.deploymentsPerWeek)],
  [words.dora.lead, (dora) => seconds(dora.changeLeadTimeMedianSeconds)],
  [words.dora.recovery, (dora) => seconds(dora.recoveryMedianSeconds)],
  [words.dora.fails, (dora) => share(dora.changeFailRate)],
  [words.dora.rework, (dora) => share(dora.reworkRate)],
]
/** DORA's five for models beside those of the window before. */
export const DoraFive = ({
  report,
  before,
}: {
  report: FlowReport
  before: FlowReport | undefined
}) => (
  <Panel
    title={words.dora.title}
    means={words.dora.means}
    foot={words.dora.foot(report.dora.deployments, report.dora.notYetRecovered)}
    flush
  >
    <table className="table" aria-label={words.dora.title}>
      <tbody>
        {FIVE.map(([says, of]) => (
          <tr key={says}>
            <td>{says}</td>
            <td className="right">
              <b>{of(report.dora)}</b>
            </td>
            <td className="right quiet">{before && words.was(of(before.dora))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Panel>
)

const PARTS = ['all', 'discovery', 'backlog', 'mlops'] as const
/** Little's law by part of the line, with the reason where both sides are apart. Only missing events call. */
export const Clocks = ({ report }: { report: FlowReport }) => (
  <Panel title={words.clocks.title} means={words.clocks.means} flush>
    <table className="table clocks" aria-label={words.clocks.title}>
      <TableHead head={words.clocks.head} />
      <tbody>
        {PARTS.map((part) => {
          const { why, throughput, expected, seen } = report.little[part]
          return (
            <tr key={part}>
              <td>
                <b>{words.clocks.parts[part]}</b>
                <div className="small">
                  <Sign sign={why === 'events missing' ? 'warning' : 'done'} />{' '}
                  {words.clocks.why[why ?? 'fits']}
                </div>
              </td>
              <td className="right">{throughput}</td>
              <td className="right">{formatNumber(expected)}</td>
              <td className="right">{formatNumber(seen)}</td>
              <td className="right">
                {expected > 0 ? formatNumber(seen / expected) : words.dora.none}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  </Panel>
)
