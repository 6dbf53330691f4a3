import type { Controllers } from '../controllers'
import { NAMESPACE } from '../controllers/kinds'
import type { KubeObject, PlantApi } from '../types'
import { FOUNDATION, L40S, A100, makeNode, OSLO, queues } from './hardware'
import { monitoring } from './monitoring'
import { ENVIRONMENTS, JOBS, SERVERS, STARTING, WARM_IMAGES } from './oslo'
import { namespaceObjects, PROJECTS, projectRecord } from './projects'
import { projectBegan, recordHappenings, writeEnvironmentStatus, type Happening } from './records'
import { sourceClaims } from './sources'
import { imageOf, TOOLS } from './tools'
import type { TravelClock } from './travel'
import { environmentObjects, environmentRecord, jobObject, serverObjects } from './workloads'
import { DAY, HOUR } from './words'

export interface Seeding {
  controllers: Controllers
  clock: TravelClock
  /** Definitions of the shared records, roles, and whatever else was there before: made first, in this order. */
  prepared: readonly KubeObject[]
}

const FAULTED = { node: 'l40s-2', gpu: 6, xid: 79 }
const OLDEST = 101 * DAY

/**
 * Fills an empty on-prem site with machines, teams and a history that its own controllers live through, up to the clock's present.
 * The same site seeded at the same moment is the same to the last field.
 */
export function seedWorld(api: PlantApi, { controllers, clock, prepared }: Seeding) {
  const now = clock.now()
  const { engine, recorder, faults } = controllers
  recorder.quietUntil(now)
  clock.moveTo(now - OLDEST)
  for (const object of [...prepared, ...FOUNDATION, ADMINS, ...queues(FLAVORS, 'oslo')])
    createMissing(api, object)
  nameGroups(api)
  const warm = [
    ...TOOLS.filter(({ stage }) => stage === 'approved').map(imageOf),
    ...WARM_IMAGES,
    'registry.oslo.example/etl/python:3.13',
  ]
  for (const machine of OSLO) makeNode(api, { ...machine, images: warm })
  for (const name of ['datasets', 'monitoring'])
    if (!api.get(NAMESPACE, name))
      api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  for (const object of [...sourceClaims(), ...monitoring()]) api.create(object)
  const happenings = [
    ...projectHappenings(api, now),
    ...recordHappenings(api, now),
    ...workHappenings(api, now),
    { at: now - 20 * HOUR, act: () => faults.gpuXid(FAULTED.node, FAULTED.gpu, FAULTED.xid) },
  ]
  happenings.forEach(({ at, act }, nth) => engine.at(at, `history|${String(nth)}`, act))
  engine.travel(now, clock.moveTo)
  writeEnvironmentStatus(api, now)
  engine.settle()
  clock.arrive()
}

// Runs that ask for no GPU do not queue: there are cores enough.
const FLAVORS = [
  { flavor: 'a100-80g', labels: { 'nvidia.com/gpu.product': A100 }, gpus: 12 },
  { flavor: 'l40s-48g', labels: { 'nvidia.com/gpu.product': L40S }, gpus: 7 },
]

const RBAC = 'rbac.authorization.k8s.io'
/** The people who run the cluster. */
export const ADMINS: KubeObject = {
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: 'platform-admins' },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'platform-admins' }],
}
/** The groups of the people whose bindings are prepared empty for an administrator. */
const NAMED: Record<string, string> = {
  'takt-leads': 'leads',
  'takt-data-owners': 'data-owners',
  'takt-auditors': 'auditors',
}
/** Fills those bindings, as an administrator would. */
export function nameGroups(api: PlantApi) {
  for (const [name, group] of Object.entries(NAMED)) {
    const binding = api.get({ group: RBAC, kind: 'ClusterRoleBinding' }, name)
    if (binding && !binding['subjects'])
      api.update({ ...binding, subjects: [{ apiGroup: RBAC, kind: 'Group', name: group }] }, 'takt')
  }
}

function createMissing(api: PlantApi, object: KubeObject) {
  const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : ''
  if (!api.get({ group, kind: object.kind }, object.metadata.name, object.metadata.namespace))
    api.create(object, 'takt')
}

function projectHappenings(api: PlantApi, now: number): Happening[] {
  return PROJECTS.map((project) => ({
    at: projectBegan(project, now),
    act: () => {
      const created = api.create(
        projectRecord(project, { began: projectBegan(project, now), now }),
        'takt',
      )
      for (const object of namespaceObjects(project)) api.create(object, 'takt')
      api.updateStatus(
        {
          ...created,
          status: {
            phase: 'Ready',
            namespace: project.name,
            namespaceUid: api.get(NAMESPACE, project.name)?.metadata.uid,
            namespaceOrigin: 'made',
            conditions: [
              {
                type: 'Ready',
                status: 'True',
                reason: 'Provisioned',
                message: `Its namespace ${project.name} is there.`,
                lastTransitionTime: created.metadata.creationTimestamp ?? '',
              },
            ],
          },
        },
        'takt',
      )
    },
  }))
}

function workHappenings(api: PlantApi, now: number): Happening[] {
  const create = (objects: KubeObject[]) => {
    for (const object of objects) api.create(object, 'takt')
  }
  return [
    ...SERVERS.map((server) => ({
      at: now - server.before,
      act: () => create(serverObjects(server)),
    })),
    ...[...ENVIRONMENTS, STARTING].map((environment) => ({
      at: now - environment.before,
      act: () =>
        create(
          environmentObjects(environment, api.create(environmentRecord(environment, now), 'takt')),
        ),
    })),
    ...JOBS.map((job) => ({
      at: now - job.before,
      act: () =>
        create([jobObject({ ...job, ...(job.dueIn !== undefined && { dueAt: now + job.dueIn }) })]),
    })),
  ]
}
