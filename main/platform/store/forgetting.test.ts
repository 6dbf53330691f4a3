import { statSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { seeded } from '../../kernel/random'
import { openFolder, scratchFolders } from './testing/folders'

const folders = scratchFolders()
afterEach(() => folders.clear())
const HOUR_MS = 3_600_000
const MOMENTS = 600

/** Fills a series with what no compression could make small. */
function fill(folder: string, series: string) {
  const random = seeded(7)
  const store = openFolder(folder)
  store.together(() => {
    for (let at = 0; at < MOMENTS; at++)
      store.samples.add(
        series,
        at * HOUR_MS,
        Array.from({ length: 200 }, () => random.next()),
      )
  })
  const { file } = store
  store.close()
  return file
}

test('what is forgotten is given back to the disk', () => {
  const folder = folders.make()
  const file = fill(folder, 'gpu-use rack')
  const full = statSync(file).size
  const store = openFolder(folder)
  // As the product does: a little each time, so that nobody waits for it.
  for (let at = 0; at <= MOMENTS; at += 20) store.samples.forgetBefore('gpu-use rack', at * HOUR_MS)
  store.close()
  expect(full).toBeGreaterThan(2_000_000)
  expect(statSync(file).size).toBeLessThan(full / 10)
})

test('what is written and forgotten at the same pace does not make the file grow', () => {
  const folder = folders.make()
  const store = openFolder(folder)
  const random = seeded(7)
  const sizes: number[] = []
  for (let day = 0; day < 40; day++) {
    store.together(() => {
      for (let hour = 0; hour < 24; hour++)
        store.samples.add(
          'gpu-use rack',
          (day * 24 + hour) * HOUR_MS,
          Array.from({ length: 200 }, () => random.next()),
        )
    })
    store.samples.forgetBefore('gpu-use rack', (day - 7) * 24 * HOUR_MS)
    sizes.push(statSync(store.file).size)
  }
  store.close()
  // The file itself is only written at checkpoints, so its size swings; without forgetting it would be five times as large.
  expect(Math.max(...sizes.slice(20))).toBeLessThan(Math.max(...sizes.slice(0, 20)) * 1.3)
})

test('a series is forgotten by its own time and no other with it', () => {
  const store = openFolder(folders.make())
  // A simulated plant may be years ahead of the site beside it.
  store.samples.add('gpu-use plant', 100 * HOUR_MS, 'ahead')
  store.samples.add('gpu-use rack', 1 * HOUR_MS, 'here')
  store.samples.forgetBefore('gpu-use plant', 90 * HOUR_MS)
  expect(store.samples.between('gpu-use rack', 0, 200 * HOUR_MS)).toHaveLength(1)
  expect(store.samples.between('gpu-use plant', 0, 200 * HOUR_MS)).toHaveLength(1)
  store.close()
})
