export type { GpuUsePorts } from './ports'
export { GpuUseService } from './service'
