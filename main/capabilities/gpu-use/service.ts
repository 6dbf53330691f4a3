import type { GpuUse, GpuUseAsk, PrometheusSource } from '../../../preload/contract/gpu-use'
import { timestamp } from '../../kernel/clock'
import { succeed, type Outcome } from '../../kernel/outcome'
import { listeners } from '../../platform/streams/latest'
import type { KubeClient } from '../../platform/kubernetes/types'
import { allocationOf } from './allocation'
import { KEPT_STEP_S, PODS_STEP_S, joined, stepFor } from './domain/history'
import { METRICS, usedByNode } from './domain/metrics'
import { podLoad, type LoadAsk, type PodLoad } from './pod-load'
import { makeHistory } from './kept'
import { measureHistory, measureNow, measureXids } from './measure'
import type { GpuUsePorts } from './ports'
import { makeSources, type Source } from './sources'

const AGAIN_MS = 15_000
const FILL_MS = 15 * 60_000
const HOUR_MS = 3_600_000
const UNREACHED: PrometheusSource = {
  state: 'failed',
  says: 'The site is not connected: this is what was kept on this machine.',
  metrics: [],
}

/** Requested, allocated and used GPUs of the connected sites, and what this machine kept of them. */
export class GpuUseService {
  readonly #ports: GpuUsePorts
  readonly #sources
  readonly #history
  readonly #byNode = new Map<string, ReadonlyMap<string, number>>()
  readonly #seen = new Map<string, KubeClient>()
  readonly #followed = new Map<
    string,
    { count: number; stop: AbortController; heard: ReturnType<typeof listeners> }
  >()
  constructor(ports: GpuUsePorts) {
    this.#ports = ports
    this.#sources = makeSources(ports)
    this.#history = makeHistory(ports)
  }

  /** Busy GPUs by node as last measured; undefined where nobody measures them. */
  byNode(site: string): ReadonlyMap<string, number> | undefined {
    return this.#byNode.get(site)
  }
  /** Busy GPUs of one node as last measured. */
  of(site: string, node: string): number | undefined {
    return this.#byNode.get(site)?.get(node)
  }
  /** Measures a site four times a minute for as long as somebody follows it. */
  follow(site: string, changed: () => void): () => void {
    const one = this.#followed.get(site) ?? {
      count: 0,
      stop: new AbortController(),
      heard: listeners(),
    }
    this.#followed.set(site, one)
    const still = one.heard.add(changed)
    if (++one.count === 1) void this.#measureOften(site, one.stop.signal).catch(() => undefined)
    let over = false
    return () => {
      if (over) return
      over = true
      still()
      if (--one.count > 0) return
      one.stop.abort()
      this.#followed.delete(site)
    }
  }
  async #measureOften(site: string, signal: AbortSignal) {
    while (!signal.aborted) {
      const source = await this.#sources.of(site)
      const used =
        source.ok && source.value.prometheus
          ? await source.value.prometheus.now(`sum(${METRICS.engine}) by (Hostname)`, signal)
          : undefined
      if (used?.ok) this.#byNode.set(site, usedByNode(used.value))
      else if (source.ok) this.#byNode.delete(site)
      this.#followed.get(site)?.heard.tell()
      await this.#ports.clock.sleep(AGAIN_MS, signal)
    }
  }

  /** What a pod used of its GPUs and CPUs lately. */
  async podLoad(
    { site, ...ask }: LoadAsk & { site: string },
    signal: AbortSignal,
  ): Promise<Outcome<PodLoad>> {
    const client = this.#ports.sites.client(site)
    if (!client.ok) return client
    const source = await this.#sources.of(site)
    return source.ok
      ? succeed(await podLoad({ client: client.value, source: source.value }, ask, signal))
      : source
  }

  async source(site: string): Promise<Outcome<PrometheusSource>> {
    const source = await this.#sources.of(site)
    return source.ok ? succeed(source.value.told) : source
  }
  async setSource(site: string, url: string | undefined): Promise<Outcome<PrometheusSource>> {
    const named = await this.#sources.name(site, url)
    return named.ok ? this.source(site) : named
  }
  /** A scope's GPUs now and in a window, again every quarter of a minute. */
  async *watch(ask: GpuUseAsk, signal?: AbortSignal): AsyncGenerator<GpuUse, void> {
    const over = new AbortController()
    const ending = signal ? AbortSignal.any([signal, over.signal]) : over.signal
    try {
      while (!ending.aborted) {
        yield await this.#look(ask, ending)
        await this.#ports.clock.sleep(AGAIN_MS, ending).catch(() => undefined)
      }
    } catch (error) {
      if (!ending.aborted) throw error
    } finally {
      over.abort()
    }
  }

  async #look(ask: GpuUseAsk, signal: AbortSignal): Promise<GpuUse> {
    const client = this.#ports.sites.client(ask.site)
    if (!client.ok) return this.#fromKept(ask, { ...UNREACHED, failure: client.failure })
    const source = await this.#sources.of(ask.site)
    const allocation = await allocationOf(client.value, this.#ports.capacity, {
      of: ask.of,
      signal,
    })
    if (!source.ok || !allocation.ok)
      return this.#fromKept(ask, {
        ...UNREACHED,
        says: 'The site does not answer: this is what was kept on this machine.',
        ...(!allocation.ok && { failure: allocation.failure }),
      })
    return this.#measured(
      { ask, client: client.value, source: source.value, now: allocation.value },
      signal,
    )
  }
  async #measured(
    {
      ask,
      client,
      source,
      now,
    }: {
      ask: GpuUseAsk
      client: KubeClient
      source: Source
      now: Omit<GpuUse['now'], 'used' | 'faulted'>
    },
    signal: AbortSignal,
  ): Promise<GpuUse> {
    const to = client.clock.now()
    const [from, stepSeconds] = [to - ask.hours * HOUR_MS, stepFor(ask.hours)]
    const kept = this.#history.between(ask.site, ask.of, { from, to })
    const bare: GpuUse = {
      asOf: timestamp(to),
      live: true,
      source: source.told,
      useKnown: false,
      says: source.told.says,
      now: { ...now, faulted: 0 },
      gpus: [],
      history: kept,
      stepSeconds: keptStep(ask),
      xids: [],
    }
    if (!source.prometheus) return bare
    const measured = await measureNow(source.prometheus, ask.of, signal)
    if (!measured.ok)
      return {
        ...bare,
        source: { ...source.told, state: 'failed', failure: measured.failure },
        says: `${source.told.address ?? 'Prometheus'} does not answer now: allocation is shown, and what was kept.`,
      }
    const window = { selector: measured.value.selector, from, to, stepSeconds }
    const [history, xids] = await Promise.all([
      measureHistory(source.prometheus, window, signal),
      ask.of.what === 'site' ? [] : measureXids(source.prometheus, window, signal),
    ])
    const { gpus } = measured.value
    const used = gpus.reduce((sum, { engine }) => sum + (engine ?? 0), 0)
    const known = gpus.some(({ engine }) => engine !== undefined)
    return {
      ...bare,
      useKnown: known,
      gpus,
      xids,
      now: {
        ...now,
        faulted: gpus.filter(({ xid }) => xid !== undefined).length,
        ...(known && { used }),
      },
      stepSeconds,
      history: joined(kept, history.ok ? history.value : []),
      says: known
        ? source.told.says
        : `${source.told.address ?? 'Prometheus'} has no measurement of this: allocation is shown instead.`,
    }
  }
  #fromKept(ask: GpuUseAsk, source: PrometheusSource): GpuUse {
    const to = this.#ports.clock.now()
    const history = this.#history.between(ask.site, ask.of, {
      from: to - ask.hours * HOUR_MS,
      to: Number.MAX_SAFE_INTEGER,
    })
    const last = history.at(-1)
    return {
      ...(last && { asOf: last.at }),
      live: false,
      source,
      useKnown: last !== undefined,
      says: source.says,
      gpus: [],
      history,
      stepSeconds: keptStep(ask),
      xids: [],
      now: {
        capacity: last?.gpus ?? 0,
        requested: 0,
        allocated: last?.allocated ?? 0,
        faulted: 0,
        ...(last?.used !== undefined && { used: last.used }),
      },
    }
  }

  /** Keeps history of every connected site until the answer is called. */
  run(): () => void {
    const ending = new AbortController()
    const filling = new Set<string>()
    const fill = async (site: string) => {
      const client = this.#ports.sites.client(site)
      if (!client.ok || filling.has(site)) return
      filling.add(site)
      try {
        const source = await this.#sources.of(site)
        if (!source.ok || !source.value.prometheus) return
        const until = { now: client.value.clock.now(), signal: ending.signal }
        await this.#history.fill(site, source.value.prometheus, until)
        await this.#history.fillPods(site, source.value.prometheus, until)
      } catch (error) {
        if (!ending.signal.aborted)
          this.#ports.log.warn('The history of GPU use could not be read.', {
            site,
            error: String(error),
          })
      } finally {
        filling.delete(site)
      }
    }
    const fillAll = () => {
      for (const { id, state } of this.#ports.sites.states()) if (state === 'live') void fill(id)
    }
    const stop = this.#ports.sites.onChange(() => {
      for (const id of this.#newlyConnected()) void fill(id)
    })
    const often = async () => {
      while (!ending.signal.aborted) {
        await this.#ports.clock.sleep(FILL_MS, ending.signal)
        fillAll()
      }
    }
    void often().catch(() => undefined)
    return () => {
      stop()
      ending.abort()
      for (const one of this.#followed.values()) one.stop.abort()
    }
  }
  /** Sites that are reached by another connection than the last time. */
  #newlyConnected(): string[] {
    return this.#ports.sites
      .states()
      .filter(({ state }) => state === 'live')
      .flatMap(({ id }) => {
        const client = this.#ports.sites.client(id)
        if (!client.ok || this.#seen.get(id) === client.value) return []
        this.#seen.set(id, client.value)
        return [id]
      })
  }
}
const keptStep = ({ of }: GpuUseAsk): number => (of.what === 'pod' ? PODS_STEP_S : KEPT_STEP_S)
