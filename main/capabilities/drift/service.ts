import type { VerdictOperation } from '../../../preload/contract/drift'
import type {
  Backtest,
  DriftLimits,
  DriftProgress,
  FeatureDrift,
  FeatureScore,
  Fleet,
  ModelDrift,
  MonitorSettings,
  Multivariate,
  SourceLook,
} from '../../../preload/contract/drift-review'
import { failure } from '../../../preload/contract/failures'
import type { z } from 'zod'
import { timestamp } from '../../kernel/clock'
import { given } from '../../kernel/given'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { refusal } from '../../platform/contract'
import { latest, listeners } from '../../platform/streams/latest'
import { Bundles } from './bundles/shelf'
import { Signer } from './bundles/signer'
import { DemoFleet } from './demo/seeder'
import type { BookAt, FeatureAsk, LookAsk, Summary } from './desk/questions'
import { backtest } from './monitors/backtest'
import { eventsOf } from './monitors/events'
import { Runs } from './monitors/runs'
import { Monitors, type Monitor } from './monitors/shelf'
import { followed } from './monitors/stream'
import {
  featuresOf,
  modelOf,
  overTime,
  rowOf,
  windowsOf,
  worstFirst,
  type Shown,
} from './monitors/view'
import { alertsOf, windowNamed } from './monitors/windows'
import type { DriftPorts } from './ports'
import { asked } from './refusal'
import { Reviews, type SayInput } from './reviews/service'
import { fetchable, locate } from './sources/locate'

export interface Where {
  id: string
  bundle?: string | undefined
}
type Progress = DriftProgress
type Look = z.infer<typeof SourceLook>
type Wanted = Pick<FeatureAsk, 'column' | 'windows' | 'segment'>
const notFound = (kind: string, name: string) => fail(failure('NOT_FOUND', { kind, name }))

/** Drift of every watched model and of opened bundles: seen, run, reviewed. */
export class Drift {
  readonly ports: DriftPorts
  readonly monitors: Monitors
  readonly reviews: Reviews
  readonly bundles: Bundles
  readonly signer: Signer
  readonly runs: Runs
  readonly #demo: DemoFleet
  readonly #heard = listeners()
  #seeding: Promise<void> | undefined
  readonly #closing = new AbortController()
  constructor(ports: DriftPorts) {
    this.ports = ports
    this.monitors = new Monitors(ports.store)
    this.reviews = new Reviews(ports)
    this.signer = new Signer(ports)
    this.bundles = new Bundles({ ...ports, signer: this.signer })
    this.#demo = new DemoFleet(ports, this.monitors)
    this.runs = new Runs(ports, {
      monitors: this.monitors,
      demo: this.#demo,
      changed: () => this.#heard.tell(),
    })
  }
  changed(): void {
    this.#heard.tell()
  }

  /** Every model, or those of a bundle, worst first; again after each change. */
  async *watchFleet(
    { bundle }: { bundle?: string | undefined },
    signal?: AbortSignal,
  ): AsyncGenerator<Fleet, void> {
    if (bundle !== undefined && !this.bundles.get(bundle))
      throw refusal(failure('NOT_FOUND', { kind: 'bundle', name: bundle }))
    await this.reviews.me(signal)
    const subscribe = (changed: () => void) => {
      const seeds = () => {
        if (bundle === undefined) this.#seed()
      }
      const stops = [
        this.#heard.add(changed),
        this.ports.sites.onChange(() => {
          seeds()
          changed()
        }),
        this.ports.records.onChange(['DriftReview', 'WorkItem'], changed),
      ]
      seeds()
      return () => {
        for (const stop of stops) stop()
      }
    }
    yield* latest({ subscribe, read: () => this.#fleet(bundle), clock: this.ports.clock, signal })
  }
  #seed(): void {
    this.#seeding ??= this.#score(this.#demo.seed()).finally(() => {
      this.#seeding = undefined
    })
  }
  async #score(ids: string[]): Promise<void> {
    for (const id of ids) {
      const done = await this.runs
        .run(id, { anew: false, signal: this.#closing.signal })
        .catch((error: unknown) => {
          if (!this.#closing.signal.aborted)
            this.ports.log.error('A simulated model could not be scored.', { id, error })
        })
      if (done && !done.ok)
        this.ports.log.warn('A simulated model could not be scored.', {
          id,
          code: done.failure.code,
        })
    }
  }
  #fleet(bundle: string | undefined): Fleet {
    const opened = bundle === undefined ? undefined : this.bundles.get(bundle)
    const shown =
      bundle === undefined
        ? this.monitors.list().map((monitor) => this.#shownHere(monitor))
        : (opened?.models ?? []).map((summary) => this.#shownThere(summary))
    const rows = worstFirst(shown.map(rowOf)),
      asOf = rows
        .flatMap(({ asOf: at }) => at ?? [])
        .sort()
        .at(-1)
    return {
      rows,
      windows: windowsOf(rows),
      ...this.reviews.state(
        shown.map(({ settings, verdicts }) => ({ model: settings.model, operations: verdicts })),
      ),
      ...given({ bundle: opened?.summary, asOf }),
    }
  }
  #shownHere(monitor: Monitor): Shown {
    const { id, settings, simulated } = monitor,
      broken = this.runs.failed(id),
      summary = this.monitors.summary(id)
    return {
      id,
      settings,
      simulated,
      summary,
      verdicts: this.reviews.of({ id, settings, profile: summary?.profile.hash }),
      ...given({
        running: this.runs.running(id),
        failure: broken && { code: broken.code, data: broken.data },
      }),
    }
  }
  #shownThere(summary: Summary): Shown {
    return {
      id: summary.id,
      settings: summary.settings,
      simulated: summary.simulated,
      summary,
      verdicts: this.reviews.of(
        { id: summary.id, settings: summary.settings, profile: summary.profile.hash },
        summary.verdicts,
      ),
    }
  }
  shown({ id, bundle }: Where): Outcome<Shown> {
    if (bundle === undefined) {
      const monitor = this.monitors.get(id)
      return monitor ? succeed(this.#shownHere(monitor)) : notFound('model', id)
    }
    const summary = this.bundles.get(bundle)?.models.find((model) => model.id === id)
    return summary ? succeed(this.#shownThere(summary)) : notFound('model', id)
  }
  async #book({ id, bundle }: Where): Promise<Outcome<BookAt>> {
    const book = bundle === undefined ? this.monitors.book(id) : await this.bundles.book(bundle, id)
    return book ? succeed(book) : notFound('score', id)
  }
  async #both(where: Where): Promise<Outcome<{ shown: Shown; book: BookAt }>> {
    const shown = this.shown(where)
    if (!shown.ok) return shown
    const book = await this.#book(where)
    return book.ok ? succeed({ shown: shown.value, book: book.value }) : book
  }

  model(where: Where): Outcome<ModelDrift> {
    const shown = this.shown(where)
    return shown.ok
      ? succeed(
          modelOf(
            shown.value,
            where.bundle === undefined
              ? eventsOf(this.ports.records, shown.value.settings)
              : (shown.value.summary?.events ?? []),
          ),
        )
      : shown
  }
  async features(
    where: Where & { window: string },
    signal?: AbortSignal,
  ): Promise<Outcome<FeatureScore[]>> {
    const both = await this.#both(where)
    if (!both.ok) return both
    const scores = await asked(
      this.ports.reading.ask<'features'>(
        { ask: 'features', book: both.value.book, window: where.window },
        { signal },
      ),
    )
    return scores.ok
      ? succeed(featuresOf(both.value.shown, { window: where.window, scores: scores.value }))
      : scores
  }
  async feature(
    where: Where,
    { column, windows, segment }: Wanted,
    signal?: AbortSignal,
  ): Promise<Outcome<FeatureDrift>> {
    const both = await this.#both(where)
    if (!both.ok) return both
    const { shown, book } = both.value,
      located =
        segment && where.bundle === undefined
          ? await locate(this.ports, shown.settings, { signal })
          : undefined
    if (located && !located.ok) return located
    const found = await asked(
      this.ports.reading.ask<'feature'>(
        { ask: 'feature', book, column, windows, segment, located: located?.value },
        { signal },
      ),
    )
    if (!found.ok) return found
    return succeed({
      ...found.value,
      over: shown.summary ? overTime(shown.summary, column) : [],
      segments: where.bundle === undefined ? (shown.summary?.segments ?? []) : [],
    })
  }
  async multivariate(
    where: Where & { window: string },
    signal?: AbortSignal,
  ): Promise<Outcome<Multivariate>> {
    const both = await this.#both(where)
    if (!both.ok) return both
    const located =
      where.bundle === undefined
        ? await locate(this.ports, both.value.shown.settings, { signal })
        : undefined
    if (located && !located.ok) return located
    return asked(
      this.ports.reading.ask<'multivariate'>(
        {
          ask: 'multivariate',
          book: both.value.book,
          window: where.window,
          located: located?.value,
        },
        { signal },
      ),
    )
  }
  async look(
    { source, csv }: { source: MonitorSettings['current']; csv?: LookAsk['csv'] },
    signal?: AbortSignal,
  ): Promise<Outcome<Look>> {
    const path = await fetchable(this.ports, source, { signal })
    return path.ok
      ? asked(
          this.ports.reading.ask<'look'>(
            { ask: 'look', path: path.value, where: source.where, csv },
            { signal },
          ),
        )
      : path
  }

  saveMonitor({
    id,
    settings,
  }: {
    id?: string | undefined
    settings: MonitorSettings
  }): Outcome<{ id: string }> {
    if (id !== undefined && !this.monitors.get(id)) return notFound('monitor', id)
    const made =
      id ??
      `${settings.model.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${Math.floor(this.ports.random.next() * 2 ** 32).toString(36)}`
    const kept = this.monitors.save({
      id: made,
      settings,
      simulated: this.monitors.get(made)?.simulated ?? false,
    })
    this.changed()
    return kept.ok ? succeed({ id: made }) : kept
  }
  removeMonitor(id: string): Outcome<void> {
    this.#demo.forget(id)
    const done = this.monitors.remove(id)
    this.changed()
    return done
  }
  run(
    { id, anew }: { id: string; anew?: boolean | undefined },
    signal?: AbortSignal,
  ): AsyncGenerator<Progress, void> {
    return followed<Progress>(async (tell, ending) => {
      const done = await this.runs.run(id, { anew: anew === true, signal: ending, tell })
      if (!done.ok) throw refusal(done.failure)
      return done.value
    }, signal)
  }

  async say(where: Where, said: SayInput, over?: string): Promise<Outcome<VerdictOperation>> {
    const shown = this.shown(where)
    if (!shown.ok) return shown
    const { settings, summary } = shown.value,
      window = summary && windowNamed(summary, said.window)
    if (!window) return notFound('window', said.window)
    const breached =
      summary && alertsOf(summary.windows, settings)[summary.windows.indexOf(window)] === true
    const done = await this.reviews.say(
      {
        ...where,
        settings,
        profile: summary?.profile.hash,
        breachAt: breached ? instant(window.to ?? window.from) : undefined,
      },
      said,
      over,
    )
    this.changed()
    return done
  }
  takeBack(operation: string): Outcome<void> {
    const done = this.reviews.takeBack(operation)
    this.changed()
    return done
  }
  async merge(
    signal?: AbortSignal,
  ): Promise<Outcome<{ merged: number; conflicts: Fleet['conflicts'] }>> {
    const done = await this.reviews.merge(signal)
    this.changed()
    return done
  }
  async settle({
    operation,
    over,
    note,
  }: {
    operation: string
    over: string
    note: string
  }): Promise<Outcome<void>> {
    for (const where of this.#everywhere()) {
      const shown = this.shown(where),
        verdicts = shown.ok ? shown.value.verdicts : [],
        holds = verdicts.find(({ id }) => id === operation)
      if (!holds || !verdicts.some(({ id }) => id === over)) continue
      const done = await this.say(
        where,
        { window: holds.window, column: holds.column, verdict: holds.verdict, note },
        over,
      )
      return done.ok ? succeed(undefined) : done
    }
    return notFound('verdict', operation)
  }
  #everywhere(): Where[] {
    return [
      ...this.monitors.list().map(({ id }) => ({ id })),
      ...this.bundles
        .ids()
        .flatMap((bundle) =>
          (this.bundles.get(bundle)?.models ?? []).map(({ id }) => ({ id, bundle })),
        ),
    ]
  }

  backtest(
    where: Where,
    limits: DriftLimits,
    alertAfter?: MonitorSettings['alertAfter'],
  ): Outcome<Backtest> {
    const shown = this.shown(where)
    if (!shown.ok) return shown
    const { settings, summary } = shown.value
    return succeed(
      backtest(summary?.windows ?? [], {
        now: settings,
        then: { limits, alertAfter: alertAfter ?? settings.alertAfter },
        incidents: settings.incidents,
      }),
    )
  }
  /** Puts limits in force; only the owner of the model may. */
  async approveLimits(id: string, limits: DriftLimits): Promise<Outcome<void>> {
    const monitor = this.monitors.get(id),
      me = await this.reviews.me()
    if (!monitor) return notFound('monitor', id)
    if (monitor.settings.owner !== '' && monitor.settings.owner !== me)
      return fail(
        failure('FORBIDDEN', {
          site: 'this machine',
          verb: 'approve',
          resource: `limits of ${monitor.settings.model}`,
          says: `${me} does not own it`,
          grantedBy: [monitor.settings.owner],
        }),
      )
    const kept = this.monitors.save({ ...monitor, settings: { ...monitor.settings, limits } })
    this.changed()
    return kept
  }
  async close(): Promise<void> {
    this.#closing.abort(new Error('the core closes'))
    await this.#seeding
    await Promise.all([this.ports.counting.close(), this.ports.reading.close()])
  }
}

/** A window's end, written in local time without a zone, as an instant. */
function instant(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const ms = Date.parse(`${text.replace(' ', 'T')}${text.includes(':') ? '' : 'T00:00:00'}Z`)
  return Number.isNaN(ms) ? undefined : timestamp(ms)
}
