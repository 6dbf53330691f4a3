import type { NamespacedRef } from '../../../preload/contract/common'
import type { Plan } from '../../../preload/contract/operations'
import type { Draft, EnvironmentChange, SizeOffer } from '../../../preload/contract/projects'
import { timestamp } from '../../kernel/clock'
import { LABEL } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { Wanted } from './decide'
import { changeKind } from './change'
import { planChange } from './change-plan'
import { offersOf, waitsOf } from './domain/offers'
import { makeExpiry } from './expiry'
import { makeForwards } from './forwards'
import { planProvision } from './plan'
import type { EnvironmentPorts } from './ports'
import { makeReconciler } from './reconcile'
import { provisionKind } from './steps'
import { watchStart, type Starting } from './watch'

export interface Offers { asOf: string; offers: SizeOffer[]; waits?: NonNullable<ReturnType<typeof waitsOf>> }
type Start = (planId: string) => Promise<Outcome<unknown>>

/** Pods that hold a GPU while nobody uses it, as the conditions of their environments say. */
const idlePods = ({ records }: Pick<EnvironmentPorts, 'records'>) => new Set(records.known('Environment').items.flatMap(({ meta, status }) =>
  (status.pod !== undefined && status.conditions?.some(({ type, status: is }) => type === 'Idle' && is === 'True') ? [`${meta.namespace ?? ''}/${status.pod}`] : [])))

/** What every connected site can give, for a project where one is named. */
async function offers(ports: EnvironmentPorts, { project, signal }: { project?: string | undefined; signal?: AbortSignal | undefined }): Promise<Outcome<Offers>> {
  const home = ports.sites.home()
  if (!home.ok) return home
  const allowed = project === undefined ? undefined : ports.records.find('Project', project)?.spec.sites
  const all: Offers = { asOf: timestamp(home.value.clock.now()), offers: [] }
  for (const { id, place } of ports.sites.states()) {
    const client = ports.sites.client(id)
    if (!client.ok) continue
    const inventory = await ports.capacity.snapshot(id, signal)
    if (!inventory.ok) {
      if (id === home.value.site) return inventory
      continue
    }
    const refused = id !== home.value.site ? 'Environments run on the site that holds the shared records' : allowed?.includes(id) === false ? `${project ?? 'The project'} may not use ${id}` : undefined
    const book = place === 'on-prem' ? ports.records.find('PriceBook', 'default')?.spec : undefined
    all.offers.push(...offersOf({ inventory: inventory.value, place, book, idle: idlePods(ports), isEnvironment: (pod) => pod.labels[LABEL.environment] !== undefined, refused: () => refused }))
    const waits = id === home.value.site ? waitsOf(inventory.value) : undefined
    if (waits) all.waits = waits
  }
  return succeed(all)
}

/** Environments: offered, provisioned, watched as they start, opened, changed, and followed while a core runs. */
export function makeEnvironments(ports: EnvironmentPorts) {
  const provision = provisionKind(ports)
  const change = changeKind(ports)
  ports.operations.register(provision)
  ports.operations.register(change)
  const forwards = makeForwards(ports)
  const reconciler = makeReconciler(ports)
  const planOne = async (wanted: { ref: NamespacedRef; change: EnvironmentChange; why?: string }, signal?: AbortSignal): Promise<Outcome<Plan>> => {
    const made = await planChange(ports, change, { wanted, signal })
    return made.ok ? succeed(ports.operations.offer(made.value)) : made
  }
  return {
    offers: (project?: string, signal?: AbortSignal) => offers(ports, { project, signal }),
    async planProvision(wanted: Wanted, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planProvision(ports, provision, { wanted, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
    planDraft(draft: Draft, signal?: AbortSignal): Promise<Outcome<Plan>> { return this.planProvision({ draft }, signal) },
    planChange: planOne,
    watch(ref: NamespacedRef, signal?: AbortSignal): Outcome<AsyncGenerator<Starting, void>> {
      const home = ports.sites.home()
      return home.ok ? succeed(watchStart(ports, home.value, { ref, signal })) : home
    },
    forwards,
    reconciler,
    /** Follows environments and pauses what is over until the answer is called; `start` runs a plan. */
    run(start: Start) {
      const expiry = makeExpiry(ports, async (ref, why) => {
        const plan = await planOne({ ref, change: { to: 'stop' }, why })
        return plan.ok ? start(plan.value.id) : plan
      })
      const stops = [reconciler.start(), expiry.start(), () => forwards.closeAll()]
      return () => { for (const stop of stops) stop() }
    },
  }
}
export type Environments = ReturnType<typeof makeEnvironments>
