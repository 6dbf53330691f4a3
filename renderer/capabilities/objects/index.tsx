export { ObjectInspector, type ObjectInspectorProps } from './ObjectInspector'
export { ObjectSignMark } from './parts/ObjectSignMark'
