import { buildThread } from './thread'

/** Builds the program of the replay thread as the product does, in a folder of its own. */
export const buildReplayWorker = () => buildThread('main/capabilities/burst/replay-worker.ts')
