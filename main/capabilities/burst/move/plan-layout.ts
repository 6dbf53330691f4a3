import { z } from 'zod'
import type { Plan } from '../../../../preload/contract/operations'
import { GPU, gpuModelOf, type Inventory } from '../../../kernel/inventory'
import { LABEL, type Manifest } from '../../../kernel/manifest'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { KubeClient, KubeObject } from '../../../platform/kubernetes/types'
import type { MadePlan, OperationKind, Step } from '../../operations'
import {
  asYaml,
  planBody,
  preview,
  refusals,
  removeMade,
  reviewChanges,
  runMark,
  signedIn,
  stepsOf,
  applyAll,
  type Preview,
} from '../../plans'
import { makeNamespaces, namespaceAway } from '../../ownership'
import type { BurstPorts, CloudPool } from '../ports'
import { burstQueue } from '../domain/lines'
import { localQueue, namespaceObject, queueingOf, type Queueing } from './layout'

const Object_ = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
})
const Input = z.object({
  run: z.string(),
  sites: z.array(z.object({ site: z.string(), objects: z.array(Object_) })),
})
type Input = z.infer<typeof Input>
type LayoutPorts = Pick<BurstPorts, 'sites' | 'operations' | 'capacity' | 'random' | 'cloud'>
const BURST = 'burst'
const labels = { [LABEL.managedBy]: 'takt' }
const kueue = (
  version: string,
  kind: string,
  rest: { name: string; spec: Record<string, unknown> },
): KubeObject => ({
  apiVersion: `kueue.x-k8s.io/${version}`,
  kind,
  metadata: { name: rest.name, labels },
  spec: rest.spec,
})

/** Flavors by GPU model and one cluster queue that holds them: what a site can give, as its nodes or the cloud's pools say. */
function clusterObjects(
  version: string,
  name: string,
  models: ReadonlyMap<string, number>,
): KubeObject[] {
  const flavors = [...models].map(([model, gpus]) => ({
    flavor: `takt-${model.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
    model,
    gpus,
  }))
  return [
    ...flavors.map(({ flavor, model }) =>
      kueue(version, 'ResourceFlavor', {
        name: flavor,
        spec: {
          nodeLabels: { 'nvidia.com/gpu.product': model },
          tolerations: [{ key: GPU, operator: 'Exists', effect: 'NoSchedule' }],
        },
      }),
    ),
    kueue(version, 'ClusterQueue', {
      name,
      spec: {
        namespaceSelector: {},
        queueingStrategy: 'BestEffortFIFO',
        resourceGroups: [
          {
            coveredResources: ['cpu', 'memory', GPU],
            flavors: flavors.map(({ flavor, gpus }) => ({
              name: flavor,
              resources: [
                { name: 'cpu', nominalQuota: String(gpus * 32) },
                { name: 'memory', nominalQuota: `${String(gpus * 256)}Gi` },
                { name: GPU, nominalQuota: String(gpus) },
              ],
            })),
          },
        ],
      },
    }),
  ]
}
function modelsOf({ nodes }: Inventory): Map<string, number> {
  const models = new Map<string, number>()
  for (const node of nodes)
    if (gpuModelOf(node) !== '' && (node.allocatable[GPU] ?? 0) > 0)
      models.set(
        `NVIDIA-${gpuModelOf(node)}`,
        (models.get(`NVIDIA-${gpuModelOf(node)}`) ?? 0) + (node.allocatable[GPU] ?? 0),
      )
  return models
}

/** What is there and what could be rented, by model. */
function offered(
  there: ReadonlyMap<string, number>,
  pools: readonly CloudPool[],
): Map<string, number> {
  const models = new Map(there)
  for (const { gpuProduct, gpusPerNode, nodesLeft } of pools) {
    const model = gpuProduct.startsWith('NVIDIA-') ? gpuProduct : `NVIDIA-${gpuProduct}`
    models.set(model, Math.max(models.get(model) ?? 0, gpusPerNode * nodesLeft))
  }
  return models
}

interface Looked {
  home: Queueing
  there: Queueing
  models: ReadonlyMap<string, number>
}
/** The burst queues of both sites: over there what admits, at home (with MultiKueue) what hands on. What is there already is left alone. */
function objectsOf(
  { home, there, models }: Looked,
  { namespaces, makes }: { namespaces: readonly string[]; makes: readonly string[] },
): { home: KubeObject[]; there: KubeObject[] } {
  const local = (queueing: Queueing, clusterQueue: string): KubeObject[] =>
    namespaces.flatMap((namespace) => {
      const names = home.localQueues
        .filter((queue) => queue.namespace === namespace && !queue.name.endsWith('-burst'))
        .map(({ name }) => burstQueue(name))
      return (names.length === 0 ? [burstQueue(namespace)] : names).map((name) =>
        localQueue(queueing.version ?? 'v1beta1', { namespace, name, clusterQueue }),
      )
    })
  const admits = there.clusterQueues.find(({ covers }) => covers.includes(GPU))?.name
  const [dispatching] = home.dispatching
  return {
    home: home.version !== undefined && dispatching !== undefined ? local(home, dispatching) : [],
    there:
      there.version === undefined
        ? []
        : [
            ...(admits === undefined ? clusterObjects(there.version, BURST, models) : []),
            ...makes.map(namespaceObject),
            ...local(there, admits ?? BURST),
          ],
  }
}

/** Laying out the queues for bursting, as one plan over both sites. */
export function makeLayout(ports: LayoutPorts) {
  const on = (site: string): Step<Input> => ({
    id: `queues-${site}`,
    title: `Make the queues on ${site}`,
    promiseSeconds: 3,
    async run({ input, client, signal }) {
      const at = client(site)
      if (!at.ok) return at
      const { run } = input
      const rest = await makeNamespaces(at.value, { objects: objectsIn(input, site), run }, signal)
      if (!rest.ok) return rest
      const done = await applyAll(at.value, rest.value, { run, signal })
      return done.ok ? succeed(undefined) : done
    },
    // A namespace may have been filled since: it is left.
    async undo({ input, client, signal }) {
      const at = client(site)
      return at.ok
        ? removeMade(
            at.value,
            objectsIn(input, site).filter(({ kind }) => kind !== 'Namespace'),
            { run: input.run, signal },
          )
        : at
    },
  })
  const kind: OperationKind<Input> = {
    kind: 'burst-layout',
    premise: {
      says: "On nothing that may have moved: it makes what is not there, and leaves what does not bear Takt's mark.",
    },
    input: Input,
    undoable: true,
    cancelLeaves: () => 'Namespaces that were made; the queues are removed again.',
    steps: (input) => input.sites.map(({ site }) => on(site)),
  }
  ports.operations.register(kind)
  return {
    async plan(
      asked: { site: string; to: string; namespaces: string[] },
      signal?: AbortSignal,
    ): Promise<Outcome<Plan>> {
      const made = await planLayout(ports, kind, { asked, run: runMark(ports.random), signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
  }
}
const objectsIn = ({ sites }: Input, site: string) =>
  (sites.find((one) => one.site === site)?.objects ?? []) as unknown as Manifest[]

interface Asking {
  asked: { site: string; to: string; namespaces: string[] }
  run: string
  signal: AbortSignal | undefined
}
async function planLayout(
  ports: LayoutPorts,
  kind: OperationKind<Input>,
  { asked, run, signal }: Asking,
): Promise<Outcome<MadePlan<Input>>> {
  const [me, home, there] = [
    await signedIn(ports.sites, signal),
    ports.sites.client(asked.site),
    ports.sites.client(asked.to),
  ]
  if (!me.ok) return me
  if (!home.ok) return home
  if (!there.ok) return there
  const [queueing, thereQueueing, inventory, market] = await Promise.all([
    queueingOf(home.value, signal),
    queueingOf(there.value, signal),
    ports.capacity.snapshot(asked.to, signal),
    ports.cloud.market(asked.to, signal),
  ])
  const models = offered(
    inventory.ok ? modelsOf(inventory.value) : new Map(),
    market.ok ? market.value.pools : [],
  )
  const namespaces =
    asked.namespaces.length > 0
      ? asked.namespaces
      : [...new Set(queueing.localQueues.map(({ namespace }) => namespace))]
  const places = await placesFor(there.value, namespaces, signal)
  if (!places.ok) return places
  const objects = objectsOf(
    { home: queueing, there: thereQueueing, models },
    { namespaces, makes: places.value.makes },
  )
  const input: Input = {
    run,
    sites: [
      { site: asked.to, objects: objects.there },
      ...(objects.home.length > 0 ? [{ site: asked.site, objects: objects.home }] : []),
    ] as Input['sites'],
  }
  const seen: Preview[] = []
  for (const { site } of input.sites) {
    const one = await preview(
      site === asked.to ? there.value : home.value,
      objectsIn(input, site),
      { signal },
    )
    if (!one.ok) return one
    seen.push(one.value)
  }
  return finish(ports, kind, {
    asked,
    input,
    seen,
    user: me.value.user,
    hasKueue: thereQueueing.version !== undefined,
    multikueue: objects.home.length > 0,
    blockedBy: places.value.blockedBy,
    signal,
  })
}
/** Which of the namespaces have to be made on the other site, and which of them are not ours to use there. */
async function placesFor(
  there: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Outcome<{ makes: string[]; blockedBy: Plan['blockedBy'] }>> {
  const makes: string[] = []
  const blockedBy: Plan['blockedBy'] = []
  for (const name of namespaces) {
    const place = await namespaceAway(there, { name, use: 'holds' }, signal)
    if (!place.ok) return place
    if (place.value.makes) makes.push(name)
    blockedBy.push(...place.value.blockedBy)
  }
  return succeed({ makes, blockedBy })
}

interface Finishing {
  asked: Asking['asked']
  input: Input
  seen: Preview[]
  user: string
  hasKueue: boolean
  multikueue: boolean
  blockedBy: Plan['blockedBy']
  signal: AbortSignal | undefined
}
async function finish(
  ports: LayoutPorts,
  kind: OperationKind<Input>,
  { asked, input, seen, user, hasKueue, multikueue, blockedBy, signal }: Finishing,
): Promise<Outcome<MadePlan<Input>>> {
  const permissions: Plan['permissions'] = []
  for (const [index, { site }] of input.sites.entries()) {
    const checks = await reviewChanges(
      ports.sites,
      { site, changes: seen[index]?.changes ?? [] },
      signal,
    )
    if (!checks.ok) return checks
    permissions.push(...checks.value)
  }
  const failed = seen.flatMap(({ dryRun }) => dryRun.says)
  const none = hasKueue
    ? []
    : [
        {
          says: `Kueue is not installed on ${asked.to}.`,
          remedy: 'Nothing is needed: without Kueue the planner lets suspended jobs go by itself.',
        },
      ]
  return succeed({
    kind,
    input,
    again: (later) => planLayout(ports, kind, { asked, run: input.run, signal: later }),
    plan: planBody({
      kind: kind.kind,
      title: `Lay out the queues for bursting to ${asked.to}`,
      verb: 'Lay out',
      site: asked.site,
      subject: { kind: 'Site', name: asked.to },
      as: user,
      permissions,
      changes: seen.flatMap(({ changes }, index) =>
        changes.map((change) => ({ ...change, note: `on ${input.sites[index]?.site ?? ''}` })),
      ),
      dryRun: {
        result: seen.some(({ dryRun }) => dryRun.result === 'failed') ? 'failed' : 'passed',
        says: failed,
      },
      blockedBy: [
        ...none,
        ...blockedBy,
        ...refusals(permissions),
        ...seen.flatMap((one) => one.blockedBy),
      ],
      steps: stepsOf(kind, input),
      yaml: asYaml(input.sites.flatMap(({ site }) => objectsIn(input, site))),
      undo: 'Removes the queues that it made.',
      choices: [
        multikueue
          ? 'MultiKueue is set up at home: what enters a burst queue there is handed to the other cluster, and its status comes back.'
          : `Work gets to ${asked.to} as a copy; where MultiKueue is set up at home, it is used instead.`,
        'Labels and tolerations of GPU nodes live in the flavors, never in workloads.',
      ],
    }),
  })
}
