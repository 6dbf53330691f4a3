/** The namespace of Takt itself on a cluster. */
export const SYSTEM_NAMESPACE = 'takt-system'
/** Where the steward writes down what is taken on each node: *Prepare* makes it, so that the steward needs the right to change this one and to make none. */
export const CAPACITY_RECORD = { namespace: SYSTEM_NAMESPACE, name: 'takt-capacity' }
