import { applying } from './applying'
import { forgetting } from './forgetting'
import { patching } from './patching'
import { reading } from './reading'
import type { Group } from './target'
import { watching } from './watching'
import { writing } from './writing'

/** Every question that is put to the plant and to a real API server alike. */
export const groups: Group[] = [reading, watching, writing, patching, applying, forgetting]
