import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPlane, type Plane } from './stack/plane'

let plane: Plane
beforeAll(async () => {
  plane = await startPlane({ definitions: ['snapshot', 'notebook'] })
})
afterAll(() => plane.stop())

test('the API server is the version the product is tested against', async () => {
  const { gitVersion } = await plane.admin.ask<{ gitVersion: string }>('/version')
  expect(gitVersion).toBe('v1.34.4')
})
