import { chanceOf } from '../controllers/objects'
import type { EnvironmentOutline, JobOutline, ServerOutline, Share } from './workloads'
import { TRAINING_IMAGE } from './workloads'
import { HOUR, MINUTE } from './words'

const a100 = (count: number): Share => ({ kind: 'a100', count })
const l40s = (count: number): Share => ({ kind: 'l40s', count })
const slice: Share = { kind: 'slice', count: 1 }
const cpu: Share = { kind: 'cpu', count: 1 }

/** Something that begins so long before the present. */
export type Past<T> = T & { before: number }

const environment = (
  project: string,
  version: number,
  rest: Omit<EnvironmentOutline, 'project' | 'item' | 'name'> & { before: number; name?: string },
): Past<EnvironmentOutline> => ({
  name: `${project}-nb`,
  ...rest,
  project,
  item: `${project}-v${String(version)}`,
})

export const ENVIRONMENTS: Past<EnvironmentOutline>[] = [
  environment('call-intent', 6, {
    owner: 'aino.torv',
    gpus: l40s(1),
    tool: 'jupyter',
    data: 'calls-2026-11',
    before: 29 * HOUR,
  }),
  environment('parcel-ocr', 3, {
    owner: 'jonas.weber',
    gpus: a100(2),
    tool: 'jupyter',
    data: 'parcels',
    idle: true,
    before: 50 * HOUR,
  }),
  environment('price-elastic', 5, {
    owner: 'pia.nord',
    gpus: slice,
    tool: 'jupyter',
    data: 'price-history',
    before: 43 * HOUR,
  }),
  environment('query-rank', 10, {
    owner: 'ivo.petrov',
    gpus: slice,
    tool: 'vscode',
    data: 'clicks',
    before: 47 * HOUR,
  }),
  environment('catalog-dedupe', 3, {
    owner: 'chen.wu',
    gpus: slice,
    tool: 'jupyter',
    data: 'catalog',
    before: 72 * HOUR,
  }),
  environment('fraud-graph', 4, {
    owner: 'lena.ofori',
    gpus: l40s(1),
    tool: 'jupyter',
    data: 'fraud-edges',
    before: 70 * HOUR,
  }),
  environment('credit-default', 15, {
    owner: 'lena.ofori',
    gpus: slice,
    tool: 'rstudio',
    data: 'applications',
    before: 90 * HOUR,
  }),
  environment('promo-mix', 1, {
    owner: 'tove.dahl',
    gpus: slice,
    tool: 'jupyter',
    data: 'promo-calendar',
    before: 76 * HOUR,
  }),
  environment('route-eta', 11, {
    owner: 'nora.haugen',
    gpus: slice,
    tool: 'jupyter',
    data: 'routes-gps',
    before: 96 * HOUR,
  }),
  environment('defect-cam', 5, {
    owner: 'sana.rahimi',
    gpus: l40s(1),
    tool: 'jupyter',
    data: 'line-cam',
    before: 60 * HOUR,
  }),
  environment('voice-route', 4, {
    owner: 'emil.novak',
    gpus: cpu,
    tool: 'vscode',
    data: 'voice-prompts',
    paused: true,
    before: 80 * HOUR,
  }),
  environment('demand-14d', 9, {
    owner: 'nora.haugen',
    gpus: cpu,
    tool: 'jupyter',
    data: 'store-sales',
    before: 55 * HOUR,
  }),
]
/** The environment whose button has just been pushed. */
export const STARTING: Past<EnvironmentOutline> = environment('voice-spoof', 1, {
  owner: 'emil.novak',
  gpus: cpu,
  tool: 'jupyter',
  data: 'voice-prompts',
  before: 21_000,
})

const serving = 'registry.oslo.example/serve/triton:26.10'
export const SERVERS: Past<ServerOutline>[] = [
  {
    project: 'query-rank',
    name: 'query-rank-serve',
    gpus: a100(1),
    image: serving,
    before: 90 * HOUR,
  },
  {
    project: 'demand-14d',
    name: 'demand-14d-serve',
    gpus: l40s(1),
    replicas: 2,
    image: serving,
    before: 88 * HOUR,
  },
  {
    project: 'fraud-graph',
    name: 'fraud-graph-ab',
    gpus: l40s(1),
    replicas: 3,
    image: serving,
    before: 30 * HOUR,
  },
  {
    project: 'voice-route',
    name: 'mlflow',
    gpus: cpu,
    image: 'registry.oslo.example/tools/mlflow:3.6',
    port: 5000,
    before: 90 * HOUR,
  },
]

// People guess how long a run takes, and are off by a fifth or so.
const job = (
  project: string,
  name: string,
  rest: Omit<JobOutline, 'project' | 'name' | 'seconds'> & {
    before: number
    minutes: number
    dueIn?: number
  },
): Past<JobOutline> & { dueIn?: number } => ({
  ...rest,
  project,
  name,
  seconds: rest.minutes * 60,
  expectedSeconds: Math.round(rest.minutes * 60 * (0.85 + 0.35 * chanceOf(`guess${name}`))),
})

/** Runs of the last day that are over, those that run, and those that wait. */
export const JOBS: (Past<JobOutline> & { dueIn?: number })[] = [
  job('call-intent', 'train-0387', {
    by: 'aino.torv',
    gpus: a100(8),
    before: 13 * HOUR,
    minutes: 540,
  }),
  job('defect-cam', 'train-0230', {
    by: 'sana.rahimi',
    gpus: a100(4),
    before: 11 * HOUR,
    minutes: 520,
  }),
  job('demand-14d', 'backtest-117', {
    by: 'nora.haugen',
    gpus: l40s(4),
    before: 9 * HOUR,
    minutes: 330,
  }),
  job('credit-default', 'eval-54', {
    by: 'lena.ofori',
    gpus: l40s(2),
    before: 8 * HOUR,
    minutes: 95,
  }),
  job('route-eta', 'train-61', {
    by: 'nora.haugen',
    gpus: l40s(1),
    before: 7 * HOUR,
    minutes: 70,
    fails: 'oom',
  }),
  job('route-eta', 'train-62', {
    by: 'nora.haugen',
    gpus: l40s(1),
    before: 5 * HOUR,
    minutes: 160,
  }),
  job('call-intent', 'train-0388', {
    by: 'aino.torv',
    gpus: a100(8),
    before: 190 * MINUTE,
    minutes: 190 + 126,
  }),
  job('defect-cam', 'train-0231', {
    by: 'sana.rahimi',
    gpus: a100(4),
    before: 125 * MINUTE,
    minutes: 125 + 170,
  }),
  job('demand-14d', 'backtest-118', {
    by: 'nora.haugen',
    gpus: l40s(4),
    before: 95 * MINUTE,
    minutes: 95 + 63,
  }),
  job('credit-default', 'eval-55', {
    by: 'lena.ofori',
    gpus: l40s(2),
    before: 48 * MINUTE,
    minutes: 48 + 41,
  }),
  job('parcel-ocr', 'train-0412', {
    by: 'jonas.weber',
    gpus: a100(8),
    before: 72 * MINUTE,
    minutes: 96,
    dueIn: 208 * MINUTE,
  }),
  job('price-elastic', 'sweep-77', {
    by: 'pia.nord',
    gpus: a100(4),
    before: 38 * MINUTE,
    minutes: 75,
  }),
  job('demand-14d', 'backtest-119', {
    by: 'nora.haugen',
    gpus: l40s(2),
    before: 9 * MINUTE,
    minutes: 45,
  }),
  ...['features-a', 'features-b', 'parquet-compact', 'label-stats'].map((name, index) =>
    job('promo-mix', name, {
      by: 'tove.dahl',
      gpus: { kind: 'cpu', count: 6 },
      before: (4 - index) * 40 * MINUTE,
      minutes: 150 + 60 * index,
      image: 'registry.oslo.example/etl/python:3.13',
    }),
  ),
]
export const WARM_IMAGES = [TRAINING_IMAGE, serving]
