import type { ModelDrift, MonitorSettings } from '../../../../preload/contract/drift-review'
import type { Records } from '../../records'

type Events = ModelDrift['events']
const DEPLOYED = new Set(['deploy', 'in-use'])

/** What happened to a model, from its work item, its revisions and the data they were made with. */
export function eventsOf(
  records: Pick<Records, 'known' | 'find'>,
  { workItem }: MonitorSettings,
): Events {
  if (!workItem) return []
  const item = records.find('WorkItem', workItem.name, workItem.namespace),
    revisions = records
      .known('Revision')
      .items.filter(
        ({ meta, spec }) =>
          meta.namespace === workItem.namespace && spec.workItem === workItem.name,
      )
  const used = new Set(revisions.flatMap(({ spec }) => spec.data.map(({ snapshot }) => snapshot)))
  return [
    ...(item?.status.events ?? []).flatMap(({ type, station, at, by }): Events =>
      type === 'entered' && station !== undefined && DEPLOYED.has(station)
        ? [
            {
              at,
              kind: 'deploy',
              says: `${station === 'deploy' ? 'Deployed' : 'Taken into use'}${by ? ` by ${by}` : ''}`,
            },
          ]
        : [],
    ),
    ...revisions.map(({ meta, spec }) => ({
      at: meta.createdAt,
      kind: 'revision' as const,
      says: `Rev ${spec.number} by ${spec.savedBy}`,
    })),
    ...records
      .known('DataSnapshot')
      .items.flatMap(({ meta, spec, status }): Events =>
        meta.namespace === workItem.namespace && used.has(meta.name) && status.takenAt !== undefined
          ? [{ at: status.takenAt, kind: 'data-commit', says: `Snapshot of ${spec.source}` }]
          : [],
      ),
  ].toSorted((a, b) => a.at.localeCompare(b.at))
}
