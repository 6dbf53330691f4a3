/** A managed node group as the account keeps it; its machines live in the cluster. Times are the account's, in milliseconds since 1970. */
export interface GroupState {
  name: string
  instanceTypes: string[]
  capacityType: 'ON_DEMAND' | 'SPOT'
  subnets: string[]
  nodeRole: string
  min: number
  max: number
  diskGi: number
  labels: Record<string, string>
  taints: {
    key: string
    value?: string
    effect: 'NO_SCHEDULE' | 'NO_EXECUTE' | 'PREFER_NO_SCHEDULE'
  }[]
  tags: Record<string, string>
  createdAt: number
  modifiedAt: number
  activeAt: number
  token?: string
  deleting?: boolean
  /** Since when machines are wanted that nobody gives. */
  refusedSince?: number
  refusal?: string
}
export interface InstanceState {
  id: string
  type: string
  zone: string
  launchedAt: number
  tags: Record<string, string>
  spot: boolean
}
export interface VolumeState {
  id: string
  gi: number
  zone: string
  createdAt: number
  tags: Record<string, string>
}
/** An object of a bucket. Large ones have no bytes: their size and checksums are told, and reading them answers a pattern. */
export interface ObjectState {
  size: number
  etag: string
  sha256: string
  modifiedAt: number
  version: string
  bytes?: string
  metadata?: Record<string, string>
}
export interface UploadState {
  key: string
  startedAt: number
  parts: Record<string, { size: number; etag: string; bytes?: string }>
  metadata?: Record<string, string>
}
export interface BucketState {
  createdAt: number
  region: string
  versioned: boolean
  objects: Record<string, ObjectState>
  uploads: Record<string, UploadState>
}
export interface AccountState {
  groups: Record<string, GroupState>
  /** Machines and volumes that no node group made. */
  instances: InstanceState[]
  volumes: VolumeState[]
  buckets: Record<string, BucketState>
  /** Buckets of the building's own object store. */
  building: Record<string, BucketState>
}

export interface AwsFaults {
  /** The next so many requests to a service are throttled. */
  throttle(service: string, times: number): void
  /** The next so many requests to a service are answered by a web page, as a proxy in between would. */
  html(service: string, times: number): void
  /** A zone gives no more machines of a type, or of any; until it is restored. */
  refuseCapacity(zone: string, type?: string): void
  restoreCapacity(): void
  /** A spot machine is taken back: told at once, gone two minutes later. */
  interrupt(node: string): void
  quota(code: string, value: number): void
  /** How wrong the servers' clock is; the machine's own is right. */
  skew(ms: number): void
  /** The next object whose key holds this text arrives with other bytes. */
  damage(key: string): void
  deny(action: string): void
  allow(action: string): void
}
