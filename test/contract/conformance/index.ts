import { applying } from './applying'
import { collecting } from './collecting'
import { discovery } from './discovery'
import { forgetting } from './forgetting'
import { namespaces } from './namespaces'
import { patching } from './patching'
import { reading } from './reading'
import { refusals } from './refusals'
import type { Group } from './target'
import { watching } from './watching'
import { writing } from './writing'

/** Every question that is put to the plant and to a real API server alike. */
export const groups: Group[] = [discovery, reading, watching, writing, patching, applying, refusals, collecting, namespaces, forgetting]
