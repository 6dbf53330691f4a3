import type { KubeObject } from '../../types'
import { apiVersionOf, type Resource } from '../resource'
import { Stored } from '../stored'
import { tableText, type TableWish } from '../tables/table'
import type { Answer, ResourceExchange } from './exchange'
import { negotiate, type Shape } from './negotiate'

const META = '{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",'

export const wishOf = (exchange: ResourceExchange): TableWish => ({
  include:
    exchange.query.get('includeObject') === 'None'
      ? 'None'
      : exchange.query.get('includeObject') === 'Object'
        ? 'Object'
        : 'Metadata',
  now: exchange.server.cluster.clock.now(),
})
/** The object under the names of the kind it was asked for as. */
const faceOf = (resource: Resource, stored: Stored): Stored =>
  resource.view ? new Stored(resource.view.read(stored.object), stored.version) : stored
/** One object in the form that was asked for. */
export function objectText(
  exchange: ResourceExchange,
  { as, withoutColumns = false }: Shape & { withoutColumns?: boolean },
  stored: Stored,
): string {
  if (as === 'metadata') return `${META}"metadata":${stored.metadataText}}`
  if (as === 'table')
    return tableText(
      {
        resource: exchange.resource,
        items: [stored],
        listMeta: { resourceVersion: stored.object.metadata.resourceVersion ?? '' },
      },
      { ...wishOf(exchange), withoutColumns },
    )
  return faceOf(exchange.resource, stored).text
}
/** The answer that carries one object, stored or only tried out. */
export function present(
  exchange: ResourceExchange,
  code: number,
  written: Stored | KubeObject,
): Answer {
  const stored = written instanceof Stored ? written : new Stored(written, 0)
  return { code, text: `${objectText(exchange, negotiate(exchange.header('accept')), stored)}\n` }
}
const listHead = (resource: Resource, meta: Record<string, unknown>): string =>
  `{"kind":"${resource.kind}List","apiVersion":"${apiVersionOf(resource)}","metadata":${JSON.stringify(meta)},"items":[`
/** A list of objects in the form that was asked for, joined from ready texts. */
export function listText(
  exchange: ResourceExchange,
  items: Stored[],
  listMeta: Record<string, unknown>,
): string {
  const { resource } = exchange
  const shape = negotiate(exchange.header('accept'))
  if (shape.as === 'table') return tableText({ resource, items, listMeta }, wishOf(exchange))
  if (shape.as === 'metadata') {
    return `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(listMeta)},"items":[${items.map((item) => `${META}"metadata":${item.metadataText}}`).join(',')}]}`
  }
  const texts = resource.custom
    ? items.map((item) => item.text)
    : items.map((item) => `{${faceOf(resource, item).body}`)
  return `${listHead(resource, listMeta)}${texts.join(',')}]}`
}
