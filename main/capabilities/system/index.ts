export type { DiagnosticsPorts } from './diagnostics'
export { systemHandlers, type SystemPorts } from './handlers'
