import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { keepPage, type PageQuestion } from './page-keeper'

class Page extends EventEmitter {
  readonly done: string[] = []
  destroyed = false
  isDestroyed() {
    return this.destroyed
  }
  reload() {
    this.done.push('reload')
  }
  forcefullyCrashRenderer() {
    this.done.push('crash')
    this.emit('render-process-gone', {}, { reason: 'killed' })
  }
  async ends(reason = 'crashed') {
    this.emit('render-process-gone', {}, { reason })
    await turn()
  }
}
function kept() {
  const page = new Page()
  const world = { now: 0, quits: 0 }
  const asked: (PageQuestion & { signal: AbortSignal; answer: (yes: boolean) => void })[] = []
  keepPage(page, {
    ask: (question, signal) =>
      new Promise((answer) => {
        signal.addEventListener('abort', () => answer(false))
        asked.push({ ...question, signal, answer })
      }),
    now: () => world.now,
    quit: () => (world.quits += 1),
  })
  return { page, world, asked }
}

test('a page whose process ended is opened again; one that is closed is not', async () => {
  const { page, asked } = kept()
  await page.ends('clean-exit')
  expect(page.done).toEqual([])
  await page.ends('oom')
  expect(page.done).toEqual(['reload'])
  page.destroyed = true
  await page.ends()
  expect([page.done, asked]).toEqual([['reload'], []])
})

test('one that ends again and again is opened when a person says so', async () => {
  const { page, world, asked } = kept()
  for (let n = 0; n < 3; n++) await page.ends()
  expect(page.done).toHaveLength(2)
  expect(asked[0]).toMatchObject({
    says: 'The page of Takt ended 3 times within a minute.',
    buttons: ['Open it again', 'Quit Takt'],
  })
  asked[0]?.answer(true)
  await turn()
  expect(page.done).toHaveLength(3)
  for (let n = 0; n < 3; n++) await page.ends()
  asked[1]?.answer(false)
  await turn()
  expect([page.done.length, world.quits]).toEqual([5, 1])
})

test('ends that are far apart are opened again without a question', async () => {
  const { page, world, asked } = kept()
  for (let n = 0; n < 5; n++) {
    await page.ends()
    world.now += 60_000
  }
  expect([page.done.length, asked.length]).toEqual([5, 0])
})

test('a page that does not answer is asked about once, and opened again by its end', async () => {
  const { page, asked } = kept()
  page.emit('unresponsive')
  page.emit('unresponsive')
  expect(asked).toHaveLength(1)
  asked[0]?.answer(true)
  await expect.poll(() => page.done).toEqual(['crash', 'reload'])
})

test('a page that answers by itself takes the question away, and is asked about the next time', async () => {
  const { page, asked } = kept()
  page.emit('unresponsive')
  page.emit('responsive')
  expect(asked[0]?.signal.aborted).toBe(true)
  await turn()
  page.emit('unresponsive')
  asked[1]?.answer(false)
  await turn()
  expect([asked.length, page.done]).toEqual([2, []])
})
