import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seeded } from '../../kernel/random'
import { readNumeric } from './adapters/columns'
import type { Engine } from './adapters/engine'
import { openSource } from './adapters/sources'
import { fitReconstruction, reconstructionError } from './domain/multivariate/reconstruction'
import { METRICS, type Predictions } from './domain/performance/binary'
import { chunksOf, estimateChunk, fitEstimator } from './domain/performance/cbpe'
import { continuousMeasures, sortedChunks, thresholdsFrom } from './domain/presets/nannyml'
import { SortSpace } from './domain/radix'
import { fixtures, openTestEngine, readJson } from './testing/parity'

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

type Row = Record<string, number | string | boolean | null>
const expected = () =>
  readJson('perf', 'expected_nannyml.json') as Record<
    'cbpe' | 'realized' | 'pca_reconstruction' | 'univariate',
    Row[]
  >
async function columns(file: string, names: string[]): Promise<Float64Array[]> {
  const source = await openSource(engine, {
      path: join(fixtures ?? '', 'perf', file),
      label: 'current',
      spillFolder: '',
    }),
    read = []
  for (const name of names) {
    const column = source.columns.find((each) => each.name === name)
    if (!column) throw new Error(`no column ${name}`)
    read.push(
      (
        await readNumeric(engine, { relation: source.relation, column, rows: 4000 }, [
          new SortSpace(),
          name,
        ])
      ).values.slice(),
    )
  }
  return read
}
async function predictions(file: string): Promise<Predictions> {
  const [proba = new Float64Array(), predicted = new Float64Array(), truth = new Float64Array()] =
    await columns(file, ['y_pred_proba', 'y_pred', 'y_true'])
  return { proba, predicted: Uint8Array.from(predicted), truth: Uint8Array.from(truth) }
}
const CHUNK = 1000

describe.skipIf(!fixtures)(
  "a classifier's year as NannyML 0.13.1 tells it (needs TAKT_TEST_DATA)",
  () => {
    test('performance, estimated and realised, with its errors and thresholds', async () => {
      const reference = await predictions('binary_reference.parquet'),
        analysis = await predictions('binary_analysis.parquet')
      const estimator = fitEstimator(reference, CHUNK),
        chunks = [...chunksOf(reference, CHUNK), ...chunksOf(analysis, CHUNK)].map((chunk) =>
          estimateChunk(estimator, chunk),
        )
      expected().cbpe.forEach((want, at) => {
        for (const metric of METRICS) {
          const found = chunks[at]?.[metric]
          if (!found) throw new Error('a chunk is missing')
          const of = (key: string) => want[`${metric}.${key}`] as number
          const pairs = {
            value: found.value,
            sampling_error: found.samplingError,
            realized: found.realised,
            lower_confidence_boundary: found.lower,
            upper_confidence_boundary: found.upper,
            lower_threshold: found.lowerThreshold,
            upper_threshold: found.upperThreshold,
          }
          for (const [key, value] of Object.entries(pairs))
            expect(
              Math.abs((value ?? Number.NaN) - of(key)),
              `${metric}.${key} of chunk ${at}: ${value} instead of ${of(key)}`,
            ).toBeLessThan(1e-6)
          expect(found.alert).toBe(want[`${metric}.alert`])
        }
      })
    })
    test('reconstruction error by principal components', async () => {
      const names = ['x0', 'x1', 'x2', 'x3'],
        reference = await columns('binary_reference.parquet', names),
        analysis = await columns('binary_analysis.parquet', names)
      const fit = fitReconstruction(reference),
        parts = [reference, analysis].flatMap((data) =>
          [0, 1, 2, 3].map((at) =>
            data.map((column) => column.subarray(at * CHUNK, (at + 1) * CHUNK)),
          ),
        )
      expected().pca_reconstruction.forEach((want, at) => {
        const found = reconstructionError(fit, parts[at] ?? [])
        expect(Math.abs(found.value - (want['reconstruction_error.value'] as number))).toBeLessThan(
          1e-6,
        )
        expect(
          Math.abs(found.samplingError - (want['reconstruction_error.sampling_error'] as number)),
        ).toBeLessThan(1e-6)
      })
    })
    test('univariate drift over chunks with its thresholds', async () => {
      for (const name of ['x0', 'x1']) {
        const [reference = new Float64Array()] = await columns('binary_reference.parquet', [name]),
          [analysis = new Float64Array()] = await columns('binary_analysis.parquet', [name])
        const tools = { space: new SortSpace() },
          cut = (values: Float64Array) => sortedChunks(values, { rows: CHUNK, tools })
        const measure = continuousMeasures(
          cut(reference.slice()).length > 0 ? reference.slice().sort() : reference,
        )
        const own = cut(reference).map(measure),
          all = [...own, ...cut(analysis).map(measure)],
          thresholds = thresholdsFrom(own)
        expected().univariate.forEach((want, at) => {
          for (const method of [
            'jensen_shannon',
            'kolmogorov_smirnov',
            'wasserstein',
            'hellinger',
          ]) {
            expect(
              Math.abs(
                (all[at]?.[method] ?? Number.NaN) - (want[`${name}.${method}.value`] as number),
              ),
              `${name}.${method} of chunk ${at}`,
            ).toBeLessThan(1e-9)
            expect(
              Math.abs(
                (thresholds[method] ?? Number.NaN) -
                  (want[`${name}.${method}.upper_threshold`] as number),
              ),
            ).toBeLessThan(1e-9)
          }
        })
      }
    })
  },
)

/** Rows whose probabilities are right; `flip` turns that share of the truths, which no probability tells. */
function rows(count: number, { seed, flip = 0 }: { seed: number; flip?: number }): Predictions {
  const random = seeded(seed),
    proba = Float64Array.from({ length: count }, () => random.next())
  const truth = Uint8Array.from(proba, (p) => {
    const value = random.next() < p ? 1 : 0
    return random.next() < flip ? 1 - value : value
  })
  return { proba, predicted: Uint8Array.from(proba, (p) => (p >= 0.5 ? 1 : 0)), truth }
}

describe('what estimation can and cannot see', () => {
  test('without drift the estimate meets what is realised', () => {
    const estimator = fitEstimator(rows(20_000, { seed: 1 }), 2000),
      chunk = estimateChunk(estimator, rows(5000, { seed: 2 }))
    for (const metric of METRICS)
      expect(Math.abs(chunk[metric].value - (chunk[metric].realised ?? 0))).toBeLessThan(
        3 * chunk[metric].samplingError + 0.01,
      )
  })
  test('concept drift is seen by labels and not claimed without them', () => {
    const estimator = fitEstimator(rows(20_000, { seed: 1 }), 2000),
      chunk = estimateChunk(estimator, rows(5000, { seed: 3, flip: 0.4 }))
    expect(chunk.accuracy.alert).toBe(false)
    expect(chunk.accuracy.realised).toBeLessThan(chunk.accuracy.lowerThreshold)
  })
})
