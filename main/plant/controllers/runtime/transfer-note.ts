import type { Pod } from '../objects'

/** On a pod that copies: how many bytes and objects, and how fast. */
export const TRANSFER = 'plant.takt.dev/transfer'
export interface TransferNote {
  bytes: number
  objects: number
  bytesPerSecond: number
}
export const transferOf = (pod: Pod): TransferNote | undefined => {
  const text = pod.metadata.annotations?.[TRANSFER]
  return text ? (JSON.parse(text) as TransferNote) : undefined
}
