import { LABEL } from '../../kernel/manifest'
import { chanceOf, hexOf } from '../controllers/objects'
import type { KubeObject } from '../types'
import { itemName, type ItemOutline } from './items'
import { SOURCES } from './sources'
import { imageOf, toolOf } from './tools'
import { at, HOUR, ready, record } from './words'

const METHODS = {
  volume: 'volume-snapshot',
  s3: 's3-versions',
  lakefs: 'lakefs-commit',
  sql: 'table-snapshot',
  kafka: 'topic-offsets',
  share: 'as-is',
} as const

const sourceOf = (item: ItemOutline) => SOURCES.find(({ name }) => name === item.source)
export const snapshotName = (item: ItemOutline) =>
  `${item.source}-${hexOf(`snapshot${itemName(item)}`, 6)}`

function pointerOf(item: ItemOutline): string {
  const id = hexOf(`pointer${itemName(item)}`, 40)
  switch (sourceOf(item)?.kind) {
    case 'lakefs':
      return `lakefs://${item.source}/${id.slice(0, 12)}`
    case 's3':
      return `s3://${item.source}/.manifests/${id.slice(0, 16)}.json`
    case 'sql':
      return `lake.core.${item.source}@${String(parseInt(id.slice(0, 12), 16))}`
    case 'kafka':
      return `${item.source}.v2@0:${String(parseInt(id.slice(0, 6), 16))},1:${String(parseInt(id.slice(6, 12), 16))}`
    case 'volume':
      return `VolumeSnapshot/datasets/${snapshotName(item)}`
    default:
      return `/export/${item.source}`
  }
}

/** The snapshot of data an item works on: a pointer, taken when it left the data station. */
export const snapshotRecord = (item: ItemOutline): KubeObject =>
  record(
    'DataSnapshot',
    {
      name: snapshotName(item),
      namespace: item.project,
      labels: { [LABEL.project]: item.project, [LABEL.workItem]: itemName(item) },
    },
    {
      source: item.source,
      takenBy: item.by,
      method: METHODS[sourceOf(item)?.kind ?? 'share'],
      pointer: pointerOf(item),
    },
  )
export const snapshotStatus = (item: ItemOutline, taken: number): object => ({
  ready: true,
  pointer: pointerOf(item),
  takenAt: at(taken),
  bytes: Math.round((sourceOf(item)?.gb ?? 1) * 1e9 * (0.9 + 0.1 * chanceOf(itemName(item)))),
  conditions: ready(taken, 'Pointed', 'The pointer is kept; no bytes were copied'),
})

export const revisionName = (item: ItemOutline) =>
  `${itemName(item)}-r${String(item.revision ?? 1)}`
const PACKAGES = [
  'numpy==2.4.1',
  'pandas==3.0.2',
  'pyarrow==24.0.0',
  'scikit-learn==1.9.0',
  'torch==2.11.0',
  'transformers==5.4.0',
  'lightgbm==5.1.0',
  'mlflow==3.6.0',
]

/** What was bound together when the item was saved. */
export function revisionRecord(item: ItemOutline): KubeObject {
  const name = itemName(item)
  const tool = toolOf(item.project === 'credit-default' ? 'rstudio' : 'jupyter')
  const chance = (what: string) => chanceOf(`${name}${what}`)
  return record(
    'Revision',
    {
      name: revisionName(item),
      namespace: item.project,
      labels: { [LABEL.project]: item.project, [LABEL.workItem]: name },
    },
    {
      workItem: name,
      environment: `${item.project}-nb`,
      number: item.revision ?? 1,
      savedBy: item.by,
      note: '',
      code: {
        kind: 'git',
        repository: `https://git.oslo.example/${item.project}.git`,
        commit: hexOf(`commit${name}`, 40),
        dirty: chance('dirty') > 0.8,
      },
      data: [{ source: item.source, snapshot: snapshotName(item), pointer: pointerOf(item) }],
      parameters: {
        learning_rate: String(Number((1e-4 + 9e-4 * chance('rate')).toPrecision(2))),
        batch_size: chance('batch') > 0.5 ? '256' : '128',
        seed: String(Math.floor(10_000 * chance('seed'))),
      },
      images: [{ tool: tool.name, image: imageOf(tool) }],
      packages: PACKAGES.map((text) => ({
        name: text.split('==')[0] ?? '',
        version: text.split('==')[1] ?? '',
      })),
      metrics: {
        auc: Number((0.82 + 0.15 * chance('auc')).toFixed(4)),
        loss: Number((0.08 + 0.3 * chance('loss')).toFixed(4)),
      },
      size: {
        name: '1 × A100',
        cpuCores: 16,
        memoryGi: 192,
        gpu: { resource: 'nvidia.com/gpu', count: 1, model: 'A100-SXM4-80GB' },
      },
    },
  )
}

/** How well it can be done again, and what its drift check found where it had one. */
export function revisionStatus(item: ItemOutline, savedAt: number): object {
  const dirty = chanceOf(`${itemName(item)}dirty`) > 0.8
  const checked = item.station !== 'drift'
  return {
    reproducibility: {
      score: dirty ? 0.85 : 1,
      missing: dirty ? ['code: uncommitted changes'] : [],
    },
    ...(checked && {
      drift: {
        result: chanceOf(`${itemName(item)}drift`) > 0.75 ? 'watch' : 'none',
        checkedAt: at(savedAt + 5 * HOUR),
        by: 'lena.ofori',
      },
    }),
    conditions: ready(savedAt, 'Saved', 'Everything that was found is bound'),
  }
}
