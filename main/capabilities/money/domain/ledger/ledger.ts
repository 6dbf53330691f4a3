import { overlapS, type Span } from '../../../../kernel/spans'
import { Rates, type GpuKind, type PriceBook, type Rate } from './book'
import { Cell, type What } from './cells'
import { idleSpans, measured, type IdleRule } from './idle'
import {
  NANO,
  type Gap,
  type Metering,
  type MeteredPod,
  type Samples,
  type Storage,
} from './records'
import { clipped, cutAt, isEmpty, Owners, type Owner } from './stretches'

export const GROUPINGS = [
  'project',
  'person',
  'team',
  'costCentre',
  'model',
  'run',
  'site',
  'day',
] as const
export type Grouping = (typeof GROUPINGS)[number]

/** A stretch with one price, one owner and one answer to whether anybody observed it. */
export interface Stretch extends Span {
  rate: Rate
  owner: Owner
  project: string
  person: string
  site: string
  model: string
  run: string
  inGap: boolean
}
export interface LedgerQuestion {
  window: Span
  groupings: readonly Grouping[]
  /** Edges of local days, where use is asked for by day. */
  days: readonly (Span & { date: string })[]
  idleRule?: IdleRule | undefined
}
/** Told of every stretch that costs money, with what it holds by unit. */
export type OnCost = (stretch: Stretch, amounts: Partial<Record<What, bigint>>) => void

const sliceNano = (gpus: number) => BigInt(gpus) * NANO

/** Puts every metered second into the cells of its groups. */
export class Ledger {
  readonly groups = new Map<Grouping, Map<string, Cell>>()
  readonly total = new Cell()
  readonly rates: Rates
  readonly #owners: Owners
  readonly #nodes: Map<string, { model: string }>
  readonly #gaps: Map<string, Gap[]>
  readonly #question: LedgerQuestion
  readonly #edgesS: number[]
  readonly #onCost: OnCost

  constructor(
    metering: Metering,
    book: PriceBook,
    asked: { question: LedgerQuestion; onCost?: OnCost },
  ) {
    this.rates = new Rates(book)
    this.#question = asked.question
    this.#onCost = asked.onCost ?? (() => undefined)
    this.#owners = new Owners(metering.owners)
    this.#nodes = new Map(metering.nodes.map((node) => [node.name, node]))
    this.#gaps = Map.groupBy(metering.gaps, ({ site }) => site)
    const byDay = asked.question.groupings.includes('day')
    this.#edgesS = byDay ? asked.question.days.map(({ fromS }) => fromS) : []
    for (const grouping of asked.question.groupings) this.groups.set(grouping, new Map())
    const samples = Map.groupBy(metering.samples, ({ pod }) => pod)
    for (const pod of metering.pods) this.#addPod(pod, samples.get(pod.uid) ?? [])
    for (const storage of metering.storage) this.#addStorage(storage)
  }

  #addPod(pod: MeteredPod, samples: readonly Samples[]) {
    const { window } = this.#question
    const toS = pod.endedS ?? window.toS
    for (const stretch of this.#stretches(pod, { fromS: pod.queuedS, toS }, false))
      this.#add(stretch, 'requested', pod.gpusNano * lengthOf(stretch))
    if (pod.startedS === undefined) return
    const allocation = this.#stretches(pod, { fromS: pod.startedS, toS }, true)
    for (const stretch of allocation) this.#allocate(stretch, pod)
    if (allocation.length > 0) this.#addUse(allocation, samples)
  }
  #allocate(stretch: Stretch, pod: MeteredPod) {
    const seconds = lengthOf(stretch)
    const amounts = {
      allocated: pod.gpusNano * seconds,
      cores: pod.coresNano * seconds,
      memoryGi: pod.memoryGiNano * seconds,
    }
    for (const [what, amount] of Object.entries(amounts)) this.#add(stretch, what as What, amount)
    if (stretch.inGap) this.#add(stretch, 'inferred', amounts.allocated)
    this.#onCost(stretch, amounts)
  }
  /** Use and idleness, GPU by GPU, inside what was allocated; a sample belongs to the stretch it begins in. */
  #addUse(allocation: readonly Stretch[], samples: readonly Samples[]) {
    const span = { fromS: allocation[0]?.fromS ?? 0, toS: allocation.at(-1)?.toS ?? 0 }
    for (const rows of Map.groupBy(samples, ({ gpu }) => gpu).values()) {
      const ordered = rows.toSorted((a, b) => a.fromS - b.fromS)
      const gpus = sliceNano(ordered[0]?.gpus ?? 1)
      this.#addMeasured(allocation, { ordered, span, gpus })
      for (const idle of idleSpans(ordered, this.#question.idleRule))
        for (const stretch of allocation) {
          const seconds = overlapS(stretch, clipped(idle, span))
          if (seconds > 0) this.#add(stretch, 'idle', gpus * BigInt(seconds))
        }
    }
  }
  #addMeasured(
    allocation: readonly Stretch[],
    { ordered, span, gpus }: { ordered: readonly Samples[]; span: Span; gpus: bigint },
  ) {
    const sums = allocation.map(() => ({ seconds: 0, engineNanoSeconds: 0n, open: 0 }))
    let at = 0
    for (const sample of measured(ordered)) {
      const fromS = Math.max(sample.fromS, span.fromS)
      const seconds = Math.min(sample.toS, span.toS) - fromS
      if (seconds <= 0) continue
      while ((allocation[at]?.toS ?? Infinity) <= fromS) at += 1
      const sum = sums[at]
      if (!sum) break
      sum.seconds += seconds
      // Sums of doubles stay exact below 2^53; every so often they go over into a whole number of any size.
      sum.open += sample.engineNano * seconds
      if (sum.open > 2 ** 52) {
        sum.engineNanoSeconds += BigInt(sum.open)
        sum.open = 0
      }
    }
    for (const [index, { seconds, engineNanoSeconds, open }] of sums.entries()) {
      const stretch = allocation[index]
      if (!stretch || seconds === 0) continue
      const engine = engineNanoSeconds + BigInt(open)
      this.#add(stretch, 'used', (gpus / NANO) * engine)
      this.#add(stretch, 'measured', gpus * BigInt(seconds))
    }
  }
  #addStorage({ giNano, fromS, toS, ...about }: Storage) {
    const span = { fromS, toS: toS ?? this.#question.window.toS }
    const stored = { ...about, node: undefined, model: '', run: undefined, resource: '' }
    for (const stretch of this.#stretches(stored, span, false)) {
      const amounts = { storageGi: giNano * lengthOf(stretch) }
      this.#add(stretch, 'storageGi', amounts.storageGi)
      this.#onCost(stretch, amounts)
    }
  }

  /** Cut where the book, the owner or the rate of exchange changes, and for an allocation where a gap begins or ends. */
  #stretches(what: About, span: Span, withGaps: boolean): Stretch[] {
    const { project, person, site, run = '(none)' } = what
    const gaps = withGaps ? (this.#gaps.get(site) ?? []) : []
    const inside = clipped(span, this.#question.window)
    if (isEmpty(inside)) return []
    const model = what.model ?? this.#nodes.get(what.node ?? '')?.model ?? ''
    const kind: GpuKind = { site, model, resource: what.resource }
    const gapEdges = gaps.flatMap(({ fromS, toS }) => [fromS, toS])
    return cutAt(
      inside,
      this.rates.changesS,
      this.#owners.changesS(project),
      gapEdges,
      this.#edgesS,
    ).map((piece) => ({
      ...piece,
      rate: this.rates.at(piece.fromS, kind),
      owner: this.#owners.at(project, piece.fromS),
      project,
      person,
      site,
      model,
      run,
      inGap: gaps.some(({ fromS, toS }) => fromS <= piece.fromS && piece.fromS < toS),
    }))
  }
  #add(stretch: Stretch, what: What, amount: bigint) {
    this.total.add(stretch.rate, what, amount)
    for (const [grouping, cells] of this.groups) {
      const name = this.#nameOf(stretch, grouping)
      let cell = cells.get(name)
      if (!cell) cells.set(name, (cell = new Cell()))
      cell.add(stretch.rate, what, amount)
    }
  }
  #nameOf(stretch: Stretch, grouping: Grouping): string {
    if (grouping === 'team' || grouping === 'costCentre') return stretch.owner[grouping]
    if (grouping !== 'day') return stretch[grouping]
    return this.#question.days.findLast(({ fromS }) => fromS <= stretch.fromS)?.date ?? ''
  }
}
type About = Pick<MeteredPod, 'project' | 'person' | 'site' | 'node' | 'model' | 'run' | 'resource'>
const lengthOf = ({ fromS, toS }: Span) => BigInt(toS - fromS)
