export { needsOf, type AddedPods, type Needs } from './domain/needs'
export { quotasOf } from './quotas'
export { makeNeeds, type NeedPorts, type NeedService } from './service'
