import { expect, test } from 'vitest'
import { plan, type Candidate } from './plan'
import { profile } from './profile'

const HOUR = 3600
const job = (
  id: number,
  gpus: number,
  [hours, latestHour]: [hours: number, latestHour: number],
): Candidate => ({
  job: id,
  gpus,
  seconds: hours * HOUR,
  latestStartS: latestHour * HOUR,
  orderS: latestHour * HOUR,
})

/** Two nodes of eight GPUs, both taken: the first until hour 2, the second until hour 5. */
function planned(queue: Candidate[], usd: (job: number) => number = () => Infinity) {
  const future = profile(2, 8)
  const gone: number[] = []
  const kept = plan(
    {
      profile: future,
      nowS: 0,
      ground: (own) => {
        own.reset(0, [0, 0])
        own.release(0, 8, 2 * HOUR)
        own.release(1, 8, 5 * HOUR)
      },
    },
    queue,
    { usd, go: (id) => gone.push(id) },
  )
  return {
    gone,
    starts: Object.fromEntries(
      kept.map(({ candidate, slot }) => [candidate.job, slot.startS / HOUR]),
    ),
  }
}

test('reserves in order and lets a short job run before a large gang without pushing it back', () => {
  expect(planned([job(1, 16, [4, 10]), job(2, 8, [3, 11]), job(3, 8, [4, 12])]).starts).toEqual({
    1: 5,
    2: 2,
    3: 9,
  })
})
test('puts a small gang on one node, never across two', () => {
  expect(planned([job(1, 5, [9, 10]), job(2, 5, [9, 11]), job(3, 3, [1, 12])]).starts).toEqual({
    1: 2,
    2: 5,
    3: 2,
  })
})
test('sends the cheapest job ahead when a later one cannot start in time', () => {
  expect(planned([job(1, 8, [5, 3]), job(2, 8, [6, 4])], (id) => (id === 1 ? 5 : 90))).toEqual({
    gone: [1],
    starts: { 2: 2 },
  })
})
test('sends no cheaper job away whose place would not help', () => {
  expect(planned([job(1, 8, [1, 7]), job(2, 16, [6, 4])], (id) => (id === 1 ? 5 : 90))).toEqual({
    gone: [2],
    starts: { 1: 2 },
  })
})
test('sends the late job itself if that is cheapest', () => {
  expect(planned([job(1, 8, [6, 3]), job(2, 8, [6, 4])], (id) => (id === 1 ? 90 : 5))).toEqual({
    gone: [2],
    starts: { 1: 2 },
  })
})
test('keeps a late job in its place when nothing may leave', () => {
  expect(planned([job(1, 8, [6, 3]), job(2, 8, [6, 4])])).toEqual({
    gone: [],
    starts: { 1: 2, 2: 5 },
  })
})
test('leaves a gang that the building can never hold without a start', () => {
  expect(planned([job(1, 24, [1, 3])]).starts).toEqual({ 1: Infinity })
})
