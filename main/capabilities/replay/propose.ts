import type { PolicyInForce } from '../../../preload/contract/burst'
import type { Plan } from '../../../preload/contract/operations'
import type { BurstPolicySpec } from '../../../preload/contract/records/burst'
import type { ReplayRun } from '../../../preload/contract/replay'
import { succeed, type Outcome } from '../../kernel/outcome'
import { writeYaml } from '../../platform/yaml'

/** The shared policy: what holds, and what changing it would do. */
export interface PolicyPort {
  inForce(signal?: AbortSignal): Promise<Outcome<PolicyInForce>>
  planChange(
    asked: { spec: BurstPolicySpec; resourceVersion?: string | undefined },
    signal?: AbortSignal,
  ): Promise<Outcome<Plan>>
}
export interface Proposal {
  usdPerWaitHour: number
  team?: string | undefined
}

/** A policy with one value of waiting set, for a team or for everybody else; finer rows of single priorities stay. */
export function withKnob(
  spec: BurstPolicySpec,
  { usdPerWaitHour, team = '' }: Proposal,
): BurstPolicySpec {
  const row = spec.waiting.find((one) => one.team === team && one.priority === undefined)
  const waiting = row
    ? spec.waiting.map((one) => (one === row ? { ...one, usdPerHour: usdPerWaitHour } : one))
    : [...spec.waiting, { team, usdPerHour: usdPerWaitHour }]
  return { ...spec, waiting }
}

/** The plan that sets the knob, with what the replay says of it; for somebody who may not, the same as a file for a lead. */
export async function propose(
  policy: PolicyPort,
  proposal: Proposal,
  { run, signal }: { run: ReplayRun | undefined; signal: AbortSignal | undefined },
): Promise<Outcome<Plan>> {
  const now = await policy.inForce(signal)
  if (!now.ok) return now
  const spec = withKnob(now.value.spec, proposal)
  const { resourceVersion } = now.value
  const made = await policy.planChange(
    { spec, ...(resourceVersion !== undefined && { resourceVersion }) },
    signal,
  )
  if (!made.ok) return made
  const yaml = writeYaml({
    apiVersion: 'takt.dev/v1alpha1',
    kind: 'BurstPolicy',
    metadata: { name: 'default' },
    spec,
  })
  return succeed({ ...made.value, choices: [...evidence(run), ...made.value.choices], yaml })
}

/** What a replay showed, in a sentence; nothing where none was played at this knob. */
function evidence(run: ReplayRun | undefined): string[] {
  const own = run?.played.find(({ figures }) => figures.policy === 'takt')?.figures
  if (!run || own?.meanWaitHours === undefined) return []
  return [
    `Replaying ${run.source.jobs} jobs of ${run.source.title} at $${run.question.usdPerWaitHour} an hour: $${Math.round(own.cloudUsd)} in the cloud, ${own.meanWaitHours.toFixed(2)} h mean wait, ${((own.deadlineMissShare ?? 0) * 100).toFixed(1)} % late.`,
  ]
}
