import { useState } from 'react'
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts'
import type { GpuUse, GpuUseAsk } from '../../../../preload/contract/gpu-use'
import { lastKnown, useWatch } from '../../../client'
import {
  ChartFrame,
  Failed,
  Figure,
  formatClock,
  formatMoment,
  formatNumber,
  formatShare,
  Loading,
  Partly,
  Section,
  Segmented,
  TICK,
} from '../../../design'
import { chartRows, gpuRows, hoursChoices, type Hours } from '../gpu-view'
import { words } from '../words'

/** Requested, allocated and used GPUs of a site, a node or a pod, now and in a window; without a Prometheus allocation only, and it says so. */
export function GpuUsePanel({ site, of }: Pick<GpuUseAsk, 'site' | 'of'>) {
  const [hours, setHours] = useState<Hours>('1')
  const { remote, again } = useWatch<GpuUse>(
    (client, options) => client.objects.gpuUse({ site, of, hours: Number(hours) }, options),
    [site, JSON.stringify(of), hours],
  )
  const use = lastKnown(remote)?.value
  if (remote.at === 'failed' && !use)
    return (
      <div className="section">
        <Failed
          says={remote.trouble.says}
          remedy={remote.trouble.remedy}
          code={remote.trouble.code}
          onRetry={again}
        />
      </div>
    )
  if (!use)
    return (
      <div className="section">
        <Loading says={words.gpu.waiting} />
      </div>
    )
  return (
    <>
      <Section
        title={words.gpu.title}
        note={use.live ? words.gpu.now : use.asOf && words.asOf(formatMoment(use.asOf))}
      >
        <Now now={use.now} />
        <Partly says={use.says} />
      </Section>
      {use.history.length > 1 && (
        <div className="object-gpu-chart">
          <Course
            use={use}
            above={
              <div className="object-bar">
                <Segmented
                  label={words.gpu.window}
                  value={hours}
                  options={hoursChoices}
                  onChange={setHours}
                />
              </div>
            }
          />
        </div>
      )}
      {use.gpus.length > 0 && <Gpus use={use} />}
      {use.xids.length > 0 && (
        <Section title={words.gpu.xids}>
          <ul>
            {use.xids.map(({ at, node, index, xid, says }) => (
              <li key={`${at}/${node}/${index}`} className="control-text">
                <span className="meta">{formatMoment(at)}</span> {words.gpu.xid(xid, node, index)}:{' '}
                {says}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}
/** The four figures side by side: what is not measured is a word. */
const Now = ({
  now: { capacity, requested, allocated, used, faulted },
}: {
  now: GpuUse['now']
}) => (
  <div className="row wrap">
    <Figure label={words.gpu.capacity} value={formatNumber(capacity)} />
    <Figure label={words.gpu.requested} value={formatNumber(requested)} />
    <Figure label={words.gpu.allocated} value={formatNumber(allocated)} />
    {used === undefined ? (
      <Figure label={words.gpu.used} unknownSays={words.gpu.notMeasured} />
    ) : (
      <Figure
        label={words.gpu.used}
        value={formatNumber(used)}
        note={allocated > 0 && formatShare(used / allocated)}
      />
    )}
    {faulted > 0 && <Figure label={words.gpu.faulted} value={formatNumber(faulted)} />}
  </div>
)
function Course({ use, above }: { use: GpuUse; above: React.ReactNode }) {
  const { points, head, rows, says } = chartRows(use)
  const top = Math.max(
    1,
    Math.ceil(Math.max(use.now.capacity, ...points.map(({ used }) => used ?? 0))),
  )
  return (
    <ChartFrame
      title={words.gpu.course}
      means={words.gpu.courseMeans}
      says={says}
      head={head}
      rows={rows}
      above={above}
    >
      {(reading) => (
        <ResponsiveContainer
          width="100%"
          height="100%"
          initialDimension={{ width: 380, height: 160 }}
        >
          <ComposedChart
            data={points}
            margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--grid)" />
            <XAxis
              dataKey="at"
              type="number"
              domain={['dataMin', 'dataMax']}
              tickCount={4}
              tickFormatter={(at: number) => formatClock(at)}
              tick={TICK}
              tickLine={false}
              axisLine={false}
            />
            <YAxis
              width={30}
              domain={[0, top]}
              allowDecimals={false}
              tick={TICK}
              tickLine={false}
              axisLine={false}
            />
            <Area
              dataKey="used"
              type="linear"
              stroke="var(--onpremfill)"
              fill="var(--onpremfill)"
              fillOpacity={0.35}
              isAnimationActive={false}
              activeDot={false}
            />
            <Line
              dataKey="tensor"
              type="linear"
              stroke="var(--s4)"
              strokeDasharray="4 2"
              dot={false}
              isAnimationActive={false}
            />
            <ReferenceLine
              y={use.now.allocated}
              stroke="var(--ink)"
              label={{
                value: words.gpu.allocatedLine(formatNumber(use.now.allocated)),
                position: 'insideTopLeft',
                fill: 'var(--ink)',
                fontSize: 11,
              }}
            />
            {reading !== undefined && points[reading] && (
              <ReferenceLine x={points[reading].at} stroke="var(--ink)" strokeDasharray="2 2" />
            )}
          </ComposedChart>
        </ResponsiveContainer>
      )}
    </ChartFrame>
  )
}
const Gpus = ({ use }: { use: GpuUse }) => (
  <Section title={words.gpu.each}>
    <div className="scroll" tabIndex={0} role="region" aria-label={words.gpu.each}>
      <table className="table">
        <thead>
          <tr>
            {words.gpu.columns.map((column, index) => (
              <th key={column} scope="col" className={index > 1 ? 'right' : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {gpuRows(use).map(({ id, cells, fault }) => (
            <tr key={id}>
              {cells.map((cell, index) => (
                <td
                  key={index}
                  className={index > 1 ? 'right' : fault && index === 1 ? 'danger' : undefined}
                >
                  {cell ?? words.gpu.notMeasured}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Section>
)
