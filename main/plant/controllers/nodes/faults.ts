import type { Engine } from '../engine'
import { quantityOf } from '../../../kernel/quantities'
import { NODE } from '../kinds'
import { nowText, withCondition, type Condition, type Node } from '../objects'
import { SLOW_PULLS } from '../kubelet/images'
import { builtInGpus, faultsOf, splitGpusOf } from '../scheduling/devices'
import { GPU, GPU_FAULTS } from '../scheduling/requests'

/** What a caller may break on a site, and mend again. Unknown nodes throw. */
export interface Faults {
  nodeNotReady: (node: string) => void
  nodeReady: (node: string) => void
  /** One GPU reports an XID: it is no longer offered, and what runs on it fails. */
  gpuXid: (node: string, gpu: number, xid: number) => void
  gpuMended: (node: string, gpu: number) => void
  /** Image pulls on a node take this many times as long; 1 ends it. */
  slowPulls: (node: string, factor: number) => void
}

const WORDS: Record<number, string> = {
  31: 'GPU memory page fault',
  48: 'Double Bit ECC Error',
  63: 'ECC page retirement',
  74: 'NVLink Error',
  79: 'GPU has fallen off the bus',
  94: 'Contained ECC error',
}

export function makeFaults(engine: Engine): Faults {
  const { api } = engine
  const nodeOf = (name: string) => {
    const node = api.get(NODE, name) as Node | undefined
    if (!node) throw new Error(`No node ${name} on this site`)
    return node
  }
  const setCondition = (node: Node, condition: Condition) =>
    api.updateStatus(
      {
        ...node,
        status: {
          ...node.status,
          conditions: withCondition(node.status?.conditions, condition, nowText(api)),
        },
      },
      'kubelet',
    )
  const setFaults = (node: Node, faults: Record<string, number>) => {
    const annotations = { ...node.metadata.annotations, [GPU_FAULTS]: JSON.stringify(faults) }
    const written = api.update(
      { ...node, metadata: { ...node.metadata, annotations } },
      'node-problem-detector',
    ) as Node
    // The device plugin takes sick GPUs out of what the node offers; what is built in stays in its capacity.
    const healthy = builtInGpus(written) - splitGpusOf(written).length - Object.keys(faults).length
    const allocatable = {
      ...written.status?.allocatable,
      ...(quantityOf(written.status?.capacity, GPU) > 0 && { [GPU]: String(healthy) }),
    }
    const said = Object.entries(faults)
      .map(
        ([gpu, xid]) => `GPU ${gpu}: Xid ${String(xid)} (${WORDS[xid] ?? 'see the driver manual'})`,
      )
      .join('; ')
    const condition = said
      ? { type: 'GPUFault', status: 'True', reason: 'Xid', message: said }
      : { type: 'GPUFault', status: 'False', reason: 'NoXid', message: 'No GPU reports an error' }
    const conditions = withCondition(written.status?.conditions, condition, nowText(api))
    api.updateStatus(
      { ...written, status: { ...written.status, allocatable, conditions } },
      'node-problem-detector',
    )
  }
  return {
    nodeNotReady: (name) =>
      void setCondition(nodeOf(name), {
        type: 'Ready',
        status: 'False',
        reason: 'KubeletNotReady',
        message: 'container runtime is down',
      }),
    nodeReady: (name) =>
      void setCondition(nodeOf(name), {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
      }),
    gpuXid: (name, gpu, xid) => setFaults(nodeOf(name), { ...faultsOf(nodeOf(name)), [gpu]: xid }),
    gpuMended(name, gpu) {
      const { [gpu]: _mended, ...left } = faultsOf(nodeOf(name))
      setFaults(nodeOf(name), left)
    },
    slowPulls(name, factor) {
      const node = nodeOf(name)
      const { [SLOW_PULLS]: _before, ...annotations } = node.metadata.annotations ?? {}
      api.update(
        {
          ...node,
          metadata: {
            ...node.metadata,
            annotations:
              factor === 1 ? annotations : { ...annotations, [SLOW_PULLS]: String(factor) },
          },
        },
        'kubelet',
      )
    },
  }
}
