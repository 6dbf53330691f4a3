import type { NamespacedRef } from '../../../preload/contract/common'
import type { Plan } from '../../../preload/contract/operations'
import type { Draft, IdleReport, SizeOffer } from '../../../preload/contract/projects'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import type { Inventory } from '../../kernel/inventory'
import { LABEL } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import type { UnattendedStart } from '../operations'
import type { Wanted } from './decide'
import { changeKind } from './change'
import { planChange, type WantedChange } from './change-plan'
import { offersOf, waitsOf } from './domain/offers'
import { makeExpiry, type ExpiryPorts } from './expiry'
import { Forwards } from './forwards'
import { withEstimates } from './estimates'
import { planProvision } from './plan'
import { makeIdleness, NOTHING_RUNS, toReport, type Idleness } from './idleness'
import type { EnvironmentPorts } from './ports'
import { Reconciler } from './reconcile'
import { provisionKind } from './steps'
import { watchStart, type Starting } from './watch'

export interface Offers {
  asOf: string
  offers: SizeOffer[]
  waits?: NonNullable<ReturnType<typeof waitsOf>>
}
const ELSEWHERE = 'Environments run on the site that holds the shared records'
type Start = (ask: { planId: string; unattended: UnattendedStart }) => Promise<Outcome<unknown>>

/** Pods that hold a GPU while nobody uses it, as the conditions of their environments say. */
const idlePods = ({ records }: Pick<EnvironmentPorts, 'records'>) =>
  new Set(
    records
      .known('Environment')
      .items.flatMap(({ meta, status }) =>
        status.pod !== undefined &&
        status.conditions?.some(({ type, status: is }) => type === 'Idle' && is === 'True')
          ? [`${meta.namespace ?? ''}/${status.pod}`]
          : [],
      ),
  )

/** What every connected site can give, for a project where one is named. */
async function offers(
  ports: EnvironmentPorts,
  { project, signal }: { project?: string | undefined; signal?: AbortSignal | undefined },
): Promise<Outcome<Offers>> {
  const home = ports.sites.home()
  if (!home.ok) return home
  const allowed = ports.records.find('Project', project ?? '')?.spec.sites
  const all: Offers = { asOf: timestamp(home.value.clock.now()), offers: [] }
  for (const state of ports.sites.states().filter(({ id }) => ports.sites.client(id).ok)) {
    const isHome = state.id === home.value.site
    const inventory = await withEstimates(ports, state.id, signal)
    if (!inventory.ok) {
      if (isHome) return inventory
      continue
    }
    const forbidden =
      allowed?.includes(state.id) === false
        ? `${project ?? 'The project'} may not use ${state.id}`
        : undefined
    all.offers.push(
      ...siteOffers(ports, {
        inventory: inventory.value,
        place: state.place,
        refused: isHome ? forbidden : ELSEWHERE,
      }),
    )
    if (isHome) Object.assign(all, given({ waits: waitsOf(inventory.value) }))
  }
  return succeed(all)
}

function siteOffers(
  ports: EnvironmentPorts,
  {
    inventory,
    place,
    refused,
  }: { inventory: Inventory; place: SizeOffer['place']; refused: string | undefined },
): SizeOffer[] {
  const book = place === 'on-prem' ? ports.records.find('PriceBook', 'default')?.spec : undefined
  return offersOf({
    inventory,
    place,
    book,
    idle: idlePods(ports),
    isEnvironment: (pod) => pod.labels[LABEL.environment] !== undefined,
    refused: () => refused,
  })
}

/** Whether an environment is idle, why not, and what of that cannot be read. */
async function idle(
  ports: EnvironmentPorts,
  idleness: Idleness,
  {
    ref,
    signal = new AbortController().signal,
  }: { ref: NamespacedRef; signal: AbortSignal | undefined },
): Promise<Outcome<IdleReport>> {
  const home = ports.sites.home()
  if (!home.ok) return home
  const environment = await ports.records.read('Environment', ref, signal)
  if (!environment.ok) return environment
  const seen =
    environment.value.status.phase === 'Ready'
      ? await idleness.look(home.value, environment.value, { all: true, signal })
      : undefined
  return succeed(seen ? toReport(seen) : NOTHING_RUNS)
}

/** Environments: offered, provisioned, watched as they start, opened, changed, and followed while a core runs. */
export function makeEnvironments(ports: EnvironmentPorts) {
  const provision = provisionKind(ports)
  const idleness = makeIdleness(ports)
  const change = changeKind({ ...ports, idleness })
  ports.operations.register(provision)
  ports.operations.register(change)
  const forwards = new Forwards(ports)
  const reconciler = new Reconciler(ports)
  const planOne = async (wanted: WantedChange, signal?: AbortSignal): Promise<Outcome<Plan>> => {
    const made = await planChange(ports, change, { wanted, signal })
    return made.ok ? succeed(ports.operations.offer(made.value)) : made
  }
  return {
    offers: (project?: string, signal?: AbortSignal) => offers(ports, { project, signal }),
    async planProvision(wanted: Wanted, signal?: AbortSignal): Promise<Outcome<Plan>> {
      const made = await planProvision(ports, provision, { wanted, signal })
      return made.ok ? succeed(ports.operations.offer(made.value)) : made
    },
    planDraft(draft: Draft, signal?: AbortSignal): Promise<Outcome<Plan>> {
      return this.planProvision({ draft }, signal)
    },
    planChange: planOne,
    watch(ref: NamespacedRef, signal?: AbortSignal): Outcome<AsyncGenerator<Starting, void>> {
      const home = ports.sites.home()
      return home.ok ? succeed(watchStart(ports, home.value, { ref, signal })) : home
    },
    forwards,
    reconciler,
    idle: (ref: NamespacedRef, signal?: AbortSignal) => idle(ports, idleness, { ref, signal }),
    /** Sees to what is over; `start` runs a plan for as long as it may. */
    expiry: (start: Start, told: Pick<ExpiryPorts, 'owner' | 'stewarded'>) =>
      makeExpiry({
        ...ports,
        ...told,
        idleness,
        async pause(ref, { basis, unattended }) {
          const plan = await planOne({ ref, change: { to: 'stop' }, basis })
          return plan.ok ? start({ planId: plan.value.id, unattended }) : plan
        },
      }),
    /** Follows environments and pauses what is over until the answer is called. */
    run(expiry: Pick<ReturnType<typeof makeExpiry>, 'start'>) {
      const stops = [reconciler.start(), expiry.start(), () => forwards.closeAll()]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}
export type Environments = ReturnType<typeof makeEnvironments>
