import { z } from 'zod'
import type { Plan } from '../../../preload/contract/operations'
import type { Clock } from '../../kernel/clock'
import type { Manifest } from '../../kernel/manifest'
import type { Outcome } from '../../kernel/outcome'
import { succeed } from '../../kernel/outcome'
import type { Random } from '../../kernel/random'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind, Operations, Step } from '../operations'
import {
  applyAll,
  asYaml,
  planBody,
  preview,
  refusals,
  removeMade,
  reviewChanges,
  runMark,
  stepsOf,
  until,
  type Preview,
} from '../plans'
import { crds, RECORD_KINDS, resourceOf } from '../records'
import type { Sites } from '../sites'
import { startingPriceBook } from './domain/price-book'
import { policies, UNHELD } from './domain/policies'
import { MEMBERS_BINDING, MEMBERS_GROUP, roles } from './domain/roles'

export interface PreparePorts {
  sites: Sites
  operations: Operations
  clock: Clock
  random: Random
  /** Called when a cluster knows the shared records from now on. */
  prepared(site: string): Promise<void>
}
const Input = z.object({
  site: z.string(),
  run: z.string(),
  priceBook: z.boolean(),
  /** Whether the server knows admission policies. */
  policies: z.boolean().default(false),
  /** The group that reads what is shared. */
  members: z.string().default(MEMBERS_GROUP),
  asOf: z.number(),
})
type Input = z.infer<typeof Input>

/** Definitions, roles and policies: what every prepared cluster holds before its first record. */
export const preparedObjects = (held = true, members?: string): Manifest[] => [
  ...(crds() as Manifest[]),
  ...roles(members),
  ...(held ? policies() : []),
]
const POLICIES = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingadmissionpolicies',
}

const Established = z.looseObject({
  status: z
    .looseObject({
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
    })
    .default({ conditions: [] }),
})
const DEFINITIONS = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
}

function kindOf(ports: PreparePorts): OperationKind<Input> {
  const applying = (
    id: string,
    title: string,
    {
      promiseSeconds,
      objects,
      then,
    }: {
      promiseSeconds: number
      objects: (input: Input) => Manifest[]
      then?: (client: KubeClient, signal: AbortSignal) => Promise<Outcome<void>>
    },
  ): Step<Input> => ({
    id,
    title,
    promiseSeconds,
    async run({ input, client, signal }) {
      const site = client(input.site)
      if (!site.ok) return site
      const applied = await applyAll(site.value, objects(input), { run: input.run, signal })
      if (!applied.ok) return applied
      return then ? then(site.value, signal) : succeed(undefined)
    },
    async undo({ input, client, signal }) {
      const site = client(input.site)
      return site.ok ? removeMade(site.value, objects(input), { run: input.run, signal }) : site
    },
  })
  const established = (client: KubeClient, signal: AbortSignal) =>
    until(ports.clock, () => allEstablished(client, signal), signal)
  return {
    kind: 'prepare',
    premise: { says: 'On nothing: definitions and roles are the same whenever they are written.' },
    input: Input,
    undoable: false,
    cancelLeaves: () => 'Nothing: what was installed so far is removed again.',
    steps: ({ priceBook, policies: held }) => [
      applying('definitions', 'Install the resource definitions', {
        promiseSeconds: 10,
        objects: () => crds() as Manifest[],
        then: established,
      }),
      applying('roles', 'Install the roles', {
        promiseSeconds: 2,
        objects: ({ members }) => roles(members),
      }),
      ...(held
        ? [
            applying('policies', 'Install the policies that hold leads and askers', {
              promiseSeconds: 2,
              objects: policies,
            }),
          ]
        : []),
      ...(priceBook
        ? [
            applying('prices', 'Write the first price book', {
              promiseSeconds: 2,
              objects: ({ asOf }) => [startingPriceBook(asOf)],
            }),
          ]
        : []),
      {
        id: 'look',
        title: 'Look for the shared records',
        promiseSeconds: 3,
        async run({ input, client, signal }) {
          const site = client(input.site)
          if (!site.ok) return site
          const served = await until(ports.clock, () => allServed(site.value, signal), signal)
          if (served.ok) await ports.prepared(input.site)
          return served
        },
      },
    ],
  }
}

async function allEstablished(client: KubeClient, signal: AbortSignal): Promise<Outcome<boolean>> {
  for (const {
    metadata: { name },
  } of crds()) {
    const found = await client.get(DEFINITIONS, { name }, Established, signal)
    if (!found.ok) return found
    if (
      !found.value?.status.conditions.some(
        ({ type, status }) => type === 'Established' && status === 'True',
      )
    )
      return succeed(false)
  }
  return succeed(true)
}

// Established is said a moment before every server of the cluster serves the new paths.
async function allServed(client: KubeClient, signal: AbortSignal): Promise<Outcome<boolean>> {
  for (const kind of RECORD_KINDS) {
    const listed = await client.list(resourceOf(kind), { name: 'none' }, z.unknown(), signal)
    if (!listed.ok) return listed.failure.code === 'NOT_FOUND' ? succeed(false) : listed
  }
  return succeed(true)
}

/** "Prepare this cluster": resource definitions, roles and a first price book, shown before they are installed. */
export function makePrepare(ports: PreparePorts) {
  const kind = kindOf(ports)
  ports.operations.register(kind)
  return {
    async plan(
      { site, members }: { site: string; members?: string | undefined },
      signal?: AbortSignal,
    ): Promise<Outcome<Plan>> {
      const made = await makePlan(ports, kind, {
        chosen: members,
        input: {
          site,
          run: runMark(ports.random),
          priceBook: true,
          policies: true,
          members: MEMBERS_GROUP,
          asOf: ports.clock.now(),
        },
        signal,
      })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
  }
}
export type Prepare = ReturnType<typeof makePrepare>

async function makePlan(
  ports: PreparePorts,
  kind: OperationKind<Input>,
  {
    input: asked,
    chosen,
    signal,
  }: { input: Input; chosen?: string | undefined; signal: AbortSignal | undefined },
): Promise<Outcome<MadePlan<Input>>> {
  const client = ports.sites.client(asked.site)
  if (!client.ok) return client
  const { site } = asked
  const [me, known, held] = await Promise.all([
    client.value.whoAmI(signal),
    client.value.offers(resourceOf('PriceBook'), signal),
    client.value.offers(POLICIES, signal),
  ])
  if (!held.ok) return held
  const members = chosen ?? (await membersNow(client.value, asked.members, signal))
  const book = await bookNeeded(client.value, known.ok && known.value, signal)
  const input = { ...asked, priceBook: book, policies: held.value, members }
  const objects = preparedObjects(held.value, members)
  const seen = await preview(client.value, objects, { signal })
  if (!seen.ok) return seen
  const first = startingPriceBook(input.asOf)
  const changes = [
    ...seen.value.changes,
    ...(book
      ? [
          {
            op: 'create' as const,
            apiVersion: first.apiVersion,
            kind: first.kind,
            name: first.metadata.name,
            note: 'Prices to begin with; correct them in Settings.',
          },
        ]
      : []),
  ]
  const permissions = await reviewChanges(ports.sites, { site, changes }, signal)
  if (!permissions.ok) return permissions
  const plan = planBody({
    kind: kind.kind,
    title: `Prepare ${site}`,
    verb: 'Prepare',
    site,
    subject: { kind: 'Site', name: site },
    as: me.ok ? me.value.user : 'unknown',
    changes,
    dryRun: seen.value.dryRun,
    permissions: permissions.value,
    blockedBy: blockedBy(seen.value, refusals(permissions.value)),
    steps: stepsOf(kind, input),
    yaml: asYaml([...objects, first]),
    choices: [
      `Everybody in group ${members} may read what is shared and ask for a project; leads, engineers and analysts are bound to their roles one by one.`,
    ],
    risks: [
      'Removing a resource definition later removes every record of its kind.',
      ...(held.value ? [] : [UNHELD]),
    ],
    time: { seconds: 15, says: 'Usually a quarter of a minute.' },
  })
  return succeed({
    plan,
    kind,
    input,
    again: (later) => makePlan(ports, kind, { input, chosen: members, signal: later }),
  })
}

const Bound = z.looseObject({
  subjects: z
    .array(z.looseObject({ kind: z.string(), name: z.string() }))
    .nullish()
    .transform((subjects) => subjects ?? []),
})
/** The group that was bound before, unless it is one that the cluster gives to everybody, pods included. */
async function membersNow(
  client: KubeClient,
  usual: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const found = await client.get(
    { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterrolebindings' },
    { name: MEMBERS_BINDING },
    Bound,
    signal,
  )
  const subjects = found.ok ? (found.value?.subjects ?? []) : []
  return (
    subjects.find(({ kind, name }) => kind === 'Group' && !name.startsWith('system:'))?.name ??
    usual
  )
}

// A book that people corrected is never overwritten.
async function bookNeeded(
  client: KubeClient,
  known: boolean,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!known) return true
  const found = await client.get(resourceOf('PriceBook'), { name: 'default' }, z.unknown(), signal)
  return !found.ok || found.value === undefined
}

function blockedBy(seen: Preview, refused: Plan['blockedBy']): Plan['blockedBy'] {
  const yours = refused.map(({ says, remedy }) => ({
    says,
    remedy: `${remedy} Or give them the YAML of this plan.`,
  }))
  // One missing right fails many dry runs: the right is told, not each of its consequences.
  return yours.length > 0 ? yours : seen.blockedBy
}
