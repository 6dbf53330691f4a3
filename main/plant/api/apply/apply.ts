import type { KubeObject } from '../../types'
import type { Attempt } from '../cluster'
import { badRequest } from '../errors'
import type { Stored } from '../stored'

/** Server-side apply: takes the applied fields into the object and notes who owns them. Throws 409 where others own them. */
export function apply(_attempt: Attempt, _force: boolean): Stored | KubeObject {
  throw badRequest('apply is not served')
}
