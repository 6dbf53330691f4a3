import { expect, test } from 'vitest'
import { aPod, aSite, container, IMAGE } from '../../../../test/support/plant'
import { parseQuery } from './query'
import { makePrometheus } from './server'

interface Answer {
  status: string
  error?: string
  data: {
    result: {
      metric: Record<string, string>
      value: [number, string]
      values: [number, string][]
    }[]
  }
}
async function measured() {
  const site = aSite()
  site.addNode('l40s-1', 2, { images: [IMAGE] })
  site.api.create(
    aPod(
      'train',
      { restartPolicy: 'Never', containers: [container({ limits: { 'nvidia.com/gpu': '1' } })] },
      { 'plant.takt.dev/run-seconds': '7200' },
    ),
  )
  await site.pass(1_800)
  const prometheus = makePrometheus(site.engine)
  const ask = async (path: string, parameters: Record<string, string>) => {
    const answer = await prometheus.request(
      `/api/v1/${path}?${new URLSearchParams(parameters).toString()}`,
    )
    return (await answer.json()) as Answer
  }
  return { ...site, ask }
}

test('a busy GPU carries its pod, a free one is idle', async () => {
  const { ask } = await measured()
  const { data } = await ask('query', { query: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE' })
  expect(
    data.result.map(({ metric }) => [
      metric['Hostname'],
      metric['gpu'],
      metric['exported_namespace'],
      metric['exported_pod'],
    ]),
  ).toEqual([
    ['l40s-1', '0', 'team', 'train'],
    ['l40s-1', '1', undefined, undefined],
  ])
  expect(Number(data.result[0]?.value[1])).toBeGreaterThan(0.3)
  expect(Number(data.result[1]?.value[1])).toBe(0)
})

test('a range has a point for each step since the pod began, the same whenever it is asked', async () => {
  const { ask, clock } = await measured()
  const end = Math.floor(clock.now() / 1000)
  const range = {
    query: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE{exported_pod=~"tr.*"}',
    start: String(end - 3_600),
    end: String(end),
    step: '5m',
  }
  const [first, second] = [await ask('query_range', range), await ask('query_range', range)]
  expect(first.data.result[0]?.values.length).toBe(6)
  expect(second).toEqual(first)
})

test('averages over time and by node, and counts errors', async () => {
  const { ask, faults } = await measured()
  const average = await ask('query', {
    query: 'avg by (Hostname) (avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE[5m]))',
  })
  expect(average.data.result).toMatchObject([{ metric: { Hostname: 'l40s-1' } }])
  expect(Number(average.data.result[0]?.value[1])).toBeLessThan(0.6)
  faults.gpuXid('l40s-1', 1, 79)
  const errors = await ask('query', { query: 'DCGM_FI_DEV_XID_ERRORS{gpu="1"}' })
  expect(errors.data.result[0]?.value[1]).toBe('79')
})

test.each<[why: string, path: string, parameters: Record<string, string>]>([
  ['a language it does not speak', 'query', { query: 'rate(DCGM_FI_DEV_FB_USED[5m]) / 2' }],
  [
    'a range without an end',
    'query_range',
    { query: 'DCGM_FI_DEV_FB_USED', start: '1', step: '5' },
  ],
  [
    'too many points',
    'query_range',
    { query: 'DCGM_FI_DEV_FB_USED', start: '0', end: '1000000', step: '1' },
  ],
])('refuses %s', async (_why, path, parameters) => {
  const { ask } = await measured()
  expect(await ask(path, parameters)).toMatchObject({ status: 'error' })
})

test('an unknown metric has no series', async () => {
  const { ask } = await measured()
  expect((await ask('query', { query: 'up' })).data.result).toEqual([])
  expect(parseQuery('sum(DCGM_FI_DEV_FB_USED) by (gpu)')).toMatchObject({
    aggregate: 'sum',
    by: ['gpu'],
  })
})
