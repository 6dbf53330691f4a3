import type { CapacityType, NodeTaint } from '../../../../preload/contract/cloud'

/** A managed node group as AWS tells of it; times in milliseconds since 1970. */
export interface GroupFacts {
  name: string
  /** What AWS calls it in whole; absent for what lives in the cluster only. */
  arn?: string | undefined
  status: string
  instanceTypes: string[]
  capacityType: CapacityType
  min: number
  max: number
  desired: number
  labels: Record<string, string>
  taints: NodeTaint[]
  tags: Record<string, string>
  subnets: string[]
  nodeRole: string | undefined
  health: { code: string; message: string }[]
  createdAt: number
  scalingGroup: string | undefined
  /** Where its own definition allows machines, unless its networks say so. */
  zones?: string[]
  /** GPUs that all of its machines may have together. */
  gpuLimit?: number
}
export interface TypeFacts {
  type: string
  vcpus: number
  memoryGi: number
  gpu: { model: string; count: number; memoryMib: number } | undefined
}
export interface InstanceFacts {
  id: string
  type: string
  zone: string
  state: string
  launchedAt: number
  spot: boolean
  tags: Record<string, string>
  node: string | undefined
  volumes: string[]
}
export interface VolumeFacts {
  id: string
  gi: number
  zone: string
  createdAt: number
  tags: Record<string, string>
}
export interface UploadFacts {
  bucket: string
  key: string
  uploadId: string
  startedAt: number
}
export interface PriceFact {
  instanceType: string
  region: string
  zone?: string | undefined
  capacityType: CapacityType
  usd: number
  source: 'aws-pricing' | 'aws-spot-history' | 'price-list'
  sourceSays: string
  asOf: number
}
export interface QuotaFact {
  code: string
  name: string
  value: number
}

export const NODE_GROUP_LABEL = 'eks.amazonaws.com/nodegroup'
export const KARPENTER_LABEL = 'karpenter.sh/nodepool'
