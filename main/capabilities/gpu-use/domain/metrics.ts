import type { GpuFigures, GpuNow } from '../../../../preload/contract/gpu-use'
import { given } from '../../../kernel/given'

/** The DCGM series that are asked for, and which figure each is. */
export const METRICS = {
  engine: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  tensor: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
  memoryUsedMib: 'DCGM_FI_DEV_FB_USED',
  memoryFreeMib: 'DCGM_FI_DEV_FB_FREE',
  powerW: 'DCGM_FI_DEV_POWER_USAGE',
} as const satisfies Record<keyof GpuFigures, string>
export const XID = 'DCGM_FI_DEV_XID_ERRORS'
export type FigureName = keyof typeof METRICS

export interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}
export interface Series {
  labels: Readonly<Record<string, string>>
  points: { at: number; value: number }[]
}

const nodeOf = (labels: Sample['labels']): string =>
  labels['Hostname'] ??
  labels['node'] ??
  labels['kubernetes_node'] ??
  labels['instance']?.replace(/:\d+$/, '') ??
  ''
/** The pod that holds a GPU. Without honoured labels it is "exported"; then a plain label names the exporter's own pod. */
export function podOf(labels: Sample['labels']): { namespace: string; name: string } | undefined {
  const name =
    labels['exported_pod'] ?? (/dcgm/.test(labels['pod'] ?? '') ? undefined : labels['pod'])
  return name
    ? { namespace: labels['exported_namespace'] ?? labels['namespace'] ?? '', name }
    : undefined
}
const keyOf = (labels: Sample['labels']) =>
  `${nodeOf(labels)}/${labels['gpu'] ?? labels['UUID'] ?? ''}/${labels['GPU_I_ID'] ?? ''}`

const XIDS: Record<number, string> = {
  13: 'a program used the GPU wrongly',
  31: 'a program touched memory that is not its own',
  43: 'a program was stopped on the GPU',
  45: 'what ran was cleaned up',
  48: 'an uncorrectable memory error',
  61: 'the firmware met an error',
  62: 'the firmware stopped',
  63: 'a memory row was remapped',
  64: 'remapping a memory row failed',
  74: 'an NVLink error',
  79: 'the GPU left the bus',
  92: 'many memory errors were corrected',
  94: 'a contained memory error',
  95: 'an uncontained memory error',
  119: 'the GPU firmware does not answer',
  120: 'the GPU firmware failed',
}
/** What an XID error means, in words. */
export const xidWords = (xid: number): string => XIDS[xid] ?? `XID ${String(xid)}`

/** Every GPU (or slice of one) with all its figures, in the order of nodes and numbers. */
export function toGpus(
  figures: Partial<Record<FigureName, Sample[]>>,
  xids: readonly Sample[],
): GpuNow[] {
  const gpus = new Map<string, GpuNow>()
  const at = (labels: Sample['labels']): GpuNow => {
    const key = keyOf(labels)
    const known = gpus.get(key) ?? {
      id: key,
      node: nodeOf(labels),
      index: labels['gpu'] ?? '',
      model: (labels['modelName'] ?? '').replace(/^NVIDIA /, ''),
      ...given({ pod: podOf(labels), slice: labels['GPU_I_PROFILE'] }),
    }
    gpus.set(key, known)
    return known
  }
  for (const [name, samples] of Object.entries(figures) as [FigureName, Sample[]][])
    for (const { labels, value } of samples) at(labels)[name] = value
  for (const { labels, value } of xids)
    if (value !== 0) Object.assign(at(labels), { xid: value, xidSays: xidWords(value) })
  return [...gpus.values()].sort(
    (a, b) =>
      a.node.localeCompare(b.node) || Number(a.index) - Number(b.index) || a.id.localeCompare(b.id),
  )
}

/** The sum of shares by node. */
export function usedByNode(samples: readonly Sample[]): Map<string, number> {
  const used = new Map<string, number>()
  for (const { labels, value } of samples)
    used.set(nodeOf(labels), (used.get(nodeOf(labels)) ?? 0) + value)
  return used
}

/** Moments at which a GPU's last XID error changed to another one than 0. */
export function xidTurns(
  series: readonly Series[],
): { at: number; node: string; index: string; xid: number }[] {
  return series
    .flatMap(({ labels, points }) =>
      points.flatMap(({ at, value }, index) =>
        value !== 0 && points[index - 1]?.value !== value
          ? [{ at, node: nodeOf(labels), index: labels['gpu'] ?? '', xid: value }]
          : [],
      ),
    )
    .sort((a, b) => b.at - a.at)
}
const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
/** The selector for a scope; pods are tried by each way exporters name them. */
export function selectorsFor(
  of:
    | { what: 'site' }
    | { what: 'node'; node: string }
    | { what: 'pod'; namespace: string; pod: string },
): string[] {
  if (of.what === 'site') return ['']
  if (of.what === 'node') return [`{Hostname=${quoted(of.node)}}`, `{node=${quoted(of.node)}}`]
  return [
    `{exported_namespace=${quoted(of.namespace)},exported_pod=${quoted(of.pod)}}`,
    `{namespace=${quoted(of.namespace)},pod=${quoted(of.pod)}}`,
  ]
}
