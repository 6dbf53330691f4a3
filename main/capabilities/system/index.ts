export type { DiagnosticsPorts } from './diagnostics'
export {
  noticeHandlers,
  storeHandlers,
  systemHandlers,
  type StorePorts,
  type SystemPorts,
} from './handlers'
