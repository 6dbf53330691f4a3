export {
  AnswerTooLong,
  bounded,
  boundedResponse,
  boundedText,
  boundOfPages,
  tooLate,
  tooManyBytes,
  whyTooLong,
  type AnswerLimits,
} from './bounded'
export { isExcluded } from './no-proxy'
export {
  dispatcherOf,
  makeNetwork,
  nodeAgentOf,
  plainNetwork,
  type Network,
  type NetworkSettings,
} from './network'
