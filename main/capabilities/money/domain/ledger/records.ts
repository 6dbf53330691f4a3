import type { Fraction } from '../../../../kernel/exact'

/**
 * What metering knows, each with its times in whole seconds since 1970. Amounts (GPUs, cores, GiB) are whole billionths, as Kubernetes'
 * smallest quantity is, so that sums stay exact.
 */
export const NANO = 1_000_000_000n

export interface MeteredNode {
  name: string
  site: string
  model: string
  gpus: number
  fromS: number
  toS: number | undefined
}
export interface FaultedGpus {
  node: string
  gpus: number
  fromS: number
  toS: number
}
/** Who owned a project since when. */
export interface Ownership {
  project: string
  team: string
  costCentre: string
  fromS: number
}
export interface MeteredPod {
  uid: string
  project: string
  person: string
  site: string
  node: string | undefined
  model: string | undefined
  run: string | undefined
  resource: string
  gpusNano: bigint
  coresNano: bigint
  memoryGiNano: bigint
  queuedS: number
  startedS: number | undefined
  /** When it ended, or was last seen; undefined for one that runs on. */
  endedS: number | undefined
}
/** Engine shares of one GPU, or the mean of several, in equal steps; billionths, UNMEASURED where nothing was measured. */
export interface Samples {
  pod: string
  /** The GPU's index; what is the mean of several has none. */
  gpu: number | undefined
  /** Of how many GPUs it is the mean. */
  gpus: number
  fromS: number
  stepS: number
  engineNano: Int32Array
}
export const UNMEASURED = -1
/** A time in which nobody observed a site. */
export interface Gap {
  site: string
  fromS: number
  toS: number
}
export interface Storage {
  project: string
  person: string
  site: string
  giNano: bigint
  fromS: number
  toS: number | undefined
}
/** What is paid for all together and never spread. */
export interface SharedCost {
  name: string
  usdPerHour: Fraction
  fromS: number
  toS: number | undefined
}
export interface Metering {
  nodes: MeteredNode[]
  faulted: FaultedGpus[]
  owners: Ownership[]
  pods: MeteredPod[]
  samples: Samples[]
  gaps: Gap[]
  storage: Storage[]
  shared: SharedCost[]
}
export const noMetering = (): Metering => ({
  nodes: [],
  faulted: [],
  owners: [],
  pods: [],
  samples: [],
  gaps: [],
  storage: [],
  shared: [],
})
