import { timestamp } from '../../kernel/clock'
import { LABEL } from '../../kernel/manifest'
import type { KubeObject } from '../types'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A shared record as its custom resource. */
export const record = (
  kind: string,
  metadata: KubeObject['metadata'],
  spec: object,
): KubeObject => ({
  apiVersion: 'takt.dev/v1alpha1',
  kind,
  metadata: { ...metadata, labels: { [LABEL.managedBy]: 'takt', ...metadata.labels } },
  spec,
})
export const kindOf = (kind: string) => ({ group: 'takt.dev', kind })
export const at = (ms: number) => timestamp(ms)
export const ready = (ms: number, reason: string, message: string) => [
  { type: 'Ready', status: 'True', reason, message, lastTransitionTime: timestamp(ms) },
]
