import type { DataSnapshot, DataSource, Project, Tool } from '../../../preload/contract/records'
import { formatBytes, formatShortDuration } from '../../design'
import { words } from './words'

export interface Freshness {
  ageSeconds?: number
  promiseSeconds?: number
  says: string
  late: boolean
}
/** How old the data is against what its owner promises. */
export function freshnessOf({ spec, status }: DataSource, now: number): Freshness {
  const promiseSeconds =
    spec.freshWithinHours === undefined ? undefined : spec.freshWithinHours * 3600
  if (status.changedAt === undefined)
    return {
      says:
        spec.kind === 'kafka' && status.bytesPerSecond !== undefined
          ? words.fresh.live
          : words.fresh.never,
      late: false,
      ...(spec.kind === 'kafka' && status.bytesPerSecond !== undefined && { ageSeconds: 0 }),
      ...(promiseSeconds !== undefined && { promiseSeconds }),
    }
  const ageSeconds = Math.max(0, (now - Date.parse(status.changedAt)) / 1000)
  const late = promiseSeconds !== undefined && ageSeconds > promiseSeconds
  const age = formatShortDuration(ageSeconds)
  return {
    ageSeconds,
    ...(promiseSeconds !== undefined && { promiseSeconds }),
    says: late ? words.fresh.late(age) : age,
    late,
  }
}
export function sizeOf({ status }: DataSource): string {
  if (status.bytesPerSecond !== undefined && status.bytes === undefined)
    return words.bytesPerSecond(formatBytes(status.bytesPerSecond))
  return status.bytes === undefined ? words.unknownSize : formatBytes(status.bytes)
}
/** Whether every typed word is found in name, title, description, owner, team, tags or columns. */
export function matches({ meta, spec }: DataSource, filter: string): boolean {
  const text = [
    meta.name,
    spec.title,
    spec.description,
    spec.owner,
    spec.team,
    spec.kind,
    ...(spec.tags ?? []),
    ...(spec.columns ?? []).map(({ name }) => name),
  ]
    .join(' ')
    .toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => text.includes(word))
}
export const CLASS_LEVEL = { public: 1, internal: 2, confidential: 3, restricted: 4 } as const

export interface SourceRow {
  source: DataSource
  freshness: Freshness
  size: string
  projects: number
  snapshots: number
}
/** One row per source with what points at it. */
export function toRows(
  sources: DataSource[],
  { snapshots, now }: { snapshots: DataSnapshot[]; now: number },
): SourceRow[] {
  return sources.map((source) => {
    const mine = snapshots.filter(({ spec }) => spec.source === source.meta.name)
    return {
      source,
      freshness: freshnessOf(source, now),
      size: sizeOf(source),
      snapshots: mine.length,
      projects: new Set(mine.map(({ meta }) => meta.namespace)).size,
    }
  })
}
/** Tools by stage, approved first within a wizard. */
export const byStage = (tools: Tool[], stage: Tool['spec']['stage']) =>
  tools.filter(({ spec }) => spec.stage === stage)
/** Why a tool cannot run on a machine; undefined where it can. */
export function tooSmall(
  tool: Tool,
  size: { name: string; cpuCores: number; memoryGi: number } | undefined,
): string | undefined {
  if (!size) return undefined
  const { cpuCores, memoryGi } = tool.spec.minimum
  return size.cpuCores < cpuCores || size.memoryGi < memoryGi
    ? words.tooSmall(size.name)
    : undefined
}
/** Names of projects, for choosing where a snapshot goes. */
export const namespacesOf = (projects: Project[]) =>
  projects.map(({ meta, status }) => status.namespace ?? meta.name)
