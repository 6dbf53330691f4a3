import type { KubeObject } from '../../types'
import { isRecord, listAt, recordAt, type Attempt } from '../cluster'
import { forbidden } from '../errors'
import { amountOf } from './quantity'

type Limits = Record<string, unknown>
function fillContainer(container: Record<string, unknown>, limit: Limits): void {
  const resources = isRecord(container['resources']) ? container['resources'] : {}
  const own = recordAt(resources, 'limits')
  const limits = { ...recordAt(limit, 'default'), ...own }
  const requests = {
    ...recordAt(limit, 'defaultRequest'),
    ...own,
    ...recordAt(resources, 'requests'),
  }
  container['resources'] = {
    ...resources,
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(requests).length > 0 && { requests }),
  }
}
const bounds = (container: Record<string, unknown>, limit: Limits): string[] => {
  const requests = recordAt(container, 'resources', 'requests') ?? {}
  const limits = recordAt(container, 'resources', 'limits') ?? {}
  const over = Object.entries(recordAt(limit, 'max') ?? {}).flatMap(([name, most]) => {
    const said = limits[name] ?? requests[name]
    if (said === undefined)
      return [`maximum ${name} usage per Container is ${String(most)}.  No limit is specified`]
    return amountOf(said) > amountOf(most)
      ? [`maximum ${name} usage per Container is ${String(most)}, but limit is ${String(said)}`]
      : []
  })
  const under = Object.entries(recordAt(limit, 'min') ?? {}).flatMap(([name, least]) => {
    const said = requests[name]
    if (said === undefined)
      return [`minimum ${name} usage per Container is ${String(least)}.  No request is specified`]
    return amountOf(said) < amountOf(least)
      ? [`minimum ${name} usage per Container is ${String(least)}, but request is ${String(said)}`]
      : []
  })
  return [...over, ...under]
}
const claimBounds = (claim: KubeObject, limit: Limits): string[] => {
  const size = recordAt(claim, 'spec', 'resources', 'requests')?.['storage']
  const [most, least] = [recordAt(limit, 'max')?.['storage'], recordAt(limit, 'min')?.['storage']]
  return [
    ...(most !== undefined && amountOf(size) > amountOf(most)
      ? [
          `maximum storage usage per PersistentVolumeClaim is ${String(most)}, but request is ${String(size)}`,
        ]
      : []),
    ...(least !== undefined && amountOf(size) < amountOf(least)
      ? [
          `minimum storage usage per PersistentVolumeClaim is ${String(least)}, but request is ${String(size)}`,
        ]
      : []),
  ]
}
/** Fills in what LimitRanges give to containers that say nothing, and refuses with 403 what is beyond them. */
export function applyLimitRanges({ cluster, resource, object }: Attempt): void {
  const isPod = resource.kind === 'Pod'
  if (resource.group !== '' || (!isPod && resource.kind !== 'PersistentVolumeClaim')) return
  const ranges = [...cluster.store.all('/limitranges', object.metadata.namespace)]
    .flatMap((stored) => listAt(stored.object, 'spec', 'limits'))
    .filter(isRecord)
  const containers = [
    ...listAt(object, 'spec', 'containers'),
    ...listAt(object, 'spec', 'initContainers'),
  ].filter(isRecord)
  for (const limit of ranges)
    if (isPod && limit['type'] === 'Container')
      for (const container of containers) fillContainer(container, limit)
  const faults = ranges.flatMap((limit) => {
    if (isPod)
      return limit['type'] === 'Container'
        ? containers.flatMap((container) => bounds(container, limit))
        : []
    return limit['type'] === 'PersistentVolumeClaim' ? claimBounds(object, limit) : []
  })
  if (faults.length > 0)
    throw forbidden(
      resource,
      object.metadata.name,
      faults.length === 1 ? (faults[0] ?? '') : `[${faults.join(', ')}]`,
    )
}
