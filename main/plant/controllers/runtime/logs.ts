import type { Pod } from '../objects'
import { chanceOf } from '../objects'
import { transferOf, type TransferNote } from './transfer-note'
import { programOf } from './images'

/** One run of a container: when it started and, where it has, how it ended. */
export interface LoggedRun {
  startedAt: number
  endedAt?: number
  exitCode?: number
  reason?: string
  restart: number
}

/** The run whose log is asked for: the present one or the one before. */
export function runOf(pod: Pod, previous: boolean): LoggedRun | undefined {
  const status = pod.status?.containerStatuses?.[0]
  if (!status) return undefined
  const restart = status.restartCount - (previous ? 1 : 0)
  const state = previous ? status.lastState : status.state.waiting ? status.lastState : status.state
  if (state.running) return { startedAt: Date.parse(state.running.startedAt), restart }
  const { terminated } = state
  return (
    terminated && {
      startedAt: Date.parse(terminated.startedAt),
      endedAt: Date.parse(terminated.finishedAt),
      exitCode: terminated.exitCode,
      reason: terminated.reason,
      restart,
    }
  )
}

/** When the n-th line of a run was written, in milliseconds since 1970: a few at once in the beginning, then at a steady pace. */
export function lineTime(pod: Pod, run: LoggedRun, nth: number): number {
  if (transferOf(pod)) return run.startedAt + (nth + 1) * TELLS_EVERY_MS
  const opening = OPENING[programOf(pod)] ?? 3
  if (nth < opening) return run.startedAt + nth * 230
  const pace = programOf(pod) === 'training' ? 15_000 : 120_000
  return (
    run.startedAt +
    2_000 +
    (nth - opening + 1) * pace +
    Math.round(chanceOf(`${pod.metadata.uid ?? ''}${String(nth)}`) * 900)
  )
}
const OPENING: Partial<Record<ReturnType<typeof programOf>, number>> = {
  training: 4,
  jupyter: 5,
  vscode: 3,
  rstudio: 2,
  mlflow: 3,
  python: 1,
  server: 2,
}

/** The n-th line of a run: the same whenever it is read. */
export function lineText(pod: Pod, run: LoggedRun, nth: number): string {
  const at = new Date(lineTime(pod, run, nth)).toISOString()
  const transfer = transferOf(pod)
  if (transfer) return transferLine(transfer, { seconds: ((nth + 1) * TELLS_EVERY_MS) / 1000, at })
  const program = programOf(pod)
  const opening = OPENING[program] ?? 3
  if (nth < opening) return openingLine(pod, nth, at)
  return program === 'training'
    ? trainingLine(pod, nth - opening)
    : serverLine(pod, nth - opening, at)
}

const TELLS_EVERY_MS = 2_000
/** How far a copying pod is, as rclone tells it with --use-json-log. */
function transferLine(
  { bytes, objects, bytesPerSecond }: TransferNote,
  { seconds, at }: { seconds: number; at: string },
): string {
  const done = Math.min(bytes, Math.round(seconds * bytesPerSecond))
  return JSON.stringify({
    level: 'notice',
    msg: 'transferring',
    source: 'accounting/stats.go:528',
    time: at,
    stats: {
      bytes: done,
      totalBytes: bytes,
      transfers: Math.floor((objects * done) / Math.max(1, bytes)),
      totalTransfers: objects,
      speed: bytesPerSecond,
      errors: 0,
      eta: Math.round((bytes - done) / bytesPerSecond),
      elapsedTime: seconds,
    },
  })
}
function openingLine(pod: Pod, nth: number, at: string): string {
  const stamp = at.slice(0, 23).replace('T', ' ')
  const name = pod.spec.containers[0]?.name ?? 'main'
  const port = String(pod.spec.containers[0]?.ports?.[0]?.containerPort ?? 8080)
  const gpus = String(pod.metadata.annotations?.['plant.takt.dev/devices']?.split(',').length ?? 0)
  const lines: Record<string, string[]> = {
    training: [
      `seed ${String(Math.floor(chanceOf(pod.metadata.name) * 9_999))}, ${gpus} GPUs visible`,
      'reading dataset index',
      `model ${name}: ${(20 + 900 * chanceOf(`${name}size`)).toFixed(1)} M parameters`,
      'starting from step 0',
    ],
    jupyter: [
      `[I ${stamp} ServerApp] jupyterlab | extension was successfully loaded.`,
      `[I ${stamp} ServerApp] Serving notebooks from local directory: /home/jovyan`,
      `[I ${stamp} ServerApp] Jupyter Server 2.18.0 is running at:`,
      `[I ${stamp} ServerApp] http://${pod.metadata.name}:${port}/lab`,
      `[I ${stamp} ServerApp] Use Control-C to stop this server and shut down all kernels.`,
    ],
    vscode: [
      `[${at}] info  code-server 4.106.2`,
      `[${at}] info  HTTP server listening on http://0.0.0.0:${port}/`,
      `[${at}] info    - Not serving HTTPS`,
    ],
    rstudio: ['[services.d] starting services', '[services.d] done.'],
    mlflow: [
      `${stamp} INFO mlflow.store.db.utils: Creating initial MLflow database tables...`,
      `${stamp} INFO mlflow.server: Listening on 0.0.0.0:${port}`,
      'INFO:     Application startup complete.',
    ],
    python: [`Server listening on 0.0.0.0 port ${port}.`],
    server: [`${at} starting ${name}`, `${at} listening on :${port}`],
  }
  return lines[programOf(pod)]?.[nth] ?? ''
}

function trainingLine(pod: Pod, nth: number): string {
  const of = (what: string) => chanceOf(`${pod.metadata.uid ?? ''}${what}${String(nth)}`)
  const step = (nth + 1) * 50
  const loss = 0.18 + 2.4 * Math.exp(-nth / 60) + 0.05 * of('loss')
  if (nth % 40 === 39)
    return `eval  step ${String(step)}  val_loss ${(loss * 1.06).toFixed(4)}  accuracy ${(0.97 - loss / 5).toFixed(4)}  checkpoint saved`
  return `train step ${String(step)}  epoch ${String(1 + Math.floor(nth / 40))}  loss ${loss.toFixed(4)}  lr ${(3e-4 * Math.exp(-nth / 400)).toExponential(2)}  ${String(Math.round(780 + 90 * of('speed')))} samples/s`
}

function serverLine(pod: Pod, nth: number, at: string): string {
  const stamp = at.slice(0, 23).replace('T', ' ')
  const kernel = Math.floor(chanceOf(`${pod.metadata.uid ?? ''}kernel`) * 0xffffffff)
    .toString(16)
    .padStart(8, '0')
  if (programOf(pod) === 'jupyter')
    return `[I ${stamp} ServerApp] Saving file at /work/${nth % 3 === 0 ? 'explore' : 'features'}.ipynb (kernel ${kernel})`
  return `${at} GET /health 200 ${String(1 + Math.floor(4 * chanceOf(`${kernel}${String(nth)}`)))} ms`
}

/** The last lines of a run that has ended. */
export function closingLines(run: LoggedRun, pod?: Pod): string[] {
  if (pod && transferOf(pod) && run.endedAt !== undefined)
    return [
      transferLine(transferOf(pod) ?? { bytes: 0, objects: 0, bytesPerSecond: 1 }, {
        seconds: Math.max(
          0.001,
          (transferOf(pod)?.bytes ?? 0) / (transferOf(pod)?.bytesPerSecond ?? 1),
        ),
        at: new Date(run.endedAt).toISOString(),
      }),
    ]
  if (run.endedAt === undefined) return []
  if (run.reason === 'OOMKilled') return ['Killed']
  if (run.exitCode)
    return [
      'Traceback (most recent call last):',
      '  File "/app/train.py", line 214, in <module>',
      'RuntimeError: CUDA error: unspecified launch failure',
    ]
  return ['finished, model written to /outputs/model.safetensors']
}
