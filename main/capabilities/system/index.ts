export type { DiagnosticsPorts } from './diagnostics'
export { storeHandlers, systemHandlers, type StorePorts, type SystemPorts } from './handlers'
