import type { Plan, PlanChange } from '../../../preload/contract/operations'
import type { PriceBook } from '../../../preload/contract/records'
import { succeed, type Outcome } from '../../kernel/outcome'
import { given } from '../../kernel/given'
import type { Manifest } from '../../kernel/manifest'
import { LABEL } from '../../kernel/manifest'
import type { Inventory } from '../../kernel/inventory'
import { budgetMissing } from '../money'
import type { MadePlan, OperationKind } from '../operations'
import {
  asYaml,
  planBody,
  preview,
  refusals,
  reviewChanges,
  signedIn,
  stepsOf,
  type PlanBody,
} from '../plans'
import { projectManifests, quotaManifest } from '../projects'
import { snapshotManifests } from '../snapshots'
import { bringNames } from './bring'
import { decide, type Decided, type Wanted } from './decide'
import {
  environmentRecord,
  priorityClass,
  volumeManifests,
  workloadManifests,
} from './domain/manifests'
import { storageUsdPerHour, usdInAll, usdPerHour } from './domain/price'
import { freeOn, roomsOf, type Room } from '../../kernel/rooms'
import { roomsFor } from './domain/room'
import { PROMISE, startTime, waitFor } from './domain/waits'
import { withEstimates } from './estimates'
import { workloadOf, type ProvisionInput } from './input'
import type { EnvironmentPorts } from './ports'

/** Every object provisioning writes, in order; the owner is known only once it is made. */
function objectsOf(ports: EnvironmentPorts, input: ProvisionInput, complete: boolean): Manifest[] {
  const { project, item, namespace, quota } = input
  const workload = workloadOf(input)
  return [
    ...(project ? projectManifests(project.name, project.spec, project) : []),
    ...(item.spec
      ? [
          {
            apiVersion: 'takt.dev/v1alpha1',
            kind: 'WorkItem',
            metadata: { name: item.name, namespace },
            spec: item.spec,
          },
        ]
      : []),
    ...(quota ? [quotaManifest(namespace, quota.after)] : []),
    ...(complete
      ? [...(input.spec.availability === 'high' ? [priorityClass()] : []), environmentRecord(input)]
      : []),
    ...input.takes.flatMap((take) => snapshotManifests(ports.records, take)),
    ...volumeManifests(workload),
    ...(complete ? workloadManifests(workload) : []),
  ]
}

export function priceOf(
  { spec, hoursToLive }: { spec: ProvisionInput['spec']; hoursToLive: number },
  book: PriceBook | undefined,
): NonNullable<Plan['price']> | undefined {
  const one = usdPerHour(spec.size, book?.spec)
  if (one === undefined || !book) return undefined
  const storage = storageUsdPerHour(spec.workspace.gi * spec.replicas, book.spec)
  const machine = one * spec.replicas
  const cents = (usd: number) => Math.round(usd * 100) / 100
  return {
    usdPerHour: cents(machine),
    usdInAll: cents(usdInAll({ machine, storage }, hoursToLive)),
    basis: 'at 4 h a day, the volume day and night',
    book: `price book ${book.spec.version} of ${book.spec.asOf.slice(0, 10)}`,
  }
}

/** When it would be usable: the promise by whether a fitting node has the image, else the wait. */
export function timeOf(
  inventory: Inventory,
  spec: ProvisionInput['spec'],
): { time: NonNullable<Plan['time']> | undefined; risks: string[] } {
  const rooms = roomsFor(roomsOf(inventory), spec.size)
  const start = startTime(inventory.pods, (pod) => pod.labels[LABEL.environment] !== undefined)
  if (rooms.length === 0) {
    const { seconds, lowSeconds, highSeconds, says } = waitFor(inventory, spec.size, {
      now: inventory.at,
      start,
    })
    const time = given({
      seconds: seconds ?? 0,
      lowSeconds,
      highSeconds,
      says: seconds === undefined ? `waits: ${says}` : says,
    })
    return {
      time,
      risks: [
        'Nothing of this size is free now: it waits in the queue and costs nothing meanwhile.',
      ],
    }
  }
  const warm = rooms.some(({ node }) => node.images.includes(spec.tool.image))
  const measured = warm
    ? given({
        lowSeconds: start.lowSeconds,
        highSeconds: start.lowSeconds === undefined ? undefined : start.highSeconds,
      })
    : {}
  return {
    time: {
      seconds: warm ? PROMISE.warm : PROMISE.cold,
      ...measured,
      says: warm ? 'a fitting node has the image already' : 'the image is pulled first',
    },
    risks: lastOne(rooms, spec),
  }
}
function lastOne(rooms: Room[], { size }: ProvisionInput['spec']): string[] {
  const { gpu } = size
  if (!gpu || rooms.reduce((sum, room) => sum + freeOn(room, gpu.resource), 0) > gpu.count)
    return []
  return [
    `The last free ${size.name.replace(/^\d+ × /, '')} may be taken first. Then it waits in the queue and costs nothing meanwhile.`,
  ]
}

/** Nobody has said what may be spent: own machines are only warned of, rented ones are not given. */
function unbudgeted(
  { sites }: Pick<EnvironmentPorts, 'sites'>,
  costCentre: string,
): Pick<Plan, 'blockedBy' | 'risks'> {
  const rented = sites.states().some(({ home, place }) => home && place === 'cloud')
  return rented
    ? { blockedBy: [budgetMissing(costCentre)], risks: [] }
    : {
        blockedBy: [],
        risks: [`Cost centre ${costCentre} has no budget: nobody has said what it may spend.`],
      }
}
function budgetOf(
  ports: EnvironmentPorts,
  { spec }: Decided,
  price: Plan['price'],
): { uses: Plan['quotas']; blockedBy: Plan['blockedBy']; risks: string[] } {
  const budget = ports.records.find('Budget', spec.costCentre)
  const adds = price?.usdInAll ?? 0
  if (!budget) return { uses: [], ...unbudgeted(ports, spec.costCentre) }
  const used = budget.status.spentUsd ?? 0
  const rest = budget.spec.capUsd - used
  const usd = (amount: number) => `$${amount.toFixed(2)}`
  return {
    uses: [
      {
        name: `Budget ${budget.meta.name}`,
        used: Math.round(used * 100) / 100,
        adds,
        limit: budget.spec.capUsd,
        unit: 'USD',
      },
    ],
    blockedBy:
      price && adds > rest
        ? [
            {
              says: `It would cost about ${usd(adds)}, and cost centre ${budget.meta.name} has ${usd(Math.max(0, rest))} left.`,
              remedy: `Choose a smaller size or a shorter life, or ask ${budget.spec.owner} to raise the cap.`,
            },
          ]
        : [],
    risks:
      price && spec.budgetUsd > 0 && adds > spec.budgetUsd
        ? [`About ${usd(adds)} is more than the project's budget of ${usd(spec.budgetUsd)}.`]
        : [],
  }
}

const broughtChanges = (input: ProvisionInput): PlanChange[] =>
  input.bring.flatMap((bring) =>
    bringNames(input, bring).map(({ apiVersion, kind, metadata }) => ({
      op: 'create' as const,
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      note: `points at ${bring.from.namespace}/${bring.from.name}`,
    })),
  )

function notesOf({ spec, name, takes, workload }: ProvisionInput): Record<string, string> {
  const image = spec.tool.image
    .replace(/@sha256:([0-9a-f]{8}).*$/, '@sha256:$1…')
    .replace(/^.*\//, '')
  return {
    [`${workload}/${name}`]: image,
    [`PersistentVolumeClaim/${name}-work`]: `${String(spec.workspace.gi)} Gi`,
    [`Environment/${name}`]: spec.size.name,
    ...Object.fromEntries(takes.map((take) => [`DataSnapshot/${take.name}`, take.spec.method])),
  }
}

/** What the button would make for a draft, with everything a person wants to know before pushing it. */
export async function planProvision(
  ports: EnvironmentPorts,
  kind: OperationKind<ProvisionInput>,
  { wanted, signal }: { wanted: Wanted; signal?: AbortSignal | undefined },
): Promise<Outcome<MadePlan<ProvisionInput>>> {
  const me = await signedIn(ports.sites, signal)
  if (!me.ok) return me
  const { home, user } = me.value
  const decided = await decide({ ports, ...me.value }, wanted)
  if (!decided.ok) return decided
  const { input, complete } = decided.value
  const objects = objectsOf(ports, input, complete)
  const [seen, inventory] = await Promise.all([
    preview(home, objects, { notes: notesOf(input), signal }),
    withEstimates(ports, home.site, signal),
  ])
  if (!seen.ok) return seen
  const changes = [...seen.value.changes, ...broughtChanges(input)]
  const checks = await reviewChanges(ports.sites, { site: input.site, changes }, signal)
  if (!checks.ok) return checks
  const price = priceOf(
    { spec: input.spec, hoursToLive: wanted.draft.hoursToLive },
    ports.records.find('PriceBook', 'default'),
  )
  const budget = budgetOf(ports, decided.value, price)
  const start = inventory.ok
    ? timeOf(inventory.value, input.spec)
    : { time: undefined, risks: ['What is free could not be read.'] }
  const plan: PlanBody = planBody({
    kind: kind.kind,
    title: `Provision ${input.name}`,
    verb: 'Provision',
    site: input.site,
    subject: { kind: 'Environment', name: input.name, namespace: input.namespace },
    as: user,
    ...(price && { price }),
    ...(start.time && { time: start.time }),
    changes,
    dryRun: seen.value.dryRun,
    permissions: checks.value,
    quotas: [...decided.value.quotas, ...budget.uses],
    risks: [
      ...start.risks,
      ...decided.value.risks,
      ...budget.risks,
      ...(price ? [] : ['Its price is unknown: the price book does not list this GPU.']),
    ],
    choices: decided.value.choices,
    steps: stepsOf(kind, input),
    blockedBy: [
      ...decided.value.blockedBy,
      ...budget.blockedBy,
      ...seen.value.blockedBy,
      ...refusals(checks.value),
    ],
    undo: input.project
      ? 'Removes the environment with its volume, and the project as it was made here.'
      : 'Removes the environment with its volume and lowers the quota again.',
    yaml: asYaml(objects),
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) =>
      planProvision(ports, kind, {
        wanted: { ...wanted, pins: decided.value.pins },
        signal: again,
      }),
  })
}
