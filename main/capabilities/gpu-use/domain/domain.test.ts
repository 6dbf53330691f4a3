import { expect, test } from 'vitest'
import { joined, keptPoint, stepFor, toKept, toKeptPods, toPoints } from './history'
import { selectorsFor, toGpus, usedByNode, xidTurns } from './metrics'

const labels = (node: string, gpu: string, more: Record<string, string> = {}) => ({
  Hostname: node,
  gpu,
  modelName: 'NVIDIA H100',
  ...more,
})
const series = (value: (at: number) => number, more: Record<string, string> = {}) => ({
  labels: more,
  points: [0, 900_000, 1_800_000].map((at) => ({ at, value: value(at) })),
})

test("a GPU bears the pod that holds it, never the exporter's own", () => {
  const engine = [
    {
      labels: labels('a', '0', {
        pod: 'nvidia-dcgm-exporter-x1',
        namespace: 'gpu-operator',
        exported_pod: 'train',
        exported_namespace: 'team',
      }),
      value: 0.9,
    },
    {
      labels: labels('a', '1', { pod: 'nvidia-dcgm-exporter-x1', namespace: 'gpu-operator' }),
      value: 0,
    },
  ]
  const gpus = toGpus({ engine, powerW: [{ labels: labels('a', '0'), value: 400 }] }, [
    { labels: labels('a', '1'), value: 79 },
  ])
  expect(
    gpus.map(({ pod, engine: share, powerW, xid, xidSays }) => ({
      pod,
      share,
      powerW,
      xid,
      xidSays,
    })),
  ).toEqual([
    {
      pod: { namespace: 'team', name: 'train' },
      share: 0.9,
      powerW: 400,
      xid: undefined,
      xidSays: undefined,
    },
    { pod: undefined, share: 0, powerW: undefined, xid: 79, xidSays: 'the GPU left the bus' },
  ])
  expect(usedByNode(engine)).toEqual(new Map([['a', 0.9]]))
})
test('a figure nobody measured is absent, not 0', () => {
  const [point] = toPoints({ count: [series(() => 8)], engine: [series(() => 6)] })
  expect(point).toEqual({ at: '1970-01-01T00:00:00Z', gpus: 8, used: 6, engine: 0.75 })
})
test('kept samples are told by node or summed for the site', () => {
  const kept = toKept({
    count: [series(() => 8, { Hostname: 'a' }), series(() => 4, { Hostname: 'b' })],
    engine: [series(() => 6, { Hostname: 'a' }), series(() => 1, { Hostname: 'b' })],
  }).get(900_000)
  expect(
    kept && [
      keptPoint(0, kept, 'b')?.used,
      keptPoint(0, kept)?.used,
      keptPoint(0, kept)?.gpus,
      keptPoint(0, kept, 'gone'),
    ],
  ).toEqual([1, 7, 12, undefined])
})
test("a pod's hour is the average of its quarters, and the exporter is nobody's pod", () => {
  const of = (pod: string) => ({
    exported_namespace: 'team',
    exported_pod: pod,
    pod: 'nvidia-dcgm-exporter-x',
    namespace: 'gpu-operator',
  })
  const hours = toKeptPods({
    count: [
      series(() => 2, of('train')),
      series(() => 1, { pod: 'nvidia-dcgm-exporter-x', namespace: 'gpu-operator' }),
    ],
    engine: [series((at) => at / 900_000, of('train'))],
  })
  expect([...hours]).toEqual([[0, { pods: { 'team/train': { gpus: 2, used: 1 } } }]])
})
test('live points win over kept ones, which fill what lies before', () => {
  const at = (minute: number) => ({
    at: `2026-11-23T10:${String(minute).padStart(2, '0')}:00Z`,
    gpus: minute,
  })
  expect(joined([at(0), at(15), at(30)], [at(20), at(40)]).map(({ gpus }) => gpus)).toEqual([
    0, 15, 20, 40,
  ])
})
test('an XID is told when it turns up, not as long as it stays', () =>
  expect(
    xidTurns([
      { labels: labels('a', '3'), points: [0, 79, 79, 0, 31].map((value, at) => ({ at, value })) },
    ]).map(({ at, xid }) => [at, xid]),
  ).toEqual([
    [4, 31],
    [1, 79],
  ]))
test('names cannot break out of a selector, and a chart has at most 240 points', () => {
  expect(selectorsFor({ what: 'node', node: 'a"} or {x="' })[0]).toBe(
    '{Hostname="a\\"} or {x=\\""}',
  )
  expect([stepFor(0.25), stepFor(1), stepFor(168)]).toEqual([15, 15, 2520])
})
