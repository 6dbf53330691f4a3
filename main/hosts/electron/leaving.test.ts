import { expect, test } from 'vitest'
import { makeLeaving } from './leaving'

function aDesktop({ forwards = [] as string[] } = {}) {
  const asked: string[] = []
  const opened: string[] = []
  const answers: ((allowed: boolean) => void)[] = []
  let at = 0
  const leave = makeLeaving({
    isForward: (url) => forwards.includes(url),
    ask: (url) => {
      asked.push(url)
      return new Promise((answer) => answers.push(answer))
    },
    open: (url) => {
      opened.push(url)
      return Promise.resolve()
    },
    now: () => at,
  })
  return {
    leave,
    asked,
    opened,
    answer: (allowed: boolean) => answers.shift()?.(allowed),
    wait: (ms: number) => {
      at += ms
    },
  }
}

test('two hundred windows ask once', async () => {
  const { leave, asked, answer, opened } = aDesktop()
  const all = Array.from({ length: 200 }, (_, n) => leave(`https://example.org/${n}`))
  answer(true)
  expect((await Promise.all(all)).filter((ended) => ended === 'opened')).toHaveLength(1)
  expect([asked.length, opened.length]).toEqual([1, 1])
})
test('one after the other, they ask no more often than a person clicks', async () => {
  const { leave, asked, answer, wait } = aDesktop()
  for (let n = 0; n < 50; n++) {
    const left = leave('https://example.org/')
    answer(false)
    expect(await left).toBe('refused')
  }
  expect(asked).toHaveLength(5)
  wait(10_001)
  const later = leave('https://example.org/')
  answer(true)
  expect(await later).toBe('opened')
})
test('a forwarded port opens without a question, but not two hundred times', async () => {
  const { leave, asked, opened } = aDesktop({ forwards: ['http://127.0.0.1:40001/'] })
  expect(await leave('http://127.0.0.1:40001/')).toBe('opened')
  await Promise.all(Array.from({ length: 200 }, () => leave('http://127.0.0.1:40001/')))
  expect([asked.length, opened.length]).toEqual([0, 5])
  expect(await leave('http://127.0.0.1:40002/')).toBe('refused')
})
test.each(['file:///etc/passwd', 'http://example.org/', 'takt://settings', 'javascript:alert(1)'])(
  '%s goes nowhere, unasked',
  async (url) => {
    const { leave, asked } = aDesktop()
    expect(await leave(url)).toBe('refused')
    expect(asked).toEqual([])
  },
)
