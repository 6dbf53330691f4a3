import type { DataSource } from '../../../preload/contract/records'
import { CLASS_LEVEL } from './view-model'

/** How guarded data is: four cells and the word. */
export const ClassCells = ({
  classification,
}: {
  classification: DataSource['spec']['classification']
}) => (
  <span className="row" style={{ gap: 6 }}>
    <svg width="26" height="9" aria-hidden="true">
      {[0, 1, 2, 3].map((cell) => (
        <rect
          key={cell}
          x={cell * 6.5 + 0.5}
          y="0.5"
          width="4.5"
          height="8"
          rx="1"
          fill={cell < CLASS_LEVEL[classification] ? 'var(--ink2)' : 'none'}
          stroke="var(--ink2)"
        />
      ))}
    </svg>
    <span>{classification}</span>
  </span>
)
