import { hrefOf, navigate } from '../../../client'
import { formatDuration, LinkButton, Panel, Table, Tag, type Column } from '../../../design'
import type { RecordedReport } from './Ages'
import { itemsOf, type FinishedItem } from './view-model'
import { words } from './words'

const { head } = words.items
const duration = (
  id: string,
  says: string,
  of: (item: FinishedItem) => number,
): Column<FinishedItem> => ({
  id,
  says,
  right: true,
  value: of,
  cell: (item) => formatDuration(of(item)),
})
const COLUMNS: Column<FinishedItem>[] = [
  { id: 'title', says: head.title, value: ({ title }) => title, cell: ({ title }) => title },
  duration('lead', head.lead, ({ leadSeconds }) => leadSeconds),
  duration('touch', head.touch, ({ touchSeconds }) => touchSeconds),
  duration('wait', head.wait, ({ waitSeconds }) => waitSeconds),
  {
    id: 'cause',
    says: head.cause,
    value: ({ cause }) => cause,
    cell: ({ cause }) => cause ?? words.dora.none,
  },
]

/** The finished items of the window, or those that waited for one cause, longest first. */
export function ItemsTable({
  report,
  cause,
}: {
  report: RecordedReport
  cause: string | undefined
}) {
  const items = itemsOf(report, report.titles, cause)
  return (
    <div className="screen-body">
      <Panel
        title={words.tabs.items}
        means={words.finished(items.length)}
        actions={
          cause !== undefined && (
            <>
              <Tag>{words.items.filtered(cause)}</Tag>
              <LinkButton small href={hrefOf(['flow', 'items'])}>
                {words.items.clear}
              </LinkButton>
            </>
          )
        }
        flush
      >
        {items.length === 0 ? (
          <p className="quiet-note">{words.items.none}</p>
        ) : (
          <Table
            label={words.tabs.items}
            rows={items}
            columns={COLUMNS}
            idOf={({ name }) => name}
            onOpen={({ name }) => navigate(hrefOf(['line', ...name.split('/')]))}
          />
        )}
      </Panel>
    </div>
  )
}
