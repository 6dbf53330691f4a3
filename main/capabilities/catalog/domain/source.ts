import type { Plan } from '../../../../preload/contract/operations'
import type {
  DataSnapshot,
  DataSource,
  Environment,
  Revision,
} from '../../../../preload/contract/records'
import type { DataSourceSpec } from '../../../../preload/contract/records/catalog'

type Blocked = Plan['blockedBy'][number]
export interface Lineage {
  snapshot: string
  namespace: string
  pointer: string
  takenAt?: string
  usedBy: { kind: string; name: string; by: string }[]
}

const NEEDS: Record<
  DataSourceSpec['kind'],
  (location: DataSourceSpec['location']) => string | undefined
> = {
  volume: ({ namespace, claim }) =>
    namespace && claim ? undefined : 'the namespace and claim of its volume',
  s3: ({ uri }) =>
    /^s3:\/\/[^/]+/.test(uri ?? '') ? undefined : 'an address such as s3://bucket/prefix',
  lakefs: ({ uri }) =>
    /^lakefs:\/\/[^/]+\/[^/]+/.test(uri ?? '')
      ? undefined
      : 'an address such as lakefs://repository/branch',
  sql: ({ table }) => (table ? undefined : 'its table'),
  kafka: ({ topic }) => (topic ? undefined : 'its topic'),
  share: ({ uri, path }) => ((uri ?? path) ? undefined : 'an address such as nfs://server/path'),
}

/** What keeps a source from being added. */
export function checkSource(spec: DataSourceSpec, sites: string[]): Blocked[] {
  const needs = NEEDS[spec.kind](spec.location)
  const unknown = [...new Set([spec.site, ...spec.mayGoTo])].filter((site) => !sites.includes(site))
  return [
    ...(needs === undefined
      ? []
      : [{ says: `A ${spec.kind} source needs ${needs}.`, remedy: 'Fill it in.' }]),
    ...(unknown.length > 0
      ? [
          {
            says: `There is no site called ${unknown.join(' or ')}.`,
            remedy: `Choose among ${sites.join(', ')}.`,
          },
        ]
      : []),
  ]
}

/** From a source over its snapshots to who stands on them, newest first. */
export function lineageOf(
  source: DataSource,
  {
    snapshots,
    environments,
    revisions,
  }: { snapshots: DataSnapshot[]; environments: Environment[]; revisions: Revision[] },
): Lineage[] {
  return snapshots
    .filter(({ spec }) => spec.source === source.meta.name)
    .map((snapshot): Lineage => {
      const { name, namespace = '' } = snapshot.meta
      const stands = (data: { snapshot?: string | undefined }[]) =>
        data.some((each) => each.snapshot === name)
      const takenAt = snapshot.status.takenAt ?? snapshot.meta.createdAt
      return {
        snapshot: name,
        namespace,
        pointer: snapshot.status.pointer ?? snapshot.spec.pointer ?? '',
        takenAt,
        usedBy: [
          ...revisions
            .filter(({ meta, spec }) => meta.namespace === namespace && stands(spec.data))
            .map(({ meta, spec }) => ({ kind: 'Revision', name: meta.name, by: spec.savedBy })),
          ...environments
            .filter(({ meta, spec }) => meta.namespace === namespace && stands(spec.data))
            .map(({ meta, spec }) => ({ kind: 'Environment', name: meta.name, by: spec.owner })),
        ],
      }
    })
    .sort((a, b) => (b.takenAt ?? '').localeCompare(a.takenAt ?? ''))
}

const READERS: Record<DataSourceSpec['kind'], string> = {
  volume: 'its files are only read inside an environment that mounts it',
  s3: 'no credentials for this bucket are known here',
  lakefs: 'no sign-in for its lakeFS is known here',
  sql: 'no connection to its engine is set up here',
  kafka: 'no connection to its broker is set up here',
  share: 'the share is only mounted inside an environment',
}
/** Columns as the record declares them, and why no rows are shown. */
export const rowsOf = ({
  spec,
}: DataSource): { columns: string[]; values: (string | null)[][]; says: string } => ({
  columns: (spec.columns ?? []).map(({ name }) => name),
  values: [],
  says: `No rows are shown: ${READERS[spec.kind]}.`,
})
