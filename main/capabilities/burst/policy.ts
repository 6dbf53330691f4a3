import { z } from 'zod'
import type { PolicyInForce, StewardState } from '../../../preload/contract/burst'
import { failure } from '../../../preload/contract/failures'
import type { Plan } from '../../../preload/contract/operations'
import { BurstPolicySpec } from '../../../preload/contract/records/burst'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { MadePlan, OperationKind, StepContext } from '../operations'
import { removeProved } from '../ownership'
import {
  applyOne,
  done,
  planBody,
  preview,
  refusals,
  reviewChanges,
  signedIn,
  stepsOf,
} from '../plans'
import { policyOf, POLICY_NAME } from './live/policy'
import type { PlannedQueue } from './live/planner'
import type { BurstPorts } from './ports'

const Input = z.object({
  site: z.string(),
  spec: BurstPolicySpec,
  before: BurstPolicySpec.optional(),
  basedOn: z.string().optional(),
})
type Input = z.infer<typeof Input>
type PolicyPorts = Pick<BurstPorts, 'sites' | 'records' | 'operations' | 'clock'>
const REF = { name: POLICY_NAME }

/** Why somebody else may not answer what people ask for. */
export const onlyLeads = (site: string, verb: string) =>
  failure('FORBIDDEN', {
    site,
    verb,
    resource: 'moves to the cloud',
    says: 'only leads answer for moves',
    grantedBy: [],
  })

/** Whether the signed-in person answers for what is spent: who may change the policy may approve by it. */
export async function mayRule(
  { sites, records }: Pick<BurstPorts, 'sites' | 'records'>,
  signal?: AbortSignal,
): Promise<'yes' | 'no' | 'unknown'> {
  const home = sites.home()
  if (!home.ok) return 'unknown'
  const { group, plural } = records.resource('BurstPolicy')
  const answer = await home.value.review(
    [{ verb: 'patch', group, resource: plural, name: POLICY_NAME }],
    signal,
  )
  return answer.ok ? (answer.value[0] ?? 'unknown') : 'unknown'
}

async function write(
  { records }: PolicyPorts,
  spec: BurstPolicySpec | undefined,
  { client, input, signal }: Pick<StepContext<Input>, 'client' | 'input' | 'signal'>,
): Promise<Outcome<void>> {
  const home = client(input.site)
  if (!home.ok) return home
  if (!spec) {
    // The record of this name is the policy: nothing else may be one.
    return removeProved(
      home.value,
      { resource: records.resource('BurstPolicy'), kind: 'BurstPolicy', ...REF },
      { proof: () => true, signal },
    )
  }
  // A field that was taken out has to go: an apply that leaves it out does that for the manager that set it.
  return done(await applyOne(home.value, records.toObject('BurstPolicy', REF, spec), { signal }))
}

/** The policy record: read, planned, changed, and its kill switch. */
export function makePolicy(
  ports: PolicyPorts & {
    steward(): StewardState
    planWith(spec: BurstPolicySpec, signal?: AbortSignal): Promise<Outcome<PlannedQueue>>
    plan(signal?: AbortSignal): Promise<Outcome<PlannedQueue>>
  },
) {
  const kind: OperationKind<Input> = {
    kind: 'burst-policy',
    premise: {
      says: 'On the version that was read when it was planned: it is asked before it starts, and one step writes it.',
    },
    input: Input,
    undoable: true,
    cancelLeaves: () => 'The policy as it was.',
    steps: () => [
      {
        id: 'write',
        title: 'Write the policy',
        promiseSeconds: 1,
        run: (context) => write(ports, context.input.spec, context),
        undo: (context) => write(ports, context.input.before, context),
      },
    ],
  }
  ports.operations.register(kind)
  return {
    async inForce(signal?: AbortSignal): Promise<Outcome<PolicyInForce>> {
      const { spec, name, resourceVersion } = policyOf(ports.records)
      return succeed({
        spec,
        name,
        ...given({ resourceVersion }),
        mayChange: await mayRule(ports, signal),
        steward: ports.steward(),
      })
    },
    async planChange(
      asked: { spec: BurstPolicySpec; resourceVersion?: string | undefined },
      signal?: AbortSignal,
    ): Promise<Outcome<Plan>> {
      const made = await planPolicy(ports, kind, { asked, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
    /** Written at once and not by a plan: whoever pulls it has no time to read one. */
    async stop(
      { stopped, reason }: { stopped: boolean; reason: string },
      signal?: AbortSignal,
    ): Promise<Outcome<void>> {
      const me = await signedIn(ports.sites, signal)
      if (!me.ok) return me
      const { spec, resourceVersion } = policyOf(ports.records)
      const { stopped: _before, ...rest } = spec
      const next: BurstPolicySpec = stopped
        ? {
            ...rest,
            stopped: { by: me.value.user, at: timestamp(me.value.home.clock.now()), reason },
          }
        : rest
      const resource = ports.records.resource('BurstPolicy')
      if (resourceVersion === undefined) {
        const made = ports.records.toObject('BurstPolicy', REF, next)
        return done(await applyOne(me.value.home, made, { signal }))
      }
      // Whatever somebody writes into the policy meanwhile: the switch is pulled.
      return done(
        await me.value.home.mergePatch(resource, REF, {
          body: { spec: { stopped: next.stopped ?? null } },
          ...(signal && { signal }),
        }),
      )
    },
  }
}

interface Asking {
  asked: { spec: BurstPolicySpec; resourceVersion?: string | undefined }
  signal: AbortSignal | undefined
}
async function planPolicy(
  ports: Parameters<typeof makePolicy>[0],
  kind: OperationKind<Input>,
  { asked, signal }: Asking,
): Promise<Outcome<MadePlan<Input>>> {
  const me = await signedIn(ports.sites, signal)
  if (!me.ok) return me
  const { home, user } = me.value
  const now = policyOf(ports.records)
  if (now.resourceVersion !== asked.resourceVersion)
    return fail(
      failure('CONFLICT', {
        kind: 'BurstPolicy',
        name: POLICY_NAME,
        theirs: 'somebody else',
        resourceVersion: now.resourceVersion ?? '',
        fields: [],
      }),
    )
  const object = ports.records.toObject('BurstPolicy', REF, asked.spec)
  const seen = await preview(
    home,
    [{ ...object, apiVersion: object.apiVersion, kind: object.kind }],
    { signal },
  )
  if (!seen.ok) return seen
  const [permissions, then, today] = [
    await reviewChanges(ports.sites, { site: home.site, changes: seen.value.changes }, signal),
    await ports.planWith(asked.spec, signal),
    await ports.plan(signal),
  ]
  if (!permissions.ok) return permissions
  const input: Input = {
    site: home.site,
    spec: asked.spec,
    ...(now.resourceVersion !== undefined && { before: now.spec, basedOn: now.resourceVersion }),
  }
  return succeed({
    kind,
    input,
    again: (later) => planPolicy(ports, kind, { asked, signal: later }),
    plan: planBody({
      kind: kind.kind,
      title: 'Change the burst policy',
      verb: 'Change',
      site: home.site,
      subject: { kind: 'BurstPolicy', name: POLICY_NAME },
      as: user,
      changes: seen.value.changes,
      dryRun: seen.value.dryRun,
      permissions: permissions.value,
      blockedBy: [...refusals(permissions.value), ...seen.value.blockedBy],
      choices: effects(then, today),
      steps: stepsOf(kind, input),
      undo: 'Puts the policy back as it was.',
      risks:
        asked.spec.mode === 'automatic' && now.spec.mode !== 'automatic'
          ? [
              'From now on the steward moves work by itself, within the caps. The kill switch stops it at once.',
            ]
          : [],
    }),
  })
}

/** Which waiting jobs would be decided differently, in sentences. */
function effects(then: Outcome<PlannedQueue>, today: Outcome<PlannedQueue>): string[] {
  if (!then.ok || !today.ok) return ['What it would change for the queue cannot be said now.']
  const before = new Map(today.value.plan.decisions.map((decision) => [decision.job, decision]))
  const moved = then.value.plan.decisions.filter(
    (decision) => before.get(decision.job)?.kind !== decision.kind,
  )
  if (moved.length === 0) return ['No waiting job would be decided differently now.']
  return [
    `${String(moved.length)} of ${String(then.value.plan.decisions.length)} waiting jobs would be decided differently:`,
    ...moved
      .slice(0, 10)
      .map(
        (decision) =>
          `${decision.job.split('/').at(-1) ?? ''}: ${before.get(decision.job)?.kind ?? 'none'} → ${decision.kind}`,
      ),
  ]
}
