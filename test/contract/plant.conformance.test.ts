import { afterAll, beforeAll } from 'vitest'
import { plantTarget } from './conformance/plant-target'
import { conformance } from './conformance/suite'
import type { Target } from './conformance/target'

let target: Target | undefined
let stop: () => Promise<void> = () => Promise.resolve()
beforeAll(async () => {
  ;({ target, stop } = await plantTarget(34))
})
afterAll(() => stop())

conformance({
  target: () => {
    if (!target) throw new Error('the plant does not listen yet')
    return target
  },
  patience: 10,
})
