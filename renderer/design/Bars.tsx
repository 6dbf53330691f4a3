interface FreshnessProps {
  ageSeconds?: number | undefined
  promiseSeconds?: number | undefined
  width?: number
  label: string
}
/** Age against what its owner promises (the tick at 70 %); hatched where it was never measured. The words stand beside it. */
export function FreshnessBar({ ageSeconds, promiseSeconds, width = 46, label }: FreshnessProps) {
  const tick = width * 0.7
  const share =
    ageSeconds === undefined
      ? 0
      : promiseSeconds
        ? Math.min(1, (ageSeconds / promiseSeconds) * 0.7)
        : 0.1
  const late =
    ageSeconds !== undefined && promiseSeconds !== undefined && ageSeconds > promiseSeconds
  return (
    <svg width={width} height="10" role="img" aria-label={label}>
      <rect
        y="3"
        width={width}
        height="4"
        rx="2"
        fill={ageSeconds === undefined ? 'url(#hatch-unknown)' : 'var(--sunken)'}
      />
      {ageSeconds !== undefined && (
        <rect
          y="3"
          width={Math.max(1.5, share * width)}
          height="4"
          rx="2"
          fill={late ? 'var(--yellowfill)' : 'var(--edge)'}
        />
      )}
      {ageSeconds !== undefined && promiseSeconds !== undefined && (
        <path d={`M${tick} 0v10`} stroke="var(--ink)" />
      )}
    </svg>
  )
}
const percent = (share: number) => `${Math.min(1, Math.max(0, share)) * 100}%`
/** Used, and what this would add, of a limit. */
export function QuotaBar({
  used,
  adds,
  limit,
  label,
}: {
  used: number
  adds: number
  limit: number
  label: string
}) {
  const whole = limit > 0 ? limit : Math.max(1, used + adds)
  const over = used + adds > limit
  return (
    <svg width="100%" height="8" role="img" aria-label={label}>
      <rect width="100%" height="8" rx="2" fill="var(--sunken)" />
      <rect width={percent(used / whole)} height="8" rx="2" fill="var(--edge)" />
      <rect
        x={percent(used / whole)}
        width={percent(Math.min(adds / whole, 1 - used / whole))}
        height="8"
        fill={over ? 'var(--redfill)' : 'var(--accent)'}
      />
    </svg>
  )
}
/** A bar only where the share is known. */
export const ProgressBar = ({
  share,
  width = 88,
  label,
}: {
  share: number
  width?: number
  label: string
}) => (
  <svg
    width={width}
    height="4"
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={Math.round(share * 100)}
  >
    <rect width={width} height="4" rx="2" fill="var(--sunken)" />
    <rect width={width * Math.min(1, share)} height="4" rx="2" fill="var(--accent)" />
  </svg>
)
export type CellState = 'taken' | 'free' | 'idle' | 'faulted' | 'off' | 'yours'
const CELL: Record<CellState, { fill: string; stroke: string; dash?: string }> = {
  taken: { fill: 'var(--onpremfill)', stroke: 'var(--onpremfill)' },
  idle: { fill: 'var(--onpremsoft)', stroke: 'var(--onpremfill)' },
  free: { fill: 'none', stroke: 'var(--edge)', dash: '2 2' },
  faulted: { fill: 'var(--redsoft)', stroke: 'var(--redfill)' },
  off: { fill: 'none', stroke: 'var(--line)', dash: '2 2' },
  yours: { fill: 'var(--accent)', stroke: 'var(--accent)' },
}
/** One cell per GPU or group of cores: full = taken, dashed = free, crossed red = faulted, accent = yours; hatched where it is cloud. */
export function CellStrip({
  cells,
  cloud = false,
  width = 248,
  label,
}: {
  cells: readonly CellState[]
  cloud?: boolean
  width?: number
  label: string
}) {
  const shown = cells.slice(0, 64)
  const step = width / Math.max(1, shown.length)
  return (
    <svg width={width} height="9" role="img" aria-label={label}>
      {shown.map((cell, index) => {
        const { fill, stroke, dash } = CELL[cell]
        const hue =
          cloud && cell === 'taken'
            ? { fill: 'url(#hatch-cloud)', stroke: 'var(--cloudfill)' }
            : {
                fill,
                stroke:
                  cloud && cell !== 'faulted' && cell !== 'yours' ? 'var(--cloudfill)' : stroke,
              }
        return (
          <rect
            key={index}
            x={index * step + 0.5}
            y="1"
            width={Math.max(2, step - 3)}
            height="7"
            rx="1.5"
            {...hue}
            {...(dash && { strokeDasharray: dash })}
          />
        )
      })}
    </svg>
  )
}
