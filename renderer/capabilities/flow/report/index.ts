export { FlowScreen } from './FlowScreen'
