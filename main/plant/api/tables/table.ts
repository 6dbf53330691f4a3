import type { Resource } from '../resource'
import type { Stored } from '../stored'

export interface TableWish {
  include: 'None' | 'Metadata' | 'Object'
  now: number
  /** Later events of a watch leave the columns out. */
  withoutColumns?: boolean
}
export interface TableOf {
  resource: Resource
  items: Stored[]
  listMeta: Record<string, unknown>
}

const included = (stored: Stored, include: TableWish['include']): string => {
  if (include === 'None') return 'null'
  return include === 'Object'
    ? stored.text
    : `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${stored.metadataText}}`
}
/** A meta.k8s.io/v1 Table of objects: the columns a person reads, and as much of each object as was asked for. */
export function tableText(
  { resource, items, listMeta }: TableOf,
  { include, now, withoutColumns = false }: TableWish,
): string {
  const definitions = resource.columns.map(
    ({ name, type, format = '', description = '', priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    }),
  )
  const rows = items.map(
    (stored) =>
      `{"cells":${JSON.stringify(resource.columns.map((column) => column.cell(stored.object, now)))},"object":${included(stored, include)}}`,
  )
  const columns = withoutColumns ? 'null' : JSON.stringify(definitions)
  return `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(listMeta)},"columnDefinitions":${columns},"rows":[${rows.join(',')}]}`
}
