import { expect, test } from 'vitest'
import { lacking } from './stack/found'
import { startPrometheus } from './stack/prometheus'

const lacks = lacking('prometheus')

test.skipIf(lacks !== undefined)(
  `a Prometheus holds what GPUs did in the last hours${lacks ? ` (${lacks})` : ''}`,
  async () => {
    const now = Date.now()
    const half = now - 3_600_000
    const metrics = await startPrometheus(
      [
        {
          node: 'gpu-0',
          gpu: 0,
          pod: { namespace: 'wear', name: 'train-0' },
          at: (ms) => ({ engine: ms < half ? 0.9 : 0.1, memoryMib: 70_000, watts: 390 }),
        },
        { node: 'gpu-0', gpu: 1, at: () => ({ engine: 0, memoryMib: 0, watts: 60, xid: 79 }) },
      ],
      { now, hours: 2 },
    )
    try {
      const use = async (at: number) =>
        (await metrics.query('DCGM_FI_PROF_GR_ENGINE_ACTIVE{pod="train-0"}', at)).map(({ value }) =>
          Number(value[1]),
        )
      expect(await use(now)).toEqual([0.1])
      expect(await use(half - 600_000)).toEqual([0.9])
      expect(await metrics.query('max_over_time(DCGM_FI_DEV_XID_ERRORS[1h]) > 0')).toMatchObject([
        { metric: { Hostname: 'gpu-0', gpu: '1' } },
      ])
      expect(await metrics.query('avg_over_time(DCGM_FI_DEV_FB_USED{gpu="0"}[2h])')).toMatchObject([
        { value: [expect.anything(), '70000'] },
      ])
    } finally {
      await metrics.stop()
    }
  },
)
