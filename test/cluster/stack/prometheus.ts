import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { folderOf } from './found'
import { freePorts, makeGuard, Server } from './servers'

export interface Metrics {
  url: string
  /** Answers of the query API, as Prometheus sends them. */
  query(
    expression: string,
    at?: number,
  ): Promise<{ metric: Record<string, string>; value: [number, string] }[]>
  stop(): Promise<void>
}
/** One GPU of a node and who holds it; what it did is given for each moment. */
export interface GpuSeries {
  node: string
  gpu: number
  model?: string
  pod?: { namespace: string; name: string }
  /** What was measured at a moment, ms since 1970: shares 0..1, memory in MiB, power in W. */
  at(ms: number): {
    engine: number
    tensor?: number
    memoryMib: number
    watts: number
    xid?: number
  }
}
const MEMORY_MIB = 81_920
const SERIES: { name: string; help: string; of: (seen: ReturnType<GpuSeries['at']>) => number }[] =
  [
    {
      name: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
      help: 'Ratio of time the graphics engine is active.',
      of: ({ engine }) => engine,
    },
    {
      name: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
      help: 'Ratio of cycles the tensor pipe is active.',
      of: ({ engine, tensor }) => tensor ?? engine / 2,
    },
    {
      name: 'DCGM_FI_DEV_GPU_UTIL',
      help: 'GPU utilization in percent.',
      of: ({ engine }) => Math.round(engine * 100),
    },
    {
      name: 'DCGM_FI_DEV_FB_USED',
      help: 'Framebuffer memory used in MiB.',
      of: ({ memoryMib }) => memoryMib,
    },
    {
      name: 'DCGM_FI_DEV_FB_FREE',
      help: 'Framebuffer memory free in MiB.',
      of: ({ memoryMib }) => MEMORY_MIB - memoryMib,
    },
    { name: 'DCGM_FI_DEV_POWER_USAGE', help: 'Power draw in W.', of: ({ watts }) => watts },
    {
      name: 'DCGM_FI_DEV_XID_ERRORS',
      help: 'Value of the last XID error encountered.',
      of: ({ xid }) => xid ?? 0,
    },
  ]
const labels = ({ node, gpu, model = 'NVIDIA A100-SXM4-80GB', pod }: GpuSeries): string =>
  Object.entries({
    gpu: String(gpu),
    UUID: `GPU-${node}-${gpu}`,
    device: `nvidia${gpu}`,
    modelName: model,
    Hostname: node,
    ...(pod && { namespace: pod.namespace, pod: pod.name, container: 'main' }),
  })
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')

/** The text that promtool makes blocks of: families together, samples of each series in order of time. */
function openMetrics(
  gpus: GpuSeries[],
  { from, until, stepMs }: { from: number; until: number; stepMs: number },
): string {
  const times = Array.from(
    { length: Math.floor((until - from) / stepMs) + 1 },
    (_, index) => from + index * stepMs,
  )
  const lines = SERIES.flatMap(({ name, help, of }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...gpus.flatMap((gpu) =>
      times.map((ms) => `${name}{${labels(gpu)}} ${of(gpu.at(ms))} ${(ms / 1000).toFixed(3)}`),
    ),
  ])
  return [...lines, '# EOF', ''].join('\n')
}

/** A real Prometheus whose history holds the GPUs as NVIDIA's exporter would have reported them, until now. */
export async function startPrometheus(
  gpus: GpuSeries[],
  {
    hours = 6,
    stepSeconds = 60,
    now = Date.now(),
  }: { hours?: number; stepSeconds?: number; now?: number } = {},
): Promise<Metrics> {
  const binaries = join(folderOf('prometheus'), 'usr', 'bin')
  const folder = mkdtempSync(join(tmpdir(), 'takt-prometheus-'))
  const guard = makeGuard(folder)
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  mkdirSync(join(folder, 'data'))
  writeFileSync(
    join(folder, 'settings.yaml'),
    stringify({ global: { scrape_interval: '15s' }, scrape_configs: [] }),
  )
  writeFileSync(
    join(folder, 'history.txt'),
    openMetrics(gpus, { from: now - hours * 3_600_000, until: now, stepMs: stepSeconds * 1000 }),
  )
  const server = new Server(
    {
      name: 'prometheus',
      binary: join(binaries, 'prometheus'),
      folder,
      isReady: async () => (await fetch(`${url}/-/ready`)).ok,
      args: [
        '--config.file=settings.yaml',
        '--storage.tsdb.path=data',
        '--storage.tsdb.retention.time=30d',
        '--storage.tsdb.allow-overlapping-blocks',
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
      ],
    },
    guard,
  )
  const stop = async (): Promise<void> => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
    guard.release()
  }
  try {
    execFileSync(
      join(binaries, 'promtool'),
      ['tsdb', 'create-blocks-from', 'openmetrics', 'history.txt', 'data'],
      { cwd: folder, stdio: 'pipe' },
    )
    await server.start()
    return {
      url,
      stop,
      async query(expression, at = now) {
        const answer = await fetch(
          `${url}/api/v1/query?${new URLSearchParams({ query: expression, time: String(at / 1000) }).toString()}`,
        )
        const { status, data, error } = (await answer.json()) as {
          status: string
          error?: string
          data: { result: { metric: Record<string, string>; value: [number, string] }[] }
        }
        if (status !== 'success') throw new Error(error)
        return data.result
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
