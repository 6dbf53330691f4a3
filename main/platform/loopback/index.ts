export {
  HOST_LIMIT,
  passedOn,
  refusalAnswer,
  refusalAt,
  wholeHead,
  type ForwardName,
  type Incoming,
} from './guard'
export { listenOnLoopback, type LoopbackListener } from './listen'
export { forwardHost } from './name'
export { rememberedPorts } from './remembered-ports'
