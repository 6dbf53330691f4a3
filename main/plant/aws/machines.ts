import list from '../../../resources/prices/aws-ec2.json'
import { A100, A100_40, L40S } from '../world/hardware'

/** What a type of machine is, as the simulated account rents it out. */
export interface MachineType {
  type: string
  vcpus: number
  memoryGi: number
  gpu?: { maker: string; name: string; product: string; count: number; memoryMib: number }
  /** Which quota counts its virtual CPUs: P, the G and VT families, or the standard ones. */
  family: 'p' | 'g' | 'standard'
}
const gpu = (
  name: string,
  product: string,
  [count, memoryMib]: [count: number, memoryMib: number],
) => ({ maker: 'NVIDIA', name, product, count, memoryMib })
const p = (
  type: string,
  [vcpus, memoryGi]: [number, number],
  of: MachineType['gpu'],
): MachineType => ({ type, vcpus, memoryGi, family: 'p', ...(of && { gpu: of }) })
const g = (type: string, size: [number, number], of: MachineType['gpu']): MachineType => ({
  ...p(type, size, of),
  family: 'g',
})

export const MACHINES: MachineType[] = [
  p('p4d.24xlarge', [96, 1152], gpu('A100', A100_40, [8, 40_960])),
  p('p4de.24xlarge', [96, 1152], gpu('A100', A100, [8, 81_920])),
  p('p5.48xlarge', [192, 2048], gpu('H100', 'NVIDIA-H100-80GB-HBM3', [8, 81_920])),
  g('g5.xlarge', [4, 16], gpu('A10G', 'NVIDIA-A10G', [1, 24_576])),
  g('g5.12xlarge', [48, 192], gpu('A10G', 'NVIDIA-A10G', [4, 24_576])),
  g('g5.48xlarge', [192, 768], gpu('A10G', 'NVIDIA-A10G', [8, 24_576])),
  g('g6.xlarge', [4, 16], gpu('L4', 'NVIDIA-L4', [1, 23_034])),
  g('g6.12xlarge', [48, 192], gpu('L4', 'NVIDIA-L4', [4, 23_034])),
  g('g6e.xlarge', [4, 32], gpu('L40S', L40S, [1, 46_068])),
  g('g6e.12xlarge', [48, 384], gpu('L40S', L40S, [4, 46_068])),
  { type: 'm7i.4xlarge', vcpus: 16, memoryGi: 64, family: 'standard' },
]
export const machineType = (type: string): MachineType | undefined =>
  MACHINES.find((machine) => machine.type === type)

export const REGION = 'eu-north-1'
export const ZONES = [`${REGION}a`, `${REGION}b`, `${REGION}c`]
/** Where a type is offered: the large ones not everywhere, as in life. */
export const zonesOf = (type: string): string[] =>
  type.startsWith('p') ? ZONES.slice(0, 2) : ZONES

// The simulated account charges what the dated list says, whatever the region.
const CHARGED = new Map(
  list.prices.map(({ instanceType, usdPerHour }) => [instanceType, usdPerHour]),
)
export const usdPerHour = (type: string): number | undefined => CHARGED.get(type)

export const QUOTAS = [
  {
    code: 'L-417A185B',
    name: 'Running On-Demand P instances',
    family: 'p',
    spot: false,
    value: 384,
  },
  {
    code: 'L-DB2E81BA',
    name: 'Running On-Demand G and VT instances',
    family: 'g',
    spot: false,
    value: 256,
  },
  {
    code: 'L-7212CCBC',
    name: 'All P4, P3 and P2 Spot Instance Requests',
    family: 'p',
    spot: true,
    value: 192,
  },
  {
    code: 'L-3819A6DF',
    name: 'All G and VT Spot Instance Requests',
    family: 'g',
    spot: true,
    value: 256,
  },
  {
    code: 'L-1216C47A',
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    family: 'standard',
    spot: false,
    value: 640,
  },
] as const
