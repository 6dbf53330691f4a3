import type { NamespacedRef } from '../../../preload/contract/common'
import type { Plan, PlanChange } from '../../../preload/contract/operations'
import type { EnvironmentChange } from '../../../preload/contract/projects'
import type { Environment } from '../../../preload/contract/records'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient } from '../../platform/kubernetes/types'
import type { MadePlan, OperationKind } from '../operations'
import { planBody, refusals, removal, reviewChanges, stepsOf } from '../plans'
import { QUOTA_NAME, raisedQuota } from '../projects'
import type { ChangeInput } from './change'
import { workspaceClaim } from './domain/manifests'
import { addsOf, quotaUses } from './domain/quota'
import { tooLarge } from './domain/sizes'
import { quotasOf } from './features'
import { priceOf, timeOf } from './plan'
import type { EnvironmentPorts } from './ports'

type Blocked = Plan['blockedBy']
type Line = { op: '+' | '-' | ' '; text: string }
export interface WantedChange { ref: NamespacedRef; change: EnvironmentChange; why?: string }
const VERBS: Record<EnvironmentChange['to'], { verb: string; title: string }> = {
  stop: { verb: 'Pause', title: 'Pause' }, resume: { verb: 'Resume', title: 'Resume' }, resize: { verb: 'Resize', title: 'Resize' }, extend: { verb: 'Extend', title: 'Extend' }, delete: { verb: 'Delete for good', title: 'Delete' },
}
const HOUR_MS = 3_600_000

interface Facts { environment: Environment; now: number; home: KubeClient; user: string; signal: AbortSignal | undefined }
interface Part { input: Partial<ChangeInput>; lines: Line[]; blockedBy: Blocked; risks: string[]; quotas: Plan['quotas'] }
const part = (told: Partial<Part>): Part => ({ input: {}, lines: [], blockedBy: [], risks: [], quotas: [], ...told })
const changed = (path: string, before: string, after: string): Line[] => [{ op: '-', text: `${path}: ${before}` }, { op: '+', text: `${path}: ${after}` }]

function stateChange({ environment }: Facts, after: 'running' | 'paused'): Part {
  const before = environment.spec.state
  const already = before === after ? [{ says: `${environment.meta.name} is ${after} already.`, remedy: 'Nothing needs doing.' }] : []
  const risks = after === 'paused' ? ['What runs in it and is not saved in its volume ends.'] : []
  return part({ input: { state: { before, after } }, lines: changed('spec.state', before, after), blockedBy: already, risks })
}

async function sizeChange({ environment, home, signal }: Facts, change: Extract<EnvironmentChange, { to: 'resize' }>): Promise<Outcome<Part>> {
  const { spec, meta } = environment
  const large = tooLarge(change.size)
  const quotas = await quotasOf(home, meta.namespace ?? '', signal)
  if (!quotas.ok) return quotas
  const own = quotas.value.find(({ name }) => name === QUOTA_NAME)
  const [old, young] = [addsOf(spec, []), addsOf({ ...spec, size: change.size }, [])]
  // Only what is more than before is added to what the quota counts already.
  const adds = Object.fromEntries([...new Set([...Object.keys(old), ...Object.keys(young)])].map((resource) => [resource, (young[resource] ?? 0) - (spec.state === 'running' ? old[resource] ?? 0 : 0)]).filter(([, more]) => Number(more) > 0)) as Record<string, number>
  const after = own && raisedQuota(own.hard, own.used, adds)
  const raised = own && after && JSON.stringify(after) !== JSON.stringify(own.hard) ? { before: own.hard, after } : undefined
  return succeed(part({
    input: { size: { before: spec.size, after: change.size }, ...(raised && { quota: raised }) }, lines: changed('spec.size', spec.size.name, change.size.name),
    blockedBy: large === undefined ? [] : [{ says: `${large}.`, remedy: 'Pick a smaller size.' }], quotas: own && after ? quotaUses({ ...own, hard: after }, adds) : [],
    risks: spec.state === 'running' ? ['It starts again on another machine: what is not saved in its volume ends.'] : [],
  }))
}

function extension({ environment, now }: Facts, { expiresAt }: Extract<EnvironmentChange, { to: 'extend' }>): Part {
  const at = Date.parse(expiresAt)
  const past = Number.isNaN(at) || at <= now ? [{ says: 'The new end is in the past by the clock of the site.', remedy: 'Choose a later end.' }] : []
  return part({ input: { expiresAt: { before: environment.spec.expiresAt, after: expiresAt } }, lines: changed('spec.expiresAt', environment.spec.expiresAt, expiresAt), blockedBy: past })
}

async function partOf(facts: Facts, change: EnvironmentChange): Promise<Outcome<Part>> {
  switch (change.to) {
    case 'stop': return succeed(stateChange(facts, 'paused'))
    case 'resume': return succeed(stateChange(facts, 'running'))
    case 'resize': return sizeChange(facts, change)
    case 'extend': return succeed(extension(facts, change))
    case 'delete': return succeed(part({ input: { remove: { keepWorkspace: change.keepWorkspace } } }))
  }
}

function changesOf({ environment }: Facts, { change, lines, quota, workload }: { change: EnvironmentChange; lines: Line[]; quota: boolean; workload: 'Notebook' | 'StatefulSet' }): PlanChange[] {
  const { name, namespace = '' } = environment.meta
  const record = { apiVersion: 'takt.dev/v1alpha1', kind: 'Environment', name, namespace }
  const native = { apiVersion: workload === 'Notebook' ? 'kubeflow.org/v1' : 'apps/v1', kind: workload, name, namespace }
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: workspaceClaim(name), namespace }
  if (change.to === 'delete') return [...(change.keepWorkspace ? [{ op: 'change' as const, ...claim, note: 'kept' }] : [removal({ ...claim, note: `${String(environment.spec.workspace.gi)} Gi` })]), removal(native), removal(record)]
  return [
    ...(quota ? [{ op: 'change' as const, apiVersion: 'v1', kind: 'ResourceQuota', name: QUOTA_NAME, namespace }] : []), { op: 'change' as const, ...record, lines }, ...(change.to === 'extend' ? [] : [{ op: 'change' as const, ...native }]),
  ]
}

function lossesOf(ports: EnvironmentPorts, { environment }: Facts, keepWorkspace: boolean): NonNullable<Plan['losses']> {
  const { name, namespace } = environment.meta
  const revisions = ports.records.known('Revision').items.filter(({ meta, spec }) => meta.namespace === namespace && spec.environment === name).map(({ spec }) => spec.number).sort((a, b) => a - b)
  const newest = revisions.at(-1)
  const clones = environment.spec.data.filter(({ mount }) => mount === 'clone').map(({ source }) => `the private clone of ${source}, with what was written to it`)
  const since = newest === undefined ? ', of which nothing was ever saved as a revision' : `, with everything newer than rev ${String(newest)}`
  return {
    lost: [...(keepWorkspace ? [] : [`volume ${workspaceClaim(name)}, ${String(environment.spec.workspace.gi)} GiB${since}`]), ...clones, 'what runs in it'],
    kept: [...(keepWorkspace ? [`volume ${workspaceClaim(name)}`] : []), ...(newest === undefined ? [] : [revisions.length === 1 ? `rev ${String(newest)}` : `rev ${String(revisions[0])} to ${String(newest)}`]), ...environment.spec.data.flatMap(({ snapshot }) => (snapshot ? [`snapshot ${snapshot}`] : []))], typeName: name,
  }
}

/** What a change of an environment would do. */
export async function planChange(ports: EnvironmentPorts, kind: OperationKind<ChangeInput>, { wanted, signal }: { wanted: WantedChange; signal?: AbortSignal | undefined }): Promise<Outcome<MadePlan<ChangeInput>>> {
  const { ref, change } = wanted
  const home = ports.sites.home()
  if (!home.ok) return home
  const [who, environment] = [await home.value.whoAmI(signal), await ports.records.read('Environment', ref, signal)]
  if (!who.ok) return who
  if (!environment.ok) return environment
  const facts: Facts = { environment: environment.value, now: home.value.clock.now(), home: home.value, user: who.value.user, signal }
  const made = await partOf(facts, change)
  if (!made.ok) return made
  const { spec, status, meta } = environment.value
  const workload = status.workload?.startsWith('StatefulSet/') ? 'StatefulSet' : 'Notebook'
  const input: ChangeInput = {
    site: home.value.site, ...ref, by: who.value.user, workload, replicas: spec.replicas, ...(spec.workItem !== undefined && { workItem: spec.workItem }), ...(wanted.why !== undefined && { why: wanted.why }), ...made.value.input,
  }
  const changes = changesOf(facts, { change, lines: made.value.lines, quota: input.quota !== undefined, workload })
  const checks = await reviewChanges(ports.sites, { site: input.site, changes }, signal)
  if (!checks.ok) return checks
  const starts = change.to === 'resume' || (change.to === 'resize' && spec.state === 'running')
  const after = { ...spec, size: change.to === 'resize' ? change.size : spec.size }
  const inventory = starts ? await ports.capacity.snapshot(home.value.site, signal) : undefined
  const start = inventory?.ok ? timeOf(inventory.value, after) : { time: undefined, risks: [] }
  const hours = Math.max(1, (Date.parse(input.expiresAt?.after ?? spec.expiresAt) - facts.now) / HOUR_MS)
  // What is left of its life shrinks by the minute, so only the rate is part of what is confirmed.
  const price = change.to === 'stop' || change.to === 'delete' ? undefined : priceOf({ spec: after, hoursToLive: hours }, ports.records.find('PriceBook', 'default'))
  const { usdInAll: _all, ...rate } = price ?? { usdPerHour: 0, basis: '', book: '' }
  const plan = planBody({
    kind: kind.kind, title: `${VERBS[change.to].title} ${meta.name}`, verb: VERBS[change.to].verb, site: input.site, subject: { kind: 'Environment', ...ref }, as: who.value.user, changes, permissions: checks.value,
    ...(price && { price: rate }), ...(start.time && { time: start.time }), quotas: made.value.quotas, risks: [...made.value.risks, ...start.risks], steps: stepsOf(kind, input),
    blockedBy: [...made.value.blockedBy, ...refusals(checks.value)], ...(change.to === 'delete' ? { losses: lossesOf(ports, facts, change.keepWorkspace) } : { undo: 'Puts back what stood before.' }),
  })
  return succeed({ plan, kind, input, again: (again) => planChange(ports, kind, { wanted, signal: again }) })
}
