export interface EnvironmentRef {
  namespace: string
  name: string
}
/** Said first, before anything else. */
export const KEPT_MEMORY =
  'What is in the memory of its kernels is lost: variables, running cells and open terminals. Files in its volume travel.'
