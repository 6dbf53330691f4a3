import type { Attempt } from '../cluster'

/** Notes which fields the writer of an update now owns. */
export function trackUpdate(_attempt: Attempt): void {}
