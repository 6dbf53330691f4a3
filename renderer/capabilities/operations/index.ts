export { OperationsDrawer } from './parts/Drawer'
export { PlanPanel } from './parts/PlanPanel'
export { RunPlan, SidePlan } from './parts/RunPlan'
export { closeDrawer, openDrawer, useOperations, watchOperations } from './store'
