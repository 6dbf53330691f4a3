import type { FlowReport } from '../../../../preload/contract/flow'
import { hrefOf } from '../../../client'
import { formatNumber, formatShare, LinkButton, Panel, TableHead } from '../../../design'
import { causesOf, isVital, itemsOf } from './view-model'
import { words } from './words'

/** Why items waited, worst first, each with what the causes so far make together; a cause leads to its items. */
export function Causes({ report }: { report: FlowReport }) {
  const causes = causesOf(report)
  const [worst] = causes
  const days = causes.reduce((sum, { itemDays }) => sum + itemDays, 0)
  return (
    <Panel
      title={words.causes.title}
      means={words.causes.means(formatNumber(days))}
      foot={worst && <Worst report={report} cause={worst.cause} share={worst.share} />}
      flush
    >
      {worst ? (
        <table className="table causes" aria-label={words.causes.title}>
          <TableHead head={words.causes.head} />
          <tbody>
            {causes.map(({ cause, itemDays, together }, index) => (
              <tr key={cause}>
                <td>
                  <a className="cause" href={itemsWith(cause)}>
                    <span>{cause}</span>
                    <i
                      className={isVital(causes, index) ? 'vital' : undefined}
                      style={{ width: `${(itemDays / worst.itemDays) * 100}%` }}
                    />
                  </a>
                </td>
                <td className="right">{formatNumber(itemDays)} d</td>
                <td className="right">{formatShare(together)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="quiet-note">{words.causes.none}</p>
      )}
    </Panel>
  )
}
const itemsWith = (cause: string) => hrefOf(['flow', 'items'], { cause })

function Worst({ report, cause, share }: { report: FlowReport; cause: string; share: number }) {
  const count = itemsOf(report, {}, cause).length
  return (
    <div className="row">
      <span>{words.causes.of(cause, share)}</span>
      <span className="spring" />
      {count > 0 && <LinkButton href={itemsWith(cause)}>{words.causes.show(count)}</LinkButton>}
    </div>
  )
}
