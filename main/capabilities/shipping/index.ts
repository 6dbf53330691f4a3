export type { ObjectStore } from './adapters/objects'
export { shippingHandlers } from './handlers'
export type { ShippingPorts } from './ports'
export { makeShipping, type Shipping } from './service'
