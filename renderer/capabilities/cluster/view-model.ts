import type {
  Cell,
  ListColumn,
  ListFilter,
  ListId,
  ListRow,
  ListSort,
  RowRef,
} from '../../../preload/contract/cluster'
import { MOST_AT_ONCE, type ObjectRef, type Offer } from '../../../preload/contract/objects'
import type { WindowRow } from '../../design'
import { words } from './words'

export const LIST_IDS: readonly ListId[] = [
  'nodes',
  'workloads',
  'pods',
  'queues',
  'flavors',
  'events',
  'namespaces',
]
export const listOf = (text: string | undefined): ListId =>
  LIST_IDS.find((id) => id === text) ?? 'pods'

const FIELDS = ['q', 'ns', 'state', 'kind', 'owner', 'gpus', 'nodes', 'sort'] as const
export type Query = Partial<Record<(typeof FIELDS)[number], string>>
export const queryOf = (from: URLSearchParams): Query =>
  Object.fromEntries(
    FIELDS.flatMap((field) => {
      const value = from.get(field)
      return value ? [[field, value]] : []
    }),
  )
/** Every filter as nothing, for clearing. */
export const NO_QUERY: Record<(typeof FIELDS)[number], undefined> = {
  q: undefined,
  ns: undefined,
  state: undefined,
  kind: undefined,
  owner: undefined,
  gpus: undefined,
  nodes: undefined,
  sort: undefined,
}

const names = (text: string | undefined) => text?.split(',').filter(Boolean)
/** What the address asks for, as the core takes it. */
export function filterOf({ q, ns, state, kind, owner, gpus, nodes }: Query): ListFilter {
  const [from, to] = nodes?.split('~') ?? []
  const lists = {
    namespaces: names(ns),
    states: names(state),
    kinds: names(kind),
    owners: names(owner),
  }
  return {
    ...(q && { text: q }),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list && list.length > 0)),
    ...((gpus === 'asked' || gpus === 'none') && { gpus }),
    ...(from && to && { nodes: { from, to } }),
  }
}
export const isFiltered = ({ sort: _sort, ...query }: Query): boolean =>
  Object.values(query).some(Boolean)
/** `gpus.name-`: a minus turns a column round. */
export const sortOf = (text: string | undefined): ListSort =>
  (text ?? '')
    .split('.')
    .filter(Boolean)
    .slice(0, 3)
    .map((part) => ({ id: part.replace(/-$/, ''), desc: part.endsWith('-') }))
export const sortText = (sort: ListSort): string | undefined =>
  sort.map(({ id, desc }) => `${id}${desc ? '-' : ''}`).join('.') || undefined

/** Columns as a person wants them on this machine. */
export interface Layout {
  order: string[]
  widths: Record<string, number>
}
const WIDTHS: Record<string, number> = {
  state: 100,
  name: 190,
  namespace: 92,
  owner: 140,
  gpus: 54,
  node: 88,
  restarts: 68,
  age: 66,
  ready: 60,
  device: 110,
  queue: 120,
  priority: 100,
  ip: 110,
  image: 260,
  started: 80,
  finished: 80,
  model: 150,
  allocated: 80,
  used: 64,
  free: 60,
  pods: 64,
  devices: 110,
  cpu: 56,
  memory: 84,
  roles: 110,
  version: 110,
  instance: 120,
  zone: 110,
  address: 110,
  kind: 100,
  position: 60,
  of: 130,
  pending: 74,
  admitted: 80,
  quota: 64,
  strategy: 130,
  flavors: 170,
  borrowed: 76,
  labels: 260,
  taints: 190,
  queues: 190,
  last: 84,
  reason: 150,
  about: 250,
  times: 60,
  from: 150,
  project: 140,
}
/** Takes what the others leave. */
const FLEXIBLE = ['why', 'labels', 'taints', 'name']
export const flexibleOf = (layout: Layout): string | undefined =>
  FLEXIBLE.find((id) => layout.order.includes(id) && layout.widths[id] === undefined)
export const usualLayout = (columns: readonly ListColumn[]): Layout => ({
  order: columns.filter(({ usual }) => usual).map(({ id }) => id),
  widths: {},
})
export const widthOf = (layout: Layout, id: string): number =>
  layout.widths[id] ?? WIDTHS[id] ?? 150
/** What was kept, without columns that are no more. */
export function readLayout(kept: string | null, columns: readonly ListColumn[]): Layout {
  const usual = usualLayout(columns)
  try {
    const { order, widths } = JSON.parse(kept ?? 'null') as Partial<Layout>
    const known = Array.isArray(order)
      ? order.filter((id) => columns.some((column) => column.id === id))
      : []
    return known.length > 0
      ? { order: known, widths: typeof widths === 'object' && widths !== null ? widths : {} }
      : usual
  } catch {
    return usual
  }
}
/** Puts a column one place on or back, or in and out. */
export function moved(order: readonly string[], id: string, by: number): string[] {
  const at = order.indexOf(id)
  const to = at + by
  if (at === -1 || to < 0 || to >= order.length) return [...order]
  const next = order.filter((one) => one !== id)
  next.splice(to, 0, id)
  return next
}

export interface Row extends WindowRow {
  row: ListRow
  values: readonly Cell[]
}
export const toRow = (row: ListRow): Row => ({
  key: row.key,
  values: [...row.cells, row.whole ? 1 : 0],
  gone: row.gone,
  says: row.ref.name,
  row,
})
/** What is opened, in the address: `pods.v1./namespace/name`. */
export const openedText = ({ ref }: ListRow): string =>
  [`${ref.plural}.${ref.version}.${ref.group}`, ref.namespace ?? '', ref.name, ref.uid ?? ''].join(
    '/',
  )
export function openedOf(text: string | null):
  | {
      resource: { group: string; version: string; plural: string }
      namespace?: string
      name: string
      uid?: string
    }
  | undefined {
  const [resource = '', namespace, name, uid] = text?.split('/') ?? []
  const [plural, version, ...group] = resource.split('.')
  if (!plural || !version || !name) return undefined
  return {
    resource: { plural, version, group: group.join('.') },
    name,
    ...(namespace && { namespace }),
    ...(uid && { uid }),
  }
}

/** The object behind a selected row. */
export const refOfRow = ({
  ref: { group, version, plural, namespace, name, uid },
}: {
  ref: RowRef
}): Omit<ObjectRef, 'site'> => ({
  resource: { group, version, plural },
  name,
  ...(namespace !== undefined && { namespace }),
  ...(uid !== undefined && { uid }),
})
/** Each kind and namespace among what is selected once: rights are the same for all that is there. */
export function placesOf(
  rows: readonly { ref: RowRef }[],
): Pick<ObjectRef, 'resource' | 'namespace'>[] {
  const refs = rows.map(refOfRow)
  return [
    ...new Map(
      refs.map(({ resource, namespace }) => [
        [resource.group, resource.plural, namespace ?? ''].join('/'),
        { resource, ...(namespace !== undefined && { namespace }) },
      ]),
    ).values(),
  ]
}
/** Why it cannot be done to any of them; what is not known may be tried. */
export const whyNotMany = ({ allowed, says, remedy }: Offer): string | undefined =>
  allowed === 'no' ? [says, remedy].filter(Boolean).join('; ') : undefined
/** Why nothing can be done to so many, whatever it is; undefined where it can. */
export const whyNoneOfThem = (
  count: number,
  trouble: { says: string; remedy: string } | undefined,
): string | undefined =>
  count > MOST_AT_ONCE
    ? words.mostAtOnce(MOST_AT_ONCE)
    : trouble && `${trouble.says} ${trouble.remedy}`
