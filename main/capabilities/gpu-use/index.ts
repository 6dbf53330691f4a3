export type { LoadAsk, PodLoad } from './pod-load'
export type { GpuUsePorts } from './ports'
export { GpuUseService } from './service'
