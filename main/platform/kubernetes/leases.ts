import type { Resource } from './types'

export const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' }
export const LEASE_KIND = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }
/** The instant with six digits after the second, as the Lease API wants it. */
export const leaseInstant = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')
