import { hexOf } from '../objects'

/** What the provider calls a machine: by its name and the moment it was launched, so that another one of the same name is another machine. */
export const instanceIdOf = (node: string, launchedAt: number): string =>
  `i-${hexOf(`${node}${String(launchedAt)}`, 17)}`
