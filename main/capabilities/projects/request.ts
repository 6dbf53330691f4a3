import { z } from 'zod'
import { failure } from '../../../preload/contract/failures'
import type { PermissionCheck, Plan } from '../../../preload/contract/operations'
import { Project } from '../../../preload/contract/records'
import { isRequested, type Member } from '../../../preload/contract/records/project'
import { whoGrants } from '../../../preload/contract/rights'
import { given } from '../../kernel/given'
import type { Manifest } from '../../kernel/manifest'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import {
  asYaml,
  blocked,
  planBody,
  preview,
  refusals,
  reviewChanges,
  runMark,
  signedIn,
  stepsOf,
} from '../plans'
import { checkAskedLeads, checkProject } from './domain/check'
import { FIRST_WORK_ITEM } from './domain/manifests'
import { requestOf, restOf, type AskInput, type CreateInput } from './operation'
import { leadsFor, namespacePlace, type NamespacePlace } from './namespace'
import { factsOf, firstQuota, QUOTA_CHOICE } from './plan'
import type { ProjectPorts } from './ports'

interface Asking {
  input: AskInput
  permissions: PermissionCheck[]
  signal?: AbortSignal | undefined
}

/** A plan that only asks, for somebody who lacks rights to make the project but may write its record down; undefined for everybody else. */
export async function planAsk(
  ports: ProjectPorts,
  kind: OperationKind<AskInput>,
  { input, permissions, signal }: Asking,
): Promise<Outcome<MadePlan<AskInput> | undefined>> {
  if (refusals(permissions).length === 0) return succeed(undefined)
  const checks = await ports.sites.review(
    input.site,
    [
      {
        verb: 'create',
        group: ports.records.resource('Project').group,
        resource: 'projects',
        says: 'create projects',
      },
    ],
    signal,
  )
  if (!checks.ok) return checks
  if (checks.value.some(({ allowed }) => allowed !== 'yes')) return succeed(undefined)
  const made = await askPlan(ports, kind, { input, permissions, signal })
  if (!made.ok) return made
  return succeed({ ...made.value, plan: { ...made.value.plan, permissions: checks.value } })
}

async function askPlan(
  ports: ProjectPorts,
  kind: OperationKind<AskInput>,
  { input, permissions, signal }: Asking,
): Promise<Outcome<MadePlan<AskInput>>> {
  const client = ports.sites.client(input.site)
  if (!client.ok) return client
  const request = requestOf(input)
  const tried = await client.value.create(ports.records.resource('Project'), request, {
    dryRun: true,
    ...(signal && { signal }),
  })
  const refused = tried.ok ? [] : [blocked(tried.failure)]
  const place = await namespacePlace(client.value, {
    name: input.name,
    adopt: false,
    remedy: 'Ask under another name.',
    signal,
  })
  if (!place.ok) return place
  const own = [
    ...checkProject(input.spec, factsOf(ports, client.value.clock.now())),
    ...checkAskedLeads(input.spec),
    ...askRefusals(place.value),
  ]
  const plan = planBody({
    kind: kind.kind,
    title: `Ask for ${input.name}`,
    verb: 'Ask',
    site: input.site,
    subject: { kind: 'Project', name: input.name },
    as: input.by,
    changes: [recordAlone(request)],
    dryRun: { result: tried.ok ? 'passed' : 'failed', says: refused.map(({ says }) => says) },
    steps: stepsOf(kind, input),
    yaml: asYaml([request]),
    // What is wrong with the request itself the server refuses too: that is told once.
    blockedBy: own.length > 0 ? own : refused,
    choices: [fulfilledBy(permissions)],
    risks: ['Only a lead can take the request back.', ...askRisks(place.value)],
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => againAsked(ports, kind, { input, permissions, signal: again }),
  })
}

const recordAlone = ({ apiVersion, kind, metadata: { name } }: Manifest) => ({
  op: 'create' as const,
  apiVersion,
  kind,
  name,
  note: 'The request alone; nothing runs or costs anything yet.',
})
// Only a lead adopts a namespace, and one that cannot be looked at may be free: that is for the lead who fulfils it to see.
const forTheLead = ({ standing }: NamespacePlace) =>
  standing.is === 'empty' || standing.is === 'unknown'
const askRefusals = (place: NamespacePlace) => (forTheLead(place) ? [] : place.blockedBy)
const askRisks = (place: NamespacePlace) =>
  forTheLead(place) ? place.blockedBy.map(({ says }) => says) : []

// Whoever may not even ask any more is told so by the dry run.
async function againAsked(
  ports: ProjectPorts,
  kind: OperationKind<AskInput>,
  asking: Asking,
): Promise<Outcome<MadePlan<AskInput>>> {
  const made = await planAsk(ports, kind, asking)
  if (!made.ok) return made
  return made.value ? succeed(made.value) : askPlan(ports, kind, asking)
}

function fulfilledBy(permissions: PermissionCheck[]): string {
  const lacking = permissions.filter(
    ({ allowed, without }) => allowed === 'no' && without === undefined,
  )
  const people = [...new Set(lacking.flatMap(({ grantedBy }) => grantedBy))]
  const what = lacking.map(({ says }) => says).join(', ')
  return `You may not ${what}, so this only asks; ${whoGrants(people)} can fulfil it.`
}

const Request = z.looseObject({
  spec: Project.shape.spec,
  status: Project.shape.status.default({}),
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
})
const RIGHTS: Record<Member['role'], string> = {
  lead: 'changes members, quotas and roles',
  engineer: 'starts and enters whatever runs in it',
  analyst: 'reads it and gives verdicts',
}
const byRights: Member['role'][] = ['lead', 'engineer', 'analyst']
/** Whom it lets in and what each may then do, the widest rights first. */
const memberRights = (members: readonly Member[]): string[] =>
  byRights.flatMap((role) => {
    const own = members.filter((member) => member.role === role)
    return own.length > 0
      ? [
          `Lets in as ${role}, who ${RIGHTS[role]}: ${own.map(({ kind, name }) => (kind === 'Group' ? `group ${name}` : name)).join(', ')}.`,
        ]
      : []
  })

const ASK_AGAIN =
  'Let it be asked for under another name. Deleting this request takes its record away and nothing else.'
/** Everything that a requested project still lacks, made from its record as it stands. */
export async function planFulfil(
  ports: ProjectPorts,
  kind: OperationKind<CreateInput>,
  at: {
    name: string
    adopt?: boolean | undefined
    run?: string
    signal?: AbortSignal | undefined
  },
): Promise<Outcome<MadePlan<CreateInput>>> {
  const gathered = await gatherFulfilment(ports, { run: runMark(ports.random), ...at })
  if (!gathered.ok) return gathered
  const { input, blockedBy, choices, home } = gathered.value
  const { name, signal } = at
  const objects = restOf(input)
  const seen = await preview(home, objects, { signal })
  if (!seen.ok) return seen
  const { changes, dryRun } = seen.value
  const checks = await reviewChanges(ports.sites, { site: input.site, changes }, signal)
  if (!checks.ok) return checks
  const plan = planBody({
    kind: kind.kind,
    title: `Fulfil project ${name}`,
    verb: 'Fulfil',
    site: input.site,
    subject: { kind: 'Project', name },
    as: input.by,
    changes,
    dryRun,
    permissions: checks.value,
    steps: stepsOf(kind, input),
    yaml: asYaml(objects),
    blockedBy: gathered.value.settled ?? [
      ...blockedBy,
      ...seen.value.blockedBy,
      ...refusals(checks.value),
    ],
    choices,
    undo: 'Removes what was made, and leaves the request.',
  })
  return succeed({
    plan,
    kind,
    input,
    again: (again) => planFulfil(ports, kind, { ...at, run: input.run, signal: again }),
  })
}
interface Fulfilment {
  home: KubeClient
  input: CreateInput
  blockedBy: Plan['blockedBy']
  choices: string[]
  /** Why nothing is left to do, where that is so. */
  settled: Plan['blockedBy'] | undefined
}
async function gatherFulfilment(
  ports: ProjectPorts,
  at: { name: string; adopt?: boolean | undefined; run: string; signal?: AbortSignal | undefined },
): Promise<Outcome<Fulfilment>> {
  const { name, adopt = false, run, signal } = at
  const who = await signedIn(ports.sites, signal)
  if (!who.ok) return who
  const { home, user } = who.value
  const found = await home.get(ports.records.resource('Project'), { name }, Request, signal)
  if (!found.ok) return found
  if (!found.value) return fail(failure('NOT_FOUND', { kind: 'project', name }))
  const { spec, status, metadata } = found.value
  const [hard, leads, place] = [
    await firstQuota(ports, home, { spec, signal }),
    await leadsFor(home, user, signal),
    await namespacePlace(home, { name, adopt, remedy: ASK_AGAIN, signal }),
  ]
  if (!place.ok) return place
  const input: CreateInput = {
    site: home.site,
    run,
    by: user,
    name,
    spec,
    workItemTitle: metadata.annotations[FIRST_WORK_ITEM] ?? (spec.title || name),
    hard,
    leads,
    ...given({ adopt: place.value.adopt }),
  }
  return succeed({
    home,
    input,
    settled: isRequested(status)
      ? undefined
      : [
          {
            says: `${name} has been fulfilled already.`,
            remedy: 'Provision an environment in it.',
          },
        ],
    blockedBy: [...checkProject(spec, factsOf(ports, home.clock.now())), ...place.value.blockedBy],
    // Who gets which rights is what a lead answers for, so it is told before everything else.
    choices: [...memberRights(spec.members), ...place.value.choices, QUOTA_CHOICE],
  })
}
