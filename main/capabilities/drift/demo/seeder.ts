import { join } from 'node:path'
import { z } from 'zod'
import type { MonitorSettings } from '../../../../preload/contract/drift-review'
import { timestamp } from '../../../kernel/clock'
import { LOAN_BOOK } from '../demo'
import type { Monitors } from '../monitors/shelf'
import type { DriftPorts } from '../ports'
import { DEMO_FLEET, demoName, LOANS, REFERENCE_WEEKS, WEEKS, type DemoModel } from './stories'

const KEY = 'drift.demo'
const WEEK_MS = 7 * 86_400_000
const Kept = z.object({ monday: z.string(), removed: z.array(z.string()) })
const PREFIX = 'simulated-'
export const isDemo = (id: string): boolean => id.startsWith(PREFIX)

const RULE = { correction: 'benjamini-hochberg' as const, level: 0.05 }
const SHARED = {
  period: 'week' as const,
  rule: RULE,
  alertAfter: { k: 1, n: 1 },
  limits: { watch: 0.1, act: 0.25 },
}

function settingsOf(
  model: DemoModel,
  { folder, monday }: { folder: string; monday: number },
): MonitorSettings {
  const name = demoName(model),
    path = join(folder, name),
    cut = timestamp(monday + REFERENCE_WEEKS * WEEK_MS).slice(0, 10),
    probability = { binary: 'y_pred_proba', multiclass: 'y_sure', regression: undefined }[
      model.task
    ]
  const leans = Object.fromEntries(
    model.numbers.map((feature) => [feature.name, Math.abs(feature.weight ?? 0.1)]),
  )
  const segment = model.categories.find(({ story }) => !story)?.name
  return {
    ...SHARED,
    model: name,
    about: model.about,
    owner: model.owner,
    workItem: { namespace: model.project, name },
    reference: { path, where: `seen_at < TIMESTAMP '${cut}'` },
    current: { path, where: `seen_at >= TIMESTAMP '${cut}'` },
    timeColumn: 'seen_at',
    columns: [...model.numbers, ...model.categories].map((feature) => feature.name),
    importance: {
      ...leans,
      ...Object.fromEntries(model.categories.map((feature) => [feature.name, 0.3])),
    },
    labels: {
      task: model.task,
      label: 'y_true',
      prediction: 'y_pred',
      ...(probability !== undefined && { probability }),
    },
    ...(segment !== undefined && { segments: [segment] }),
    incidents: model.incident
      ? [
          {
            from: timestamp(monday + model.incident.week * WEEK_MS),
            to: timestamp(monday + (model.incident.week + 1) * WEEK_MS),
            says: model.incident.says,
          },
        ]
      : [],
  }
}
function loanSettings({ folder, monday }: { folder: string; monday: number }): MonitorSettings {
  const path = join(folder, LOANS.name),
    cut = timestamp(monday + LOAN_BOOK.referenceWeeks * WEEK_MS).slice(0, 10),
    week = (at: number) => timestamp(monday + at * WEEK_MS)
  return {
    ...SHARED,
    model: LOANS.name,
    about: LOANS.about,
    owner: LOANS.owner,
    workItem: { namespace: LOANS.project, name: LOANS.name },
    reference: { path, where: `applied_at < TIMESTAMP '${cut}'` },
    current: { path, where: `applied_at >= TIMESTAMP '${cut}'` },
    timeColumn: 'applied_at',
    columns: ['income', 'bureau_score', 'debts', 'age', 'employment'],
    importance: { income: 0.9, bureau_score: 0.8, debts: 0.7, age: 0.1, employment: 0.4 },
    labels: { task: 'binary', label: 'y_true', prediction: 'y_pred', probability: 'y_pred_proba' },
    segments: ['employment'],
    incidents: [
      {
        from: week(LOAN_BOOK.bureauBreaksAt),
        to: week(LOAN_BOOK.bureauBreaksAt + 1),
        says: 'The bureau sent -1 for every score',
      },
      {
        from: week(LOAN_BOOK.nullsIn),
        to: week(LOAN_BOOK.nullsIn + 1),
        says: 'A third of the debts was missing',
      },
    ],
  }
}

/** The simulated fleet: models with known truth whose rows the product makes itself; scored like any other. */
export class DemoFleet {
  readonly #ports: Pick<DriftPorts, 'store' | 'sites' | 'counting'>
  readonly #monitors: Monitors
  constructor(ports: Pick<DriftPorts, 'store' | 'sites' | 'counting'>, monitors: Monitors) {
    this.#ports = ports
    this.#monitors = monitors
  }
  get #folder() {
    return join(this.#ports.store.folder, 'drift-demo')
  }
  #kept() {
    return Kept.safeParse(this.#ports.store.settings.get(KEY)).data
  }

  /** Watches the fleet's models where the simulated sites are open; answers those that are not scored yet. */
  seed(): string[] {
    const home = this.#ports.sites.home()
    if (!home.ok || !this.#ports.sites.states().some((site) => site.simulated && site.home))
      return []
    const kept = this.#kept() ?? { monday: mondayBefore(home.value.clock.now()), removed: [] }
    if (!this.#kept()) this.#ports.store.settings.set(KEY, kept)
    const place = { folder: this.#folder, monday: Date.parse(`${kept.monday}T00:00:00Z`) },
      all = [
        { name: LOANS.name, settings: () => loanSettings(place) },
        ...DEMO_FLEET.map((model) => ({
          name: demoName(model),
          settings: () => settingsOf(model, place),
        })),
      ]
    for (const { name, settings } of all) {
      const id = PREFIX + name
      if (!kept.removed.includes(id) && !this.#monitors.get(id))
        this.#monitors.save({ id, settings: settings(), simulated: true })
    }
    return this.#monitors
      .list()
      .flatMap(({ id }) => (isDemo(id) && !this.#monitors.summary(id) ? [id] : []))
  }
  /** Writes the rows of a simulated model where they are not there yet. */
  async rows(id: string, signal?: AbortSignal): Promise<void> {
    const kept = this.#kept()
    if (kept)
      await this.#ports.counting.ask<'demo'>(
        { ask: 'demo', folder: this.#folder, monday: kept.monday, model: id.slice(PREFIX.length) },
        { signal },
      )
  }
  /** A simulated model that nobody wants any more does not come back. */
  forget(id: string): void {
    const kept = this.#kept()
    if (kept && isDemo(id))
      this.#ports.store.settings.set(KEY, { ...kept, removed: [...kept.removed, id] })
  }
}

/** The Monday that lets the last of the weeks end before now. */
function mondayBefore(now: number): string {
  const day = new Date(now),
    back = (day.getUTCDay() + 6) % 7
  return timestamp(now - back * 86_400_000 - WEEKS * WEEK_MS).slice(0, 10)
}
