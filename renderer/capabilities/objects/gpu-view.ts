import type { GpuUse } from '../../../preload/contract/gpu-use'
import { formatMoment, formatNumber, formatShare } from '../../design'
import { words } from './words'

export type Hours = '1' | '24' | '168'
export const hoursChoices: readonly { value: Hours; says: string }[] = [
  { value: '1', says: '1 h' },
  { value: '24', says: '24 h' },
  { value: '168', says: '7 d' },
]

export interface ChartPoint {
  at: number
  used: number | undefined
  tensor: number | undefined
}
const MOST_ROWS = 240
/** Points of the chart in GPUs, the same as a table, and the sentence that stands for it. */
export function chartRows({ history, now }: GpuUse) {
  const step = Math.max(1, Math.ceil(history.length / MOST_ROWS))
  const thinned = history.filter(
    (_point, index) => index % step === 0 || index === history.length - 1,
  )
  const points: ChartPoint[] = thinned.map(({ at, used, tensor, gpus }) => ({
    at: Date.parse(at),
    used,
    tensor: tensor === undefined ? undefined : tensor * gpus,
  }))
  const figure = (value: number | undefined) =>
    value === undefined ? undefined : formatNumber(value)
  const rows = thinned.map(({ at, used, tensor, engine, memoryUsedMib, powerW }) => [
    formatMoment(at),
    figure(used),
    engine === undefined ? undefined : formatShare(engine),
    tensor === undefined ? undefined : formatShare(tensor),
    memoryUsedMib === undefined ? undefined : formatNumber(memoryUsedMib / 1024),
    figure(powerW),
  ])
  const known = points.flatMap(({ used }) => used ?? [])
  const mean =
    known.length === 0 ? undefined : known.reduce((sum, used) => sum + used, 0) / known.length
  return {
    points,
    rows,
    head: words.gpu.head,
    says:
      mean === undefined
        ? words.gpu.nothing
        : words.gpu.says(formatNumber(mean), formatNumber(now.allocated)),
  }
}
/** One row for each GPU or slice of one. */
export const gpuRows = ({ gpus }: GpuUse) =>
  gpus.map(
    ({
      id,
      node,
      index,
      slice,
      pod,
      engine,
      tensor,
      memoryUsedMib,
      memoryFreeMib,
      powerW,
      xid,
      xidSays,
    }) => ({
      id,
      fault: xid !== undefined,
      cells: [
        `${node} ${index}${slice === undefined ? '' : ` ${slice}`}`,
        xid === undefined ? (pod?.name ?? words.gpu.free) : words.gpu.fault(xid, xidSays ?? ''),
        engine === undefined ? undefined : formatShare(engine),
        tensor === undefined ? undefined : formatShare(tensor),
        memoryUsedMib === undefined
          ? undefined
          : memoryFreeMib === undefined
            ? formatNumber(memoryUsedMib / 1024)
            : `${formatNumber(memoryUsedMib / 1024)} / ${formatNumber((memoryUsedMib + memoryFreeMib) / 1024)}`,
        powerW === undefined ? undefined : formatNumber(powerW),
      ],
    }),
  )
