import { access } from './access'
import { applying } from './applying'
import { collecting } from './collecting'
import { definitions } from './definitions'
import { discovery } from './discovery'
import { forgetting } from './forgetting'
import { namespaces } from './namespaces'
import { patching } from './patching'
import { policies } from './policies'
import { reading } from './reading'
import { refusals } from './refusals'
import { rights } from './rights'
import { security } from './security'
import { tables } from './tables'
import type { Group } from './target'
import { watching } from './watching'
import { workloads } from './workloads'
import { writing } from './writing'

/** Every question that is put to the plant and to a real API server alike. */
export const groups: Group[] = [
  discovery,
  reading,
  watching,
  writing,
  patching,
  applying,
  refusals,
  definitions,
  tables,
  collecting,
  namespaces,
  access,
  rights,
  workloads,
  security,
  policies,
  // Last: it makes the server forget what the others did.
  forgetting,
]
