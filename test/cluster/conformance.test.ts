import { afterAll, beforeAll } from 'vitest'
import { conformance } from '../contract/conformance/suite'
import type { Target } from '../contract/conformance/target'
import { startPlane, type Plane } from './stack/plane'
import { planeTarget } from './stack/target'

let plane: Plane
let target: Target

beforeAll(async () => {
  plane = await startPlane({ nodes: false })
  target = planeTarget(plane)
})
afterAll(() => plane?.stop())

conformance({ target: () => target, patience: 30, record: process.env['TAKT_RECORD'] === '1' })
