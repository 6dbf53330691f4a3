import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineCutter, Seam, stamped } from './log-lines'

const at = (second: number, nano: number) =>
  `2026-11-23T19:00:${String(second).padStart(2, '0')}.${String(nano).padStart(9, '0')}Z`
/** What a server answers when it is asked since a time: whole seconds, as it knows nothing finer. */
const since = (lines: string[], from: string | undefined) =>
  lines.filter((line) => from === undefined || line.slice(0, 19) >= from.slice(0, 19))

test('a log broken off anywhere, any number of times, has every line once and in order', () => {
  const aLine = fc.record({
    second: fc.integer({ min: 0, max: 5 }),
    nano: fc.integer({ min: 0, max: 2 }),
    text: fc.constantFrom('a', 'b', ''),
  })
  fc.assert(
    fc.property(
      fc.array(aLine, { maxLength: 40 }),
      fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 8 }),
      (made, cuts) => {
        const log = made
          .sort((a, b) => a.second - b.second || a.nano - b.nano)
          .map(({ second, nano, text }) => `${at(second, nano)} ${text}`)
        const seam = new Seam()
        const got: string[] = []
        const read = (answer: string[]) => {
          for (const line of answer) if (seam.take(line, stamped(line).at)) got.push(line)
        }
        const [first = log.length, ...later] = cuts
        read(log.slice(0, first))
        for (const cut of later) {
          const from = seam.since()
          seam.reopened()
          read(since(log, from).slice(0, cut))
        }
        const from = seam.since()
        seam.reopened()
        read(since(log, from))
        expect(got).toEqual(log)
      },
    ),
  )
})
test('lines that look the same and were written in the same instant are all kept', () => {
  const seam = new Seam()
  const line = `${at(1, 5)} again`
  expect([seam.take(line, at(1, 5)), seam.take(line, at(1, 5))]).toEqual([true, true])
  seam.reopened()
  expect([line, line, line].map((one) => seam.take(one, at(1, 5)))).toEqual([false, false, true])
})
test('pieces are cut into lines wherever they were torn', () => {
  const cutter = new LineCutter()
  expect([
    ...cutter.cut('one\ntw'),
    ...cutter.cut('o\n'),
    ...cutter.cut('three'),
    ...cutter.end(),
  ]).toEqual(['one', 'two', 'three'])
})
test('a line without a stamp is kept as it is', () =>
  expect(stamped('Traceback (most recent call last):')).toEqual({
    at: '',
    text: 'Traceback (most recent call last):',
  }))
