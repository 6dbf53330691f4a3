export { makePrepare, preparedObjects, type Prepare, type PreparePorts } from './service'
