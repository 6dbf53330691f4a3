import type { Place } from '../../../../preload/contract/common'
import type { MapView } from '../../../../preload/contract/flow'
import { modelSays, nodeSays } from '../view-model'

type Node = MapView['lanes'][number]['nodes'][number]
type Cell = Node['gpus'][number]
const STEP = 23,
  WIDTH = 20,
  HEIGHT = 50,
  LEAST = 8

/** One node: a column per GPU, as high as its engine was busy; below, who holds which of them. */
export function NodeColumns({
  node,
  place,
  useKnown,
}: {
  node: Node
  place: Place
  useKnown: boolean
}) {
  const columns = Math.max(LEAST, node.gpus.length)
  const whole = columns * STEP - (STEP - WIDTH)
  const share = (gpus: number) => `${(gpus * STEP * 100) / whole}%`
  const off = node.gpus.every(({ state }) => state === 'off')
  return (
    <div className={`node ${off ? 'off' : ''}`}>
      <div className="node-head">
        {off ? (
          <span className="meta ellipsis">{node.name}</span>
        ) : (
          <b className="ellipsis">{node.name}</b>
        )}
        <span className="small meta ellipsis" title={node.model}>
          {modelSays(node.model)}
        </span>
        <span className="spring" />
        <span className="small soft nowrap">{node.meta}</span>
      </div>
      <svg
        width="100%"
        height={HEIGHT}
        viewBox={`0 0 ${whole} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={nodeSays(node)}
      >
        {node.gpus.map((cell, index) => (
          <Gpu
            key={index}
            cell={cell}
            x={index * STEP}
            cloud={place === 'cloud'}
            useKnown={useKnown}
          />
        ))}
      </svg>
      <div className="node-holders">
        {node.holders.map((holder) => (
          <span
            key={`${holder.from} ${holder.label}`}
            className="ellipsis"
            title={holder.label}
            style={{ left: share(holder.from), width: `calc(${share(holder.count)} - 3px)` }}
          >
            {holder.label}
          </span>
        ))}
      </div>
    </div>
  )
}
function Gpu({
  cell,
  x,
  cloud,
  useKnown,
}: {
  cell: Cell
  x: number
  cloud: boolean
  useKnown: boolean
}) {
  const hue = cloud ? 'var(--cloudfill)' : 'var(--onpremfill)'
  const frame = { x: x + 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1, rx: 2 }
  switch (cell.state) {
    case 'faulted':
      return (
        <>
          <rect {...frame} fill="var(--redsoft)" stroke="var(--redfill)" />
          <path
            d={`M${x + 6} 21l8 8M${x + 14} 21l-8 8`}
            stroke="var(--redfill)"
            strokeWidth="1.6"
          />
        </>
      )
    case 'free':
      return <rect {...frame} fill="none" stroke="var(--edge)" strokeDasharray="2 2" />
    case 'booting':
      return <rect {...frame} fill="none" stroke={hue} strokeDasharray="3 2" />
    case 'off':
      return <rect {...frame} fill="none" stroke="var(--line)" />
    case 'idle':
      return (
        <>
          <rect {...frame} fill="var(--panel)" stroke={hue} />
          <text x={x + WIDTH / 2} y="29" textAnchor="middle" fontSize="10">
            z
          </text>
        </>
      )
    case 'taken': {
      const busy = Math.round((useKnown ? (cell.use ?? 0) : 1) * (HEIGHT - 2))
      return (
        <>
          <rect {...frame} fill="var(--panel)" stroke={hue} />
          <rect
            x={x + 1}
            y={HEIGHT - 1 - busy}
            width={WIDTH - 2}
            height={busy}
            rx="1"
            fill={cloud ? 'url(#hatch-cloud)' : hue}
          />
        </>
      )
    }
  }
}
