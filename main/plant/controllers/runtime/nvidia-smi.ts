import { busyShare, usedMemoryMib } from '../gpu-use'
import type { Node, Pod } from '../objects'
import { devicesOf } from '../scheduling/requests'

export interface SmiRequest {
  node: Node | undefined
  now: number
  query: string[]
  faults: Record<string, number>
  split: string[]
}

/** What nvidia-smi prints in a container: the table, the list (-L), or comma-separated values for --query-gpu. */
export function nvidiaSmi(pod: Pod, request: SmiRequest): string {
  const product = request.node?.metadata.labels?.['nvidia.com/gpu.product'] ?? 'NVIDIA GPU'
  const totalMib = Number(request.node?.metadata.labels?.['nvidia.com/gpu.memory'] ?? 81_920)
  const gpus = devicesOf(pod).map((device, index) => {
    const slice = device.includes(':')
    const memory = slice ? 9_856 : totalMib
    return {
      index,
      device,
      name: product.replaceAll('-', ' '),
      slice,
      memory,
      used: usedMemoryMib(pod, device, { totalMib: memory, at: request.now }),
      busy: Math.round(100 * busyShare(pod, device, request.now)),
    }
  })
  if (request.query.includes('-L'))
    return gpus
      .map(
        (gpu) =>
          `GPU ${String(gpu.index)}: ${gpu.name} (UUID: ${gpu.slice ? 'MIG' : 'GPU'}-${pod.metadata.uid ?? ''}-${gpu.device})`,
      )
      .join('\n')
  const fields = request.query
    .find((arg) => arg.startsWith('--query-gpu='))
    ?.slice('--query-gpu='.length)
    .split(',')
  if (fields)
    return csv(
      fields,
      gpus,
      request.query.some((arg) => arg.includes('noheader')),
    )
  const rows = gpus.map(
    (gpu) =>
      `|  ${String(gpu.index)}  ${gpu.name.padEnd(28)}| ${`${String(gpu.used)}MiB / ${String(gpu.memory)}MiB`.padStart(22)} | ${`${String(gpu.busy)}%`.padStart(8)}  |`,
  )
  return [
    '+-------------------------------------------------------------------+',
    '| NVIDIA-SMI 580.95   Driver Version: 580.95   CUDA Version: 13.0   |',
    '|  GPU  Name                     |           Memory-Usage | GPU-Util  |',
    ...rows,
    '+-------------------------------------------------------------------+',
  ].join('\n')
}

type Gpu = {
  index: number
  device: string
  name: string
  memory: number
  used: number
  busy: number
}
function csv(fields: string[], gpus: Gpu[], bare: boolean): string {
  const value = (gpu: Gpu, field: string) =>
    ({
      index: String(gpu.index),
      name: gpu.name,
      'memory.total': `${String(gpu.memory)} MiB`,
      'memory.used': `${String(gpu.used)} MiB`,
      'utilization.gpu': `${String(gpu.busy)} %`,
      driver_version: '580.95',
    })[field] ?? '[N/A]'
  return [
    ...(bare ? [] : [fields.join(', ')]),
    ...gpus.map((gpu) => fields.map((field) => value(gpu, field)).join(', ')),
  ].join('\n')
}
