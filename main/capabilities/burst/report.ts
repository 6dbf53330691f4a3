import { table } from '../../platform/terminal'
import type { Figures } from './domain/figures'
import type { ReplayAnswer } from './replay-run'

const text = (value: number, digits: number) =>
  Number.isFinite(value) ? value.toFixed(digits) : '–'
const COLUMNS: readonly [head: string, cell: (row: Figures) => string][] = [
  ['policy', (row) => row.policy],
  [
    'knob',
    (row) =>
      Object.entries(row.params)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
  ],
  ['cloud $', (row) => text(row.cloudUsd, 0)],
  ['GPU h', (row) => text(row.cloudGpuHours, 0)],
  ['wait h', (row) => text(row.meanWaitHours, 2)],
  ['p95', (row) => text(row.p95WaitHours, 2)],
  [
    'missed',
    (row) =>
      Number.isFinite(row.deadlineMissShare) ? `${text(row.deadlineMissShare * 100, 1)} %` : '–',
  ],
  [
    'in use',
    (row) =>
      Number.isFinite(row.onPremUtilisation) ? `${text(row.onPremUtilisation * 100, 0)} %` : '–',
  ],
  ['seconds', (row) => text(row.wallSeconds, 2)],
]

/** The figures as a table for people. */
export function report(trace: string, found: ReplayAnswer): string {
  const { jobs, setting } = found
  const head = `${trace}: ${jobs.count} jobs (${jobs.dropped} above 64 GPUs left out), mean running time ${found.meanRuntimeHours.toFixed(2)} h, ${setting.nodes} nodes of ${setting.gpusPerNode} GPUs`
  const rows = [
    COLUMNS.map(([name]) => name),
    ...found.figures.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  ]
  return `${head}\n\n${table(rows, { numbersFrom: 2 })}`
}
