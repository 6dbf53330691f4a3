export { BrowserProxy } from './browser-proxy'
export {
  HOST_LIMIT,
  isFromBrowser,
  refusalAnswer,
  refusalAt,
  wholeHead,
  type ForwardName,
  type Incoming,
} from './guard'
export { listenOnLoopback, type LoopbackListener } from './listen'
export { forwardHost } from './name'
export { rememberedPorts } from './remembered-ports'
