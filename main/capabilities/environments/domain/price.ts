import type { Size } from '../../../../preload/contract/records/environment'
import type { PriceBookSpec } from '../../../../preload/contract/records/money'
import { sameModel } from '../../../kernel/inventory'

/** USD an hour of a size by the price book; undefined where the book does not know its GPU. */
export function usdPerHour(size: Size, book: PriceBookSpec | undefined): number | undefined {
  if (!book) return undefined
  const machine = size.cpuCores * book.cpuUsdPerCoreHour + size.memoryGi * book.memoryUsdPerGiHour
  if (!size.gpu) return machine
  const { resource, model, count } = size.gpu
  const of = book.gpus.filter((entry) => entry.resource === resource)
  const entry = model === undefined ? of[0] : of.find((known) => sameModel(known.model, model))
  return entry && machine + entry.usdPerHour * count
}

const HOURS_A_MONTH = 730
/** USD an hour that a workspace of this size costs. */
export const storageUsdPerHour = (gi: number, book: PriceBookSpec | undefined): number =>
  (gi * (book?.storageUsdPerGiMonth ?? 0)) / HOURS_A_MONTH

const USED_HOURS_A_DAY = 4
/** What an environment costs until it ends, when it is used four hours a day and paused otherwise; its volume costs day and night. */
export const usdInAll = (
  rates: { machine: number; storage: number },
  hoursToLive: number,
): number =>
  rates.machine * Math.min(hoursToLive, Math.max(1, hoursToLive / 24) * USED_HOURS_A_DAY) +
  rates.storage * hoursToLive
