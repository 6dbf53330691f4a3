import { ZERO, type Fraction } from '../../../../kernel/exact'

export const WHOLE_GPU = 'nvidia.com/gpu'

/** What a GPU, or a slice of one, costs an hour; `share` is how much of a whole GPU it counts as. */
export interface GpuPrice {
  site: string
  model: string
  resource: string
  usdPerHour: Fraction
  share: Fraction
}
/** The price book as it is valid from an instant on. */
export interface BookVersion {
  version: string
  fromS: number
  cpuUsdPerCoreHour: Fraction
  memoryUsdPerGiHour: Fraction
  storageUsdPerGiMonth: Fraction
  gpus: GpuPrice[]
}
/** What a euro cost in dollars from an instant on. */
export interface EuroRate {
  fromS: number
  usd: Fraction
}
export interface PriceBook {
  versions: BookVersion[]
  eurUsd: EuroRate[]
}

/** All prices in force at one moment for one kind of GPU; what is not listed is unpriced, never guessed. */
export interface Rate {
  gpu: GpuPrice | undefined
  cpuUsdPerCoreHour: Fraction
  memoryUsdPerGiHour: Fraction
  storageUsdPerGiMonth: Fraction
  eurUsd: Fraction | undefined
}
export interface GpuKind {
  site: string
  model: string
  resource: string
}

/** Index of the last of some starts that is not after an instant; −1 before the first. */
const lastBefore = (starts: readonly { fromS: number }[], atS: number) =>
  starts.findLastIndex(({ fromS }) => fromS <= atS)

/** The price book, asked for the moment of use: a later version never changes what was used before it. */
export class Rates {
  readonly #versions: BookVersion[]
  readonly #euros: EuroRate[]
  readonly #known = new Map<string, Rate>()
  /** The instants at which a price or a rate of exchange changes. */
  readonly changesS: readonly number[]
  constructor({ versions, eurUsd }: PriceBook) {
    this.#versions = versions.toSorted((a, b) => a.fromS - b.fromS)
    this.#euros = eurUsd.toSorted((a, b) => a.fromS - b.fromS)
    this.changesS = [...this.#versions, ...this.#euros].map(({ fromS }) => fromS)
  }

  get countsEuros(): boolean {
    return this.#euros.length > 0
  }

  /** The rate at an instant; the same object for the same prices, so that use can be summed by it. */
  at(atS: number, { site, model, resource }: GpuKind): Rate {
    const [version, euro] = [lastBefore(this.#versions, atS), lastBefore(this.#euros, atS)]
    const key = `${String(version)} ${String(euro)} ${site}\n${model}\n${resource}`
    const known = this.#known.get(key)
    if (known) return known
    const book = this.#versions[version]
    const rate: Rate = {
      gpu: book?.gpus.find(
        (price) => price.site === site && price.model === model && price.resource === resource,
      ),
      cpuUsdPerCoreHour: book?.cpuUsdPerCoreHour ?? ZERO,
      memoryUsdPerGiHour: book?.memoryUsdPerGiHour ?? ZERO,
      storageUsdPerGiMonth: book?.storageUsdPerGiMonth ?? ZERO,
      eurUsd: this.#euros[euro]?.usd,
    }
    this.#known.set(key, rate)
    return rate
  }
}
