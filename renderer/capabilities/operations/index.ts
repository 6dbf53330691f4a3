export { OperationsDrawer } from './parts/Drawer'
export { PlanPanel } from './parts/PlanPanel'
export { closeDrawer, openDrawer, useOperations, watchOperations } from './store'
