import { LABEL } from '../../kernel/manifest'
import type { Controllers } from '../controllers'
import { nodeGroup, NODE_GROUP_LABEL, type NodeGroup } from '../controllers/nodes/node-group'
import { NAMESPACE } from '../controllers/kinds'
import { instanceIdOf } from '../controllers/nodes/instance-id'
import type { PlantApi } from '../types'
import { A100_40, FOUNDATION, makeNode, queues } from './hardware'
import { monitoring } from './monitoring'
import { ADMINS, nameGroups, type Seeding } from './seed'
import { jobObject, TRAINING_IMAGE } from './workloads'
import { DAY, MINUTE } from './words'

export const MOST_BURST_NODES = 4
const REGION = 'eu-north-1'

/** The machines of the cloud site: p4d.24xlarge, none until somebody wants one. */
export function burstNodes(api: PlantApi, { engine }: Controllers): NodeGroup {
  const makeBurstNode = (name: string) =>
    makeNode(api, {
      name,
      providerId: `aws:///${REGION}a/${instanceIdOf(name, group.booting().find((one) => one.name === name)?.launchedAt ?? api.clock.now())}`,
      cores: 96,
      memoryGi: 1_152,
      address: `10.60.0.${String(10 + Number(name.split('-')[1] ?? 0))}`,
      instanceType: 'p4d.24xlarge',
      region: REGION,
      gpus: { product: A100_40, count: 8, memoryMib: 40_960 },
      labels: {
        [NODE_GROUP_LABEL]: 'p4d',
        'eks.amazonaws.com/capacityType': 'ON_DEMAND',
        'topology.kubernetes.io/zone': `${REGION}a`,
      },
      images: [],
    })
  const { controller, group } = nodeGroup(engine, {
    name: 'p4d',
    most: MOST_BURST_NODES,
    makeNode: makeBurstNode,
  })
  engine.add(controller)
  return group
}

/** Fills an empty cloud site: one rented machine at work, a second one on its way for a run that waits for it. */
export function seedBurst(
  api: PlantApi,
  { controllers, clock, prepared }: Seeding,
  nodes: NodeGroup,
) {
  const now = clock.now()
  const { engine, recorder } = controllers
  recorder.quietUntil(now)
  clock.moveTo(now - 40 * DAY)
  const flavors = [
    { flavor: 'p4d', labels: { 'nvidia.com/gpu.product': A100_40 }, gpus: 8 * MOST_BURST_NODES },
  ]
  for (const object of [...prepared, ...FOUNDATION, ADMINS, ...queues(flavors, 'aws-burst')])
    api.create(object, 'takt')
  nameGroups(api)
  for (const name of ['monitoring', 'catalog-dedupe', 'defect-cam'])
    if (!api.get(NAMESPACE, name))
      api.create({
        apiVersion: 'v1',
        kind: 'Namespace',
        // Whoever runs the site lends them to the projects of the same name.
        metadata: { name, ...(name !== 'monitoring' && { labels: { [LABEL.project]: name } }) },
      })
  makeNode(api, {
    name: 'system-1',
    cores: 16,
    memoryGi: 64,
    address: '10.60.0.5',
    instanceType: 'm7i.4xlarge',
    region: REGION,
  })
  for (const object of monitoring()) api.create(object)
  for (const namespace of ['catalog-dedupe', 'defect-cam'])
    api.create({
      apiVersion: 'kueue.x-k8s.io/v1beta1',
      kind: 'LocalQueue',
      metadata: { name: 'training', namespace },
      spec: { clusterQueue: 'aws-burst' },
    })
  const run = (project: string, name: string, by: string) => {
    const job = jobObject({
      project,
      name,
      by,
      gpus: { kind: 'a100', count: 8 },
      seconds: 5 * 3600,
      image: TRAINING_IMAGE,
    })
    const spec = job['spec'] as {
      template: { spec: { containers: object[]; nodeSelector: object } }
    }
    // A p4d has fewer cores and less memory for each GPU than the machines at home.
    const resources = { cpu: '88', memory: '1000Gi', 'nvidia.com/gpu': '8' }
    spec.template.spec.containers = spec.template.spec.containers.map((container) => ({
      ...container,
      resources: { requests: resources, limits: resources },
    }))
    spec.template.spec.nodeSelector = { 'nvidia.com/gpu.product': A100_40 }
    api.create(job)
  }
  engine.travel(now - 150 * MINUTE, clock.moveTo)
  nodes.setDesired(1)
  run('catalog-dedupe', 'train-0091', 'chen.wu')
  engine.travel(now - 3 * MINUTE, clock.moveTo)
  nodes.setDesired(2)
  run('defect-cam', 'sweep-19', 'sana.rahimi')
  engine.travel(now, clock.moveTo)
  clock.arrive()
}
