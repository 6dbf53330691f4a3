import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededTrace } from '../../../test/support/burst/traces'
import { answer } from './replay-run'
import { askThread, type ThreadQuestion } from './replay-thread'

const root = join(import.meta.dirname, '../../..')
const built = mkdtempSync(join(root, 'node_modules', '.replay-worker-'))
const script = pathToFileURL(join(built, 'worker.mjs'))
beforeAll(async () => {
  await build({
    root, configFile: false, logLevel: 'error', ssr: { noExternal: true },
    build: { ssr: true, outDir: built, target: 'node24', rolldownOptions: { input: join(root, 'main/capabilities/burst/replay-worker.ts'), output: { format: 'es', entryFileNames: 'worker.mjs' } } },
  })
}, 60_000)
afterAll(() => { rmSync(built, { recursive: true }) })

const question = (jobs: number, policies = ['no-wait', 'bound-slack', 'takt', 'starburst']): ThreadQuestion => ({
  jobs: seededTrace(5, jobs).map((job, index) => ({ ...job, team: index % 3 === 0 ? 'vision' : 'speech' })), nodes: 6, gpusPerNode: 8, policies, sweep: true, estimateSigma: 0.25, seed: 1,
  takt: { usdPerWaitHour: 0, deadlines: 'weigh' }, zones: [], usageSteps: 50,
})

test('a thread answers what the same code answers in place, with progress, usage over time and teams', async () => {
  const asked = question(400)
  const shares: number[] = []
  const told = await askThread(script, asked, { progress: (share) => shares.push(share) })
  const inPlace = await answer({ ...asked, spots: [] }, { stopwatch: () => 0 })
  const plain = (rows: typeof inPlace.figures) => rows.map(({ decisionMicrosP50: _p50, decisionMicrosP99: _p99, wallSeconds: _seconds, ...row }) => row)
  expect(plain(told.policies.map(({ figures }) => figures))).toEqual(plain(inPlace.figures))
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect(shares.length).toBeGreaterThan(10)
  const own = told.policies.find(({ figures }) => figures.policy === 'takt')
  expect(own?.teams.map(({ team, jobs }) => [team, jobs])).toEqual([['speech', 266], ['vision', 134]])
  const { stepS = 0, cloud = new Float64Array() } = own?.usage ?? {}
  expect((cloud.reduce((sum, gpus) => sum + gpus, 0) * stepS) / 3600).toBeCloseTo(own?.figures.cloudGpuHours ?? NaN, 3)
})
test('a signal ends it at once', async () => {
  const stop = new AbortController()
  const asked = askThread(script, question(4000), { signal: stop.signal, progress: () => stop.abort(new Error('enough')) })
  await expect(asked).rejects.toThrow('enough')
})
