import type { Moment, ObjectSign, ObjectStory } from '../../../preload/contract/objects'
import { formatClock, formatDay, formatDuration, formatMoment } from '../../design'
import { words } from './words'

export type Tab = 'overview' | 'tree' | 'logs' | 'terminal' | 'yaml' | 'events' | 'ports' | 'gpu'

/** The tabs that make sense for an object: logs and terminals where there are pods, ports where something listens. */
export function tabsOf({
  object,
  ports,
}: Pick<ObjectStory, 'object' | 'ports'>): { value: Tab; says: string }[] {
  const kind = object?.kind ?? ''
  const hasPods = [
    'Pod',
    'Job',
    'Deployment',
    'StatefulSet',
    'ReplicaSet',
    'DaemonSet',
    'CronJob',
    'TrainJob',
    'PyTorchJob',
    'JobSet',
    'Notebook',
    'Environment',
  ].includes(kind)
  const shown: Tab[] = [
    'overview',
    'tree',
    ...(hasPods ? ['logs' as const, 'terminal' as const] : []),
    'yaml',
    'events',
    ...(ports.length > 0 ? ['ports' as const] : []),
    ...(kind === 'Node' || (kind === 'Pod' && object?.gpus !== undefined) ? ['gpu' as const] : []),
  ]
  return shown.map((value) => ({ value, says: words.tabs[value] }))
}

/** What stands under the name: how it is and since when, where, whose, how much. */
export function headOf({ object }: ObjectStory, now: number): string[] {
  if (!object) return []
  const { word, createdAt, namespace, owner, gpus, node } = object
  const age =
    createdAt === undefined ? undefined : formatDuration((now - Date.parse(createdAt)) / 1000)
  return [
    [word, age].filter(Boolean).join(' '),
    namespace,
    owner && `${owner.kind} ${owner.name}`,
    gpus === undefined ? undefined : `${String(gpus)} GPU${gpus === 1 ? '' : 's'}`,
    node,
  ].filter((part): part is string => part !== undefined && part !== '')
}

const whyTitle: Partial<Record<ObjectSign, string>> = {
  failed: words.whyFailed,
  warning: words.whyAttention,
}
export const whyTitleOf = (sign: ObjectSign): string => whyTitle[sign] ?? words.whyWaits

export interface TimelineRow {
  id: string
  when: string
  title: string
  says: string
  sign: ObjectSign
  note: string | undefined
}
/** Moments oldest first; a day is said where it changes. */
export function toTimeline(moments: readonly Moment[]): {
  rows: TimelineRow[]
  span: string | undefined
} {
  const rows = moments.map((moment, index): TimelineRow => {
    const before = moments[index - 1]
    const sameDay = before !== undefined && formatDay(before.at) === formatDay(moment.at)
    return {
      id: moment.id,
      when:
        index === 0 || sameDay
          ? formatClock(moment.at)
          : `${formatDay(moment.at).split(' ').slice(1).join(' ')} ${formatClock(moment.at)}`,
      title: moment.title,
      says: moment.says,
      sign: moment.sign,
      note: moment.overwritten ? words.overwritten : undefined,
    }
  })
  const [first, last] = [moments[0], moments.at(-1)]
  if (!first || !last) return { rows, span: undefined }
  const same = formatDay(first.at) === formatDay(last.at)
  return {
    rows,
    span: words.kept(
      same ? formatClock(first.at) : formatMoment(first.at),
      same ? formatClock(last.at) : formatMoment(last.at),
    ),
  }
}
