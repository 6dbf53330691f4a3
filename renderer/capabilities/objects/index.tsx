export { ObjectInspector, type ObjectInspectorProps } from './ObjectInspector'
export { GpuUsePanel } from './parts/GpuUsePanel'
export { ObjectSignMark } from './parts/ObjectSignMark'
