import type { Revision } from '../../../preload/contract/records'
import { Avatar, formatMoment, formatShare, Tag, type Column } from '../../design'
import { words } from './words'

export const revisionColumns: Column<Revision>[] = [
  {
    id: 'number',
    says: words.columns.number,
    value: ({ spec }) => spec.number,
    cell: ({ spec }) => <b>rev {spec.number}</b>,
  },
  {
    id: 'note',
    says: words.columns.note,
    value: ({ spec }) => spec.note,
    cell: ({ spec }) => (
      <span className="ellipsis" style={{ display: 'block', maxWidth: 360 }}>
        {spec.note}
      </span>
    ),
  },
  {
    id: 'by',
    says: words.columns.by,
    value: ({ spec }) => spec.savedBy,
    cell: ({ spec }) => (
      <span className="row" style={{ gap: 6 }}>
        <Avatar person={spec.savedBy} />
        {spec.savedBy}
      </span>
    ),
  },
  {
    id: 'saved',
    says: words.columns.saved,
    value: ({ meta }) => meta.createdAt,
    cell: ({ meta }) => formatMoment(meta.createdAt),
  },
  {
    id: 'score',
    says: words.columns.score,
    right: true,
    value: ({ status }) => status.reproducibility?.score ?? -1,
    cell: ({ status }) =>
      status.reproducibility ? formatShare(status.reproducibility.score) : words.unchecked,
  },
  {
    id: 'drift',
    says: words.columns.drift,
    value: ({ status }) => status.drift?.result ?? '',
    cell: ({ status }) =>
      status.drift ? (
        <Tag
          tone={
            status.drift.result === 'act'
              ? 'danger'
              : status.drift.result === 'watch'
                ? 'warning'
                : 'good'
          }
        >
          {words.drift[status.drift.result]}
        </Tag>
      ) : (
        <span className="meta">{words.unchecked}</span>
      ),
  },
]
