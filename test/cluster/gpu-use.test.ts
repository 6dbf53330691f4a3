import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Prometheus } from '../../main/capabilities/gpu-use/adapters/prometheus'
import { makeHistory } from '../../main/capabilities/gpu-use/kept'
import { measureHistory, measureNow } from '../../main/capabilities/gpu-use/measure'
import { openStore } from '../../main/platform/store'
import { silentLog } from '../../main/platform/log'
import { FakeKube } from '../support/fakes/kube'
import { folderOf, lacking } from './stack/found'
import { freePorts, until } from './stack/servers'

const lacks = lacking('prometheus')
const program = (name: 'prometheus' | 'promtool') =>
  join(folderOf('prometheus'), 'usr', 'bin', name)
/** A skipped test says what it lacked. */
const named = (what: string) => (lacks ? `${what} (${lacks})` : what)
const folder = mkdtempSync(join(tmpdir(), 'takt-prometheus-'))
const MINUTE_S = 60
// A whole quarter of an hour in the past, so that every step of the history meets a sample.
const end = Math.floor(Date.now() / 1000 / 900) * 900
let server: ChildProcess | undefined, prometheus: Prometheus

/** Two hours of two GPUs, one held by a pod and half busy, one free, as the exporter writes them. */
function history(): string {
  const busy =
    'gpu="0",Hostname="gpu-1",modelName="NVIDIA H100",UUID="a",exported_namespace="team",exported_pod="train",pod="nvidia-dcgm-exporter-x",namespace="gpu-operator"'
  const free =
    'gpu="1",Hostname="gpu-1",modelName="NVIDIA H100",UUID="b",pod="nvidia-dcgm-exporter-x",namespace="gpu-operator"'
  const times = Array.from({ length: 121 }, (_unused, nth) => end - (120 - nth) * MINUTE_S)
  const series = (name: string, values: [string, number][]) => [
    `# TYPE ${name} gauge`,
    ...values.flatMap(([labels, value]) =>
      times.map((at) => `${name}{${labels}} ${String(value)} ${String(at)}`),
    ),
  ]
  return [
    ...series('DCGM_FI_PROF_GR_ENGINE_ACTIVE', [
      [busy, 0.5],
      [free, 0],
    ]),
    ...series('DCGM_FI_DEV_FB_USED', [
      [busy, 40_000],
      [free, 10],
    ]),
    ...series('DCGM_FI_DEV_POWER_USAGE', [
      [busy, 400],
      [free, 70],
    ]),
    ...series('DCGM_FI_DEV_XID_ERRORS', [
      [busy, 0],
      [free, 79],
    ]),
    '# EOF',
    '',
  ].join('\n')
}

beforeAll(async () => {
  if (lacks) return
  writeFileSync(join(folder, 'history'), history())
  writeFileSync(join(folder, 'prometheus.yml'), 'scrape_configs: []\n')
  execFileSync(
    program('promtool'),
    ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'history'), join(folder, 'data')],
    { stdio: 'ignore' },
  )
  const [port = 0] = await freePorts(1)
  server = spawn(
    program('prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${String(port)}`,
      '--query.lookback-delta=20m',
    ],
    { stdio: 'ignore' },
  )
  const url = `http://127.0.0.1:${String(port)}`
  await until(
    () =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    { seconds: 60, why: () => 'Prometheus did not become ready' },
  )
  prometheus = new Prometheus(new FakeKube(), { url })
}, 90_000)
afterAll(() => {
  server?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

test.skipIf(lacks !== undefined)(
  named('a real Prometheus tells its DCGM series, and each GPU with the pod that holds it'),
  async () => {
    expect(await prometheus.metrics()).toMatchObject({
      ok: true,
      value: expect.arrayContaining(['DCGM_FI_PROF_GR_ENGINE_ACTIVE']) as unknown,
    })
    const now = await measureNow(prometheus, { what: 'node', node: 'gpu-1' })
    expect(now).toMatchObject({
      ok: true,
      value: {
        gpus: [
          { index: '0', engine: 0.5, powerW: 400, pod: { namespace: 'team', name: 'train' } },
          { index: '1', engine: 0, xid: 79, xidSays: 'the GPU left the bus' },
        ],
      },
    })
    expect(
      await measureNow(prometheus, { what: 'pod', namespace: 'team', pod: 'train' }),
    ).toMatchObject({ ok: true, value: { gpus: [{ index: '0', engine: 0.5 }] } })
  },
)
test.skipIf(lacks !== undefined)(
  named('its history is summed, and kept for when nobody answers any more'),
  async () => {
    const points = await measureHistory(prometheus, {
      selector: '',
      from: (end - 3600) * 1000,
      to: end * 1000,
      stepSeconds: 300,
    })
    expect(
      points.ok &&
        points.value.every(
          ({ gpus, used, powerW }) => gpus === 2 && used === 0.5 && powerW === 470,
        ),
    ).toBe(true)
    const store = openStore(join(folder, 'store'), { pid: process.pid, now: () => Date.now() })
    if (!store.ok) throw new Error(store.failure.code)
    const kept = makeHistory({ store: store.value, capacity: { known: () => [] }, log: silentLog })
    await kept.fill('rack', prometheus, { now: end * 1000, signal: new AbortController().signal })
    const seen = kept.between(
      'rack',
      { what: 'node', node: 'gpu-1' },
      { from: (end - 7200) * 1000, to: end * 1000 },
    )
    expect(seen).toHaveLength(9)
    expect(seen.at(-1)).toMatchObject({ gpus: 2, used: 0.5, engine: 0.25 })
    // By pod an hour is one point, and reading on reads the hour again that was not over.
    for (const now of [end * 1000 - 1_800_000, end * 1000])
      await kept.fillPods('rack', prometheus, { now, signal: new AbortController().signal })
    const ofPod = kept.between(
      'rack',
      { what: 'pod', namespace: 'team', pod: 'train' },
      { from: (end - 7200) * 1000, to: end * 1000 },
    )
    expect(ofPod.length).toBeGreaterThanOrEqual(2)
    expect(
      ofPod.every(
        ({ gpus, used, engine, powerW }) =>
          gpus === 1 && used === 0.5 && engine === 0.5 && powerW === 400,
      ),
    ).toBe(true)
    expect(
      kept.between(
        'rack',
        { what: 'pod', namespace: 'gpu-operator', pod: 'nvidia-dcgm-exporter-x' },
        { from: 0, to: end * 1000 },
      ),
    ).toEqual([])
    store.value.close()
  },
)
test.skipIf(lacks !== undefined)(
  named('an address where nobody answers is a failure that names it'),
  async () => {
    const [port = 0] = await freePorts(1)
    const url = `http://127.0.0.1:${String(port)}`
    expect(await new Prometheus(new FakeKube(), { url }).metrics()).toMatchObject({
      ok: false,
      failure: { code: 'CLUSTER_UNREACHABLE', data: { server: url } },
    })
  },
)
