import type { SizeOffer as Offer } from '../../../../preload/contract/projects'
import type { Size } from '../../../../preload/contract/records/environment'
import type { PriceBookSpec } from '../../../../preload/contract/records/money'
import { amount, GPU, MIG, type Inventory, type PodFacts } from '../../../kernel/inventory'
import { usdPerHour } from './price'
import { freeOn, roomsOf, type Room } from '../../../kernel/rooms'
import { couldFit, modelFits, roomsFor } from './room'
import { gpuKinds, kindName, plainModel, sizesOffered, tooLarge } from './sizes'
import { startTime, usualWaits, waitFor } from './waits'

type Cell = Offer['cells'][number]
/** What offers are made from: one site as it is, its prices, and what is idle on it (pods, as namespace/name). */
export interface OfferFacts {
  inventory: Inventory
  place: Offer['place']
  book: PriceBookSpec | undefined
  idle: Set<string>
  isEnvironment: (pod: PodFacts) => boolean
  refused?: (size: Size) => string | undefined
}
const CPU_CELLS = 16
const MOST_CELLS = 400

/** One cell for each GPU or slice of a kind on one node, in the order taken, idle, free, faulted, off. */
function cellsOn(room: Room, resource: string, idle: Set<string>): Cell[] {
  const { node, pods } = room
  const has = amount(node.capacity, resource)
  if (!node.ready) return Array.from({ length: has }, () => 'off')
  const held = pods.map((pod) => ({
    count: amount(pod.requests, resource),
    idle: idle.has(`${pod.namespace}/${pod.metadata.name}`),
  }))
  const sum = (want: boolean) =>
    held.filter((pod) => pod.idle === want).reduce((all, { count }) => all + count, 0)
  const faulted = Math.max(0, has - amount(node.allocatable, resource))
  const [taken, idling] = [Math.min(has, sum(false)), Math.min(has, sum(true))]
  const free = Math.max(0, has - taken - idling - faulted)
  const of = (count: number, cell: Cell): Cell[] =>
    Array.from({ length: Math.round(count) }, () => cell)
  return [
    ...of(taken, 'taken'),
    ...of(idling, 'idle'),
    ...of(free, node.cordoned ? 'off' : 'free'),
    ...of(faulted, 'faulted'),
  ]
}

function cpuCells(rooms: Room[]): Cell[] {
  const all = rooms.reduce(
    (sum, { node }) => sum + (node.ready ? amount(node.allocatable, 'cpu') : 0),
    0,
  )
  const free = rooms.reduce((sum, room) => sum + freeOn(room, 'cpu'), 0)
  const taken = all > 0 ? Math.round((1 - free / all) * CPU_CELLS) : CPU_CELLS
  return Array.from({ length: CPU_CELLS }, (_unused, index) => (index < taken ? 'taken' : 'free'))
}

/** Who sees only their own pods, and hears nothing of others, cannot tell what is free. */
const NOT_SEEN = 'what others hold is not known'
function freeWords(rooms: Room[], size: Size, cells: Cell[]): string {
  if (!size.gpu) {
    const [free, all] = [
      rooms.reduce((sum, room) => sum + freeOn(room, 'cpu'), 0),
      rooms.reduce((sum, { node }) => sum + amount(node.allocatable, 'cpu'), 0),
    ]
    return `${String(Math.floor(free))} of ${String(Math.floor(all))} cores free`
  }
  const count = (cell: Cell) => cells.filter((one) => one === cell).length
  const what = size.gpu.resource.startsWith(MIG) ? ' slices' : ''
  const more = [
    count('idle') > 0 ? `${String(count('idle'))} idle` : '',
    count('faulted') > 0 ? `${String(count('faulted'))} faulted` : '',
  ].filter(Boolean)
  return [`${String(count('free'))} of ${String(cells.length)}${what} free`, ...more].join(', ')
}

const describe = (size: Size) =>
  [
    ...(size.gpu
      ? [
          size.gpu.resource === GPU
            ? plainModel(size.gpu.model ?? 'GPU')
            : size.gpu.resource.replace('nvidia.com/', '').replace('mig-', 'MIG '),
        ]
      : []),
    `${String(size.cpuCores)} cores`,
    `${String(size.memoryGi)} GB`,
  ].join(' · ')

/** Whoever sees only their own pods is promised neither a free place nor a start. */
const withoutPromise = (offer: Offer): Offer => ({
  ...offer,
  cells: offer.cells.map((cell) => (cell === 'free' ? 'off' : cell)),
  freeSays: NOT_SEEN,
  fitsNow: false,
  ...(offer.refused === undefined && { starts: { says: `not known: ${NOT_SEEN}` } }),
})
/** The cards of one site: every size it has, whether it is free now, what it costs and when it would start. */
export function offersOf(facts: OfferFacts): Offer[] {
  const { inventory, book, place } = facts
  const rooms = roomsOf(inventory)
  const start = startTime(inventory.pods, facts.isEnvironment)
  return sizesOffered(inventory.nodes).map((size): Offer => {
    const fitting = rooms.filter(({ node }) => modelFits(node, size))
    const cells = size.gpu
      ? fitting
          .flatMap((room) => cellsOn(room, size.gpu?.resource ?? GPU, facts.idle))
          .slice(0, MOST_CELLS)
      : cpuCells(rooms)
    const refused =
      tooLarge(size) ??
      (couldFit(rooms, size) ? facts.refused?.(size) : 'No node of this site is large enough')
    const price = usdPerHour(size, book)
    const starts =
      refused === undefined
        ? waitFor(inventory, size, { now: inventory.at, start })
        : { says: refused }
    const offer: Offer = {
      size,
      site: inventory.site,
      place,
      says: describe(size),
      ...(price !== undefined && { usdPerHour: price }),
      cells,
      freeSays: freeWords(fitting, size, cells),
      starts,
      fitsNow: refused === undefined && roomsFor(rooms, size).length > 0,
      ...(refused !== undefined && { refused }),
    }
    return inventory.only ? withoutPromise(offer) : offer
  })
}

const DAY_HOURS = Array.from({ length: 13 }, (_unused, index) => index + 8)
/** Usual waits for each kind of GPU by start hour. */
export const waitsOf = ({ nodes, pods }: Inventory) =>
  usualWaits(
    pods,
    gpuKinds(nodes).map((kind) => ({ name: `1 × ${kindName(kind)}`, resource: kind.resource })),
    DAY_HOURS,
  )
