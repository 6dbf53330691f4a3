import { timestamp } from '../../../kernel/clock'
import { draftOf, isRecord, listAt, recordAt, textAt } from '../cluster'
import { conflict, invalidObject, required } from '../errors'
import { readObject } from '../http/body'
import { json, type Answer, type ResourceExchange } from '../http/exchange'
import { howOf } from '../http/how'
import { stored } from '../http/mutate'
import { updateObject } from '../writes/update'

/** Says which node a pod runs on, once. Throws 409 where it has been said. */
export async function bind(exchange: ResourceExchange): Promise<Answer> {
  const {
    server: { cluster },
    resource,
  } = exchange
  const binding = await readObject(exchange, { group: '', version: 'v1', kind: 'Binding' })
  const node = textAt(binding, 'target', 'name')
  if (!node)
    throw invalidObject({ group: '', kind: 'Binding' }, binding.metadata.name, [
      required('target.name'),
    ])
  const before = stored(exchange).object
  const known = textAt(before, 'spec', 'nodeName')
  if (known)
    throw conflict(
      { group: '', plural: 'pods/binding' },
      before.metadata.name,
      `pod ${before.metadata.name} is already assigned to node ${JSON.stringify(known)}`,
    )
  const object = draftOf(before)
  object['spec'] = { ...recordAt(object, 'spec'), nodeName: node }
  updateObject({ cluster, resource, object, before, how: howOf(exchange, 'binding') })
  const bound = stored(exchange).object
  const said = draftOf(bound)
  const conditions = listAt(bound, 'status', 'conditions').filter(
    (one) => isRecord(one) && one['type'] !== 'PodScheduled',
  )
  said['status'] = {
    ...recordAt(bound, 'status'),
    conditions: [
      ...conditions,
      { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(cluster.clock.now()) },
    ],
  }
  updateObject({ cluster, resource, object: said, before: bound, how: howOf(exchange, 'status') })
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
}
