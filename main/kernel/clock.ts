/** Where time comes from: the machine, a simulated site, or a test's hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Waits the given milliseconds of this clock; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** RFC 3339 text in UTC without fractions, the form Kubernetes writes. */
export const timestamp = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
