import { afterAll, beforeAll } from 'vitest'
import { plantTarget } from './conformance/plant-target'
import type { Target } from './conformance/target'
import { escalation } from './escalation/suite'

let target: Target | undefined
let stop: () => Promise<void> = () => Promise.resolve()
beforeAll(async () => {
  ;({ target, stop } = await plantTarget(35))
})
afterAll(() => stop())

escalation({
  target: () => {
    if (!target) throw new Error('the plant does not listen yet')
    return target
  },
  patience: 10,
})
