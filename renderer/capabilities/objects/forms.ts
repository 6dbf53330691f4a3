import { LocalPort, Replicas } from '../../../preload/contract/objects'
import { defineForm, maybeNumberField, numberField } from '../../design'

export const scaleForm = defineForm({
  id: 'objects.scale',
  fields: { replicas: numberField(Replicas) },
  example: { replicas: '3' },
})
export const forwardForm = defineForm({
  id: 'objects.forward',
  fields: { localPort: maybeNumberField(LocalPort) },
  example: { localPort: '8080' },
})
