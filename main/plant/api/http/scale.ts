import type { KubeObject } from '../../types'
import { draftOf, isRecord, numberAt, recordAt, textAt } from '../cluster'
import { badRequest, invalid, invalidObject, methodNotAllowed } from '../errors'
import { patched } from '../patch/patch'
import type { ScalePaths } from '../resource'
import { builtinSchema } from '../schema/builtin'
import { Stored } from '../stored'
import { updateObject } from '../writes/update'
import { mediaType, parsePatch, readValue } from './body'
import type { Answer, ResourceExchange } from './exchange'
import { howOf } from './how'
import { stored } from './mutate'

const steps = (path: string): string[] => path.split('.').filter((step) => step !== '')
function selectorText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  const labels = recordAt(value, 'matchLabels')
  return (
    labels &&
    Object.entries(labels)
      .map(([key, label]) => `${key}=${String(label)}`)
      .sort()
      .join(',')
  )
}
const valueAt = (object: KubeObject, path: string): unknown => {
  const way = steps(path)
  return recordAt(object, ...way.slice(0, -1))?.[way.at(-1) ?? '']
}
function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = paths.selector ? selectorText(valueAt(object, paths.selector)) : undefined
  const replicas = valueAt(object, paths.spec)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      ...(creationTimestamp && { creationTimestamp }),
    },
    spec: typeof replicas === 'number' && replicas !== 0 ? { replicas } : {},
    status: {
      replicas: Number(valueAt(object, paths.status) ?? 0),
      ...(selector !== undefined && { selector }),
    },
  }
}
async function wantedScale(exchange: ResourceExchange, current: KubeObject): Promise<unknown> {
  if (exchange.info.verb === 'update') return readValue(exchange)
  const type = mediaType(exchange)
  const patch = parsePatch(await exchange.body(), type)
  const scaleResource = {
    ...exchange.resource,
    schema: builtinSchema('autoscaling', 'v1', 'Scale'),
  }
  return patched({
    resource: scaleResource,
    before: draftOf(current),
    patch,
    type: type === 'application/apply-patch+yaml' ? 'application/merge-patch+json' : type,
  })
}
/** A copy of the object that asks for as many replicas as the scale does. */
function scaled(
  before: KubeObject,
  wanted: Record<string, unknown>,
  paths: ScalePaths,
): KubeObject {
  const replicas = numberAt(wanted, 'spec', 'replicas') ?? 0
  if (!Number.isInteger(replicas) || replicas < 0)
    throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, before.metadata.name, [
      invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ])
  const object = draftOf(before)
  const way = steps(paths.spec)
  const parent = recordAt(object, ...way.slice(0, -1))
  if (parent) parent[way.at(-1) ?? ''] = replicas
  object.metadata.resourceVersion =
    textAt(wanted, 'metadata', 'resourceVersion') ?? before.metadata.resourceVersion ?? ''
  return object
}
/** Reads or changes how many replicas an object asks for. Throws 422 for a number that is none. */
export async function scale(exchange: ResourceExchange): Promise<Answer> {
  const {
    server: { cluster },
    resource,
    info,
  } = exchange
  const paths = resource.scale ?? { spec: '', status: '' }
  const before = stored(exchange).object
  const current = scaleOf(before, paths)
  if (info.verb === 'get') return { code: 200, text: `${JSON.stringify(current)}\n` }
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotAllowed()
  const wanted = await wantedScale(exchange, current)
  if (!isRecord(wanted)) throw badRequest('the scale is not an object')
  const written = updateObject({
    cluster,
    resource,
    object: scaled(before, wanted, paths),
    before,
    how: howOf(exchange),
  })
  return {
    code: 200,
    text: `${JSON.stringify(scaleOf(written instanceof Stored ? written.object : written, paths))}\n`,
  }
}
