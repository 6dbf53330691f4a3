import { afterAll, beforeAll, expect, test } from 'vitest'
import { aCloud } from '../../../test/support/cloud'
import { succeed } from '../../kernel/outcome'
import type { CloudPorts } from './ports'

const asked: Parameters<CloudPorts['spend']>[0][] = []
const block = { says: 'A lead approves what is rented.', remedy: 'Ask a lead.' }
let world: Awaited<ReturnType<typeof aCloud>>
beforeAll(async () => {
  world = await aCloud({
    spend: (ask) => {
      asked.push(ask)
      return Promise.resolve(succeed({ blockedBy: [block] }))
    },
  })
})
afterAll(() => world.close())

test('renting more machines asks the gate with a day of their price, and what it says blocks', async () => {
  const up = await world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'p4d', desired: 4 })
  if (!up.ok) throw new Error(up.failure.code)
  expect(up.value.blockedBy).toEqual([block])
  expect(asked).toEqual([{ usd: 2 * 21.957642 * 24, hours: 24, nodes: 4 }])
  expect(await world.run(up.value.id)).toContain('refused')
})
test('giving machines back asks nobody', async () => {
  asked.length = 0
  const down = await world.cloud.planScale({ site: 'aws-burst', nodeGroup: 'p4d', desired: 1 })
  if (!down.ok) throw new Error(down.failure.code)
  expect(down.value.blockedBy).not.toContainEqual(block)
  expect(asked).toEqual([])
})
test('a new pool asks too, though it begins with no machine', async () => {
  const made = await world.cloud.planCreatePool({
    site: 'aws-burst',
    template: {
      name: 'g5',
      provisioner: 'node-group',
      instanceTypes: ['g5.xlarge'],
      capacityType: 'on-demand',
      maxNodes: 2,
      diskGi: 100,
      zones: [],
      labels: {},
      taints: [],
    },
  })
  if (!made.ok) throw new Error(made.failure.code)
  expect(made.value.blockedBy).toContainEqual(block)
  expect(asked).toEqual([{ usd: 0, hours: 24, nodes: 2 }])
})
