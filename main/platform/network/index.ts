export { isExcluded } from './no-proxy'
export {
  dispatcherOf,
  makeNetwork,
  nodeAgentOf,
  plainNetwork,
  type Network,
  type NetworkSettings,
} from './network'
