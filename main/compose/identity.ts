import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'

/** Which core this is, for others that work on the same clusters: the same after a restart, another for each store. */
export const identityOf = (storeDir: string): string =>
  `${hostname()}/${createHash('sha256').update(resolve(storeDir)).digest('hex').slice(0, 12)}`
