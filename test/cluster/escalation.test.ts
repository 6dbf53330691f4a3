import { afterAll, beforeAll } from 'vitest'
import type { Target } from '../contract/conformance/target'
import { escalation } from '../contract/escalation/suite'
import { startPlane, type Plane } from './stack/plane'
import { planeTarget } from './stack/target'

let plane: Plane
let target: Target
beforeAll(async () => {
  plane = await startPlane({ nodes: false })
  target = planeTarget(plane)
})
afterAll(() => plane?.stop())

escalation({ target: () => target, patience: 30 })
