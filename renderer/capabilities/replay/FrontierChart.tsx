import {
  ComposedChart,
  CartesianGrid,
  Line,
  ReferenceArea,
  ReferenceDot,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  XAxis,
  YAxis,
} from 'recharts'
import { formatNumber, TICK } from '../../design'
import { lookOf, usdTick, type Frontier, type Look, type Point } from './view-model'
import { words } from './words'

const SHAPES: Record<Look['marker'], string> = {
  circle: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
  triangle: 'M0-4.5 4.2 3.5H-4.2Z',
  square: 'M-3.5-3.5h7v7h-7Z',
  diamond: 'M0-5 5 0 0 5-5 0Z',
  cross: 'M-4-4 4 4M4-4-4 4',
  plus: 'M-5 0h10M0-5v10',
}
const OPEN = new Set<Look['marker']>(['cross', 'plus', 'diamond'])
/** What the chart tells of where it placed something. */
interface Placed {
  cx?: number | undefined
  cy?: number | undefined
  payload?: unknown
}
interface MarkProps {
  cx: number | undefined
  cy: number | undefined
  look: Look
  point: Point
  onKnob: ((knob: number) => void) | undefined
  says?: string
}
/** One setting of a knob; those of Takt can be pressed to set it. The press counts, not the click: taking the focus draws the chart anew, and a mark let go of is another one. */
function MarkShape({ cx, cy, look, point, onKnob, says }: MarkProps) {
  if (cx === undefined || cy === undefined) return <g />
  const press = point.knob !== undefined && onKnob ? () => onKnob(point.knob ?? 0) : undefined
  return (
    <g
      transform={`translate(${cx} ${cy})`}
      data-policy={point.figures.policy}
      {...(press && {
        onPointerDown: press,
        style: { cursor: 'pointer' },
        'data-knob': point.knob,
      })}
    >
      {press && <circle r="12" fill="transparent" />}
      {says && (
        <text pointerEvents="none" x="12" y="-12" className="halo" fill="var(--ink2)">
          {says}
        </text>
      )}
      <path
        d={SHAPES[look.marker]}
        fill={OPEN.has(look.marker) ? 'var(--panel)' : look.color}
        stroke={OPEN.has(look.marker) ? look.color : 'none'}
        strokeWidth="1.7"
      />
    </g>
  )
}

interface ChartProps {
  frontier: Frontier
  chosen: Point | undefined
  ghost: Point | undefined
  reading: Point | undefined
  onKnob: (knob: number) => void
  callout: readonly string[]
}
/** Cost against waiting: a line a policy, the chosen knob ringed, the one before as a ghost, the ground nobody reaches hatched. */
export function FrontierChart({
  frontier: { curves, singles, xTicks, yTicks, xMax, yMax, bound, alone, labels },
  chosen,
  ghost,
  reading,
  onKnob,
  callout,
}: ChartProps) {
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 680, height: 420 }}>
      <ComposedChart
        margin={{ top: 14, right: 124, bottom: 18, left: 6 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        {bound !== undefined && bound > 0 && (
          <ReferenceArea
            x1={0}
            x2={xMax}
            y1={0}
            y2={bound}
            fill="url(#hatch-unknown)"
            fillOpacity={0.75}
            stroke="none"
            ifOverflow="hidden"
          />
        )}
        <XAxis
          dataKey="wait"
          type="number"
          domain={[0, xMax]}
          ticks={xTicks}
          tickFormatter={(wait: number) => `${formatNumber(Math.round(wait * 100) / 100)} h`}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: 'var(--axis)' }}
          allowDataOverflow
          label={{
            value: words.waitAxis,
            position: 'insideBottom',
            offset: -14,
            fill: 'var(--ink2)',
            fontSize: 11,
          }}
        />
        <YAxis
          dataKey="usd"
          type="number"
          width={48}
          domain={[0, yMax]}
          ticks={yTicks}
          tickFormatter={usdTick}
          tick={TICK}
          tickLine={false}
          axisLine={false}
          allowDataOverflow
        />
        {curves.map(({ policy, points, end, beyond }) => {
          const { color, dash } = lookOf(policy)
          return (
            <Line
              key={policy}
              data={beyond ? [...points, end] : points}
              dataKey="usd"
              type="linear"
              stroke={color}
              strokeWidth={policy === 'takt' ? 2 : 1.5}
              {...(dash && { strokeDasharray: dash })}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
            />
          )
        })}
        {ownLast(curves).map(({ policy, points }) => (
          <Scatter
            key={policy}
            data={points}
            shape={({ cx, cy, payload }: Placed) =>
              payload ? (
                <MarkShape
                  cx={cx}
                  cy={cy}
                  look={lookOf(policy)}
                  point={payload as Point}
                  onKnob={policy === 'takt' ? onKnob : undefined}
                />
              ) : (
                <g />
              )
            }
            isAnimationActive={false}
          />
        ))}
        {labels.map(({ policy, wait, usd, says }) => (
          <ReferenceDot
            key={policy}
            x={wait}
            y={usd}
            r={0}
            ifOverflow="visible"
            label={{
              value: says,
              position: 'right',
              fill: lookOf(policy).color,
              fontSize: 11,
              fontWeight: policy === 'takt' ? 600 : 400,
              offset: 8,
            }}
          />
        ))}
        {singles.map((point) => (
          <ReferenceDot
            key={point.figures.policy}
            x={point.wait}
            y={point.usd}
            r={4}
            ifOverflow="visible"
            shape={({ cx, cy }: Placed) => (
              <MarkShape
                cx={cx}
                cy={cy}
                look={lookOf(point.figures.policy)}
                point={point}
                onKnob={undefined}
                says={`${words.policy[point.figures.policy]}, ${usdTick(point.usd)}`}
              />
            )}
          />
        ))}
        {bound !== undefined && bound > yMax * 0.07 && (
          <ReferenceDot
            x={xMax / 2}
            y={bound / 2}
            r={0}
            shape={({ cx, cy }: Placed) => (
              <text x={cx ?? 0} y={cy ?? 0} textAnchor="middle" className="halo" fill="var(--ink2)">
                {words.ground}
              </text>
            )}
          />
        )}
        {alone && (
          <ReferenceDot
            x={xMax}
            y={yMax * 0.025}
            r={0}
            ifOverflow="visible"
            shape={({ cx, cy }: Placed) => (
              <text
                x={(cx ?? 0) - 6}
                y={cy ?? 0}
                textAnchor="end"
                className="halo"
                fill="var(--ink2)"
              >{`${words.onlyHere(alone.wait)} →`}</text>
            )}
          />
        )}
        {ghost && (
          <ReferenceDot
            x={ghost.wait}
            y={ghost.usd}
            r={6}
            fill="none"
            stroke="var(--ink3)"
            strokeDasharray="2 2"
            label={{ value: words.was, position: 'top', fill: 'var(--ink3)', fontSize: 11 }}
          />
        )}
        {chosen && chosen.wait <= xMax && (
          <>
            <ReferenceLine
              segment={[
                { x: chosen.wait, y: 0 },
                { x: chosen.wait, y: chosen.usd },
              ]}
              stroke="var(--s1)"
              strokeDasharray="2 3"
            />
            <ReferenceLine
              segment={[
                { x: 0, y: chosen.usd },
                { x: chosen.wait, y: chosen.usd },
              ]}
              stroke="var(--s1)"
              strokeDasharray="2 3"
            />
            <ReferenceDot
              zIndex={ON_TOP}
              x={chosen.wait}
              y={chosen.usd}
              r={7}
              shape={({ cx, cy }: Placed) => (
                <Chosen
                  cx={cx ?? 0}
                  cy={cy ?? 0}
                  lines={callout}
                  right={chosen.wait < xMax * 0.6}
                  above={chosen.usd < yMax * 0.25}
                />
              )}
            />
          </>
        )}
        {reading && <ReferenceLine x={reading.wait} stroke="var(--ink)" strokeDasharray="2 2" />}
      </ComposedChart>
    </ResponsiveContainer>
  )
}
/** Marks that can be pressed lie on top. */
const ownLast = (curves: Frontier['curves']) =>
  [...curves].sort((a, b) => Number(a.policy === 'takt') - Number(b.policy === 'takt'))
/** Above marks and their names, which would run through the words. */
const ON_TOP = 3000
const CALLOUT = { width: 226, line: 17 }
function Chosen({
  cx,
  cy,
  lines,
  right,
  above,
}: {
  cx: number
  cy: number
  lines: readonly string[]
  right: boolean
  above: boolean
}) {
  const height = lines.length * CALLOUT.line + 10
  const x = right ? cx + 34 : cx - 34 - CALLOUT.width
  const y = above ? cy - 34 - height : cy + 34
  return (
    <g data-chosen pointerEvents="none">
      <path
        d={`M${cx} ${cy}L${right ? x : x + CALLOUT.width} ${y + height / 2}`}
        stroke="var(--edge)"
      />
      <rect
        x={x}
        y={y}
        width={CALLOUT.width}
        height={height}
        rx="3"
        fill="var(--raised)"
        stroke="var(--line)"
      />
      {lines.map((line, index) => (
        <text
          key={line}
          x={x + 10}
          y={y + 18 + index * CALLOUT.line}
          fill={index === 0 ? 'var(--ink)' : 'var(--ink2)'}
          fontWeight={index === 0 ? 600 : 400}
        >
          {line}
        </text>
      ))}
      <circle cx={cx} cy={cy} r="7.5" fill="var(--panel)" stroke="var(--s1)" strokeWidth="2.5" />
      <circle cx={cx} cy={cy} r="3" fill="var(--s1)" />
    </g>
  )
}
