import { hexOf } from '../controllers/objects'
import { imageBytes } from '../controllers/kubelet/images'
import type { KubeObject } from '../types'
import { at, DAY, HOUR, MINUTE, record } from './words'

export interface ToolOutline {
  name: string
  title: string
  version: string
  kind: string
  repository: string
  port: number
  probe: string
  stage: 'evaluating' | 'approved' | 'retired'
  owner: string
  team?: string
  several?: boolean
  note: string
  days: number
}
const tool = (
  name: string,
  [title, version]: [title: string, version: string],
  more: Omit<ToolOutline, 'name' | 'title' | 'version'>,
): ToolOutline => ({ name, title, version, ...more })
const lead = { owner: 'mara.lind', stage: 'approved' } as const

export const TOOLS: ToolOutline[] = [
  tool('jupyter', ['Jupyter', '4.4'], {
    ...lead,
    kind: 'jupyter',
    repository: 'registry.oslo.example/tools/jupyter-gpu',
    port: 8888,
    probe: '/api/status',
    note: 'The usual choice',
    days: 120,
  }),
  tool('vscode', ['VS Code', '1.106'], {
    ...lead,
    kind: 'vscode',
    repository: 'registry.oslo.example/tools/code-server',
    port: 8080,
    probe: '/healthz',
    note: 'Open in the browser',
    days: 90,
  }),
  tool('rstudio', ['RStudio', '2026.09'], {
    ...lead,
    kind: 'rstudio',
    repository: 'registry.oslo.example/tools/rstudio',
    port: 8787,
    probe: '/health',
    note: 'For the Credit team',
    days: 150,
  }),
  tool('python-ssh', ['Python with SSH', '3.13'], {
    ...lead,
    kind: 'python',
    repository: 'registry.oslo.example/tools/python-ssh',
    port: 8022,
    probe: '/health',
    note: 'A shell, nothing else',
    days: 200,
  }),
  tool('mlflow', ['MLflow', '3.6'], {
    ...lead,
    kind: 'mlflow',
    repository: 'registry.oslo.example/tools/mlflow',
    port: 5000,
    probe: '/health',
    several: true,
    note: 'One server for a team is enough',
    days: 140,
  }),
  tool('tensorboard', ['TensorBoard', '2.21'], {
    ...lead,
    kind: 'custom',
    repository: 'registry.oslo.example/tools/tensorboard',
    port: 6006,
    probe: '/health',
    several: true,
    note: 'Reads run folders',
    days: 170,
  }),
  tool('dvc-studio', ['DVC', '3.64'], {
    ...lead,
    kind: 'custom',
    repository: 'registry.oslo.example/tools/dvc-python',
    port: 8090,
    probe: '/health',
    note: 'Data versions in git',
    days: 101,
  }),
  tool('ray', ['Ray', '2.52'], {
    ...lead,
    kind: 'custom',
    repository: 'registry.oslo.example/tools/ray',
    port: 8265,
    probe: '/health',
    several: true,
    note: 'Sweeps over several pods',
    days: 80,
  }),
  tool('spark', ['Spark', '4.1'], {
    ...lead,
    kind: 'custom',
    repository: 'registry.oslo.example/tools/spark',
    port: 4040,
    probe: '/health',
    several: true,
    note: 'Tables larger than memory',
    days: 75,
  }),
  tool('label-studio', ['label-studio', '1.19'], {
    kind: 'custom',
    repository: 'registry.oslo.example/vision/label-studio',
    port: 8080,
    probe: '/health',
    stage: 'evaluating',
    owner: 'jonas.weber',
    team: 'Vision',
    note: 'Labels for parcel-ocr, 3 people',
    days: 0,
  }),
  tool('marimo', ['marimo', '0.17'], {
    kind: 'custom',
    repository: 'registry.oslo.example/supply/marimo',
    port: 2718,
    probe: '/health',
    stage: 'evaluating',
    owner: 'tove.dahl',
    team: 'Supply',
    note: 'Notebooks that are plain Python',
    days: 4,
  }),
  tool('rapids', ['RAPIDS 26.10 notebook', '26.10'], {
    kind: 'jupyter',
    repository: 'registry.oslo.example/search/rapids-notebook',
    port: 8888,
    probe: '/api/status',
    stage: 'evaluating',
    owner: 'chen.wu',
    team: 'Search',
    note: 'Waits for an L40S',
    days: 9,
  }),
  tool('zeppelin', ['Zeppelin', '0.11'], {
    ...lead,
    kind: 'custom',
    repository: 'registry.oslo.example/tools/zeppelin',
    port: 8080,
    probe: '/health',
    stage: 'retired',
    note: 'No fix for two holes',
    days: 400,
  }),
  tool('jupyter-3', ['Jupyter', '3.6'], {
    ...lead,
    kind: 'jupyter',
    repository: 'registry.oslo.example/tools/jupyter',
    port: 8888,
    probe: '/api/status',
    stage: 'retired',
    note: 'One still runs, until 1 December',
    days: 380,
  }),
]

/** The image of a tool, pinned by its digest. */
export const imageOf = (outline: Pick<ToolOutline, 'repository' | 'version'>) =>
  `${outline.repository}@sha256:${hexOf(`${outline.repository}:${outline.version}`, 64)}`
export const toolOf = (name: string): ToolOutline => {
  const found = TOOLS.find((each) => each.name === name)
  if (!found) throw new Error(`No tool ${name}`)
  return found
}

export const toolRecord = (outline: ToolOutline, now: number): KubeObject =>
  record(
    'Tool',
    { name: outline.name },
    {
      title: outline.title,
      version: outline.version,
      kind: outline.kind,
      image: imageOf(outline),
      imageGb: Math.round(imageBytes(imageOf(outline)) / 1e8) / 10,
      port: outline.port,
      probePath: outline.probe,
      minimum: { cpuCores: 1, memoryGi: 4 },
      severalReplicas: outline.several ?? false,
      stage: outline.stage,
      owner: outline.owner,
      ...(outline.team && { team: outline.team }),
      notes: [
        { by: outline.owner, at: at(now - outline.days * DAY - 10 * MINUTE), text: outline.note },
      ],
    },
  )

/** What the last test start of a tool found. */
export function toolStatus(outline: ToolOutline, now: number): object {
  const checks = [
    { name: 'image pinned and pulled', result: 'pass', detail: imageOf(outline).slice(-12) },
    {
      name: `port ${String(outline.port)} answers ${outline.probe}`,
      result: 'pass',
      detail: 'after 14 s',
    },
    { name: 'stays in its limits', result: 'pass', detail: '1.1 of 4 GB' },
    {
      name: 'writes only to its volume',
      result: outline.name === 'label-studio' ? 'fail' : 'pass',
      detail: outline.name === 'label-studio' ? '/root/.cache' : '',
    },
    {
      name: 'tells when it is idle',
      result: outline.kind === 'jupyter' ? 'pass' : 'unknown',
      detail: outline.kind === 'jupyter' ? '/api/status' : 'no signal, uses the clock',
    },
  ]
  return { testStart: { at: at(now - outline.days * DAY - 6 * MINUTE), tookSeconds: 72, checks } }
}
export const bornAt = (outline: ToolOutline, now: number) =>
  now - outline.days * DAY - (outline.days === 0 ? HOUR : 0)
