import { buildThread } from './thread'

/** Builds the program of the thread that reads kubeconfigs as the product does, in a folder of its own. */
export const buildKubeconfigWorker = () =>
  buildThread('main/capabilities/sites/adapters/kubeconfig-worker.ts')
