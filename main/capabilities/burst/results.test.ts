import { expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { failure } from '../../../preload/contract/failures'
import { fail, succeed } from '../../kernel/outcome'
import type { WorkloadFacts } from './live/workload'
import { bringingBack, dueResults, type ResultsPorts } from './results'

const URI = 's3://depot/runs/7/'
const moved = JSON.stringify({
  site: 'aws',
  namespace: 'ocr',
  name: 'train',
  kind: 'Job',
  pool: 'p4d',
  usd: 50,
  at: '2026-11-23T10:00:00Z',
  by: 'mara',
  run: 'r7',
})
const ended = (outcome: string) => JSON.stringify({ at: '2026-11-23T12:00:00Z', outcome, usd: 40 })
const work = (annotations: Record<string, string>) =>
  ({
    kind: 'Job',
    namespace: 'ocr',
    name: 'train',
    uid: 'u1',
    metadata: { name: 'train', namespace: 'ocr' },
    annotations: { 'takt.dev/moved-to': moved, ...annotations },
  }) as unknown as WorkloadFacts

function aWorld() {
  const clock = new HandClock()
  const original = work({ 'takt.dev/ended': ended('complete'), 'takt.dev/results-uri': URI })
  const asks: object[] = []
  const state = { works: true }
  const client = {
    site: 'oslo',
    clock,
    mergePatch: (
      _kind: unknown,
      _ref: unknown,
      { body }: { body: { metadata?: { annotations?: object } } },
    ) => {
      Object.assign(original.annotations, body.metadata?.annotations)
      return Promise.resolve(succeed({}))
    },
  }
  const ports = {
    clock,
    site: () => 'oslo',
    client: () => succeed(client),
    originals: () => Promise.resolve(succeed({ workloads: [original] })),
    market: () => Promise.resolve(succeed({ usdPerGbBack: 0.09 })),
    shipment: () => Promise.resolve(succeed({ bytes: 30e9, missingBytes: 20e9 })),
    ship: (ask: object) => {
      asks.push(ask)
      return Promise.resolve(
        state.works
          ? succeed({ uri: 's3://outputs/data/aws/depot/runs/7/' })
          : fail(failure('SITE_NOT_CONNECTED', { site: 'aws' })),
      )
    },
  } as unknown as ResultsPorts
  return { clock, original, asks, state, bring: bringingBack(ports) }
}
const signal = new AbortController().signal

test('results of what ended well are brought back once, and their way out of the cloud is counted with the run', async () => {
  const { clock, original, asks, bring } = aWorld()
  await bring(signal)
  expect(asks).toEqual([
    {
      uri: URI,
      from: 'aws',
      to: 'oslo',
      namespace: 'ocr',
      claim: 'results-r7',
      direction: 'back',
      title: 'results of train',
    },
  ])
  expect(JSON.parse(original.annotations['takt.dev/results-here'] ?? '')).toMatchObject({
    uri: 's3://outputs/data/aws/depot/runs/7/',
    bytes: 30e9,
    usd: 1.8,
  })
  expect(JSON.parse(original.annotations['takt.dev/ended'] ?? '')).toMatchObject({
    usd: 41.8,
    outcome: 'complete',
  })
  await clock.advance(3_600_000)
  await bring(signal)
  expect(asks).toHaveLength(1)
})
test('what cannot come back now is tried again later, and not with every look', async () => {
  const { clock, original, asks, state, bring } = aWorld()
  state.works = false
  await bring(signal)
  await clock.advance(61_000)
  await bring(signal)
  expect([asks.length, original.annotations['takt.dev/results-here']]).toEqual([1, undefined])
  state.works = true
  await clock.advance(16 * 60_000)
  await bring(signal)
  expect([asks.length, original.annotations['takt.dev/results-here'] === undefined]).toEqual([
    2,
    false,
  ])
})
test('nothing is due of what failed, still runs, tells no place, or lies where nothing can be listed', () => {
  const uri = { 'takt.dev/results-uri': URI }
  expect(
    dueResults([
      work({ ...uri, 'takt.dev/ended': ended('failed') }),
      work(uri),
      work({ 'takt.dev/ended': ended('complete') }),
      work({ 'takt.dev/ended': ended('complete'), 'takt.dev/results-uri': 'pvc://x/y' }),
    ]),
  ).toEqual([])
  expect(
    dueResults([work({ 'takt.dev/results': URI, 'takt.dev/ended': ended('complete') })]),
  ).toHaveLength(1)
})
