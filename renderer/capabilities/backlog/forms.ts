import { ItemDescription, ItemOwner, WaiverReason } from '../../../preload/contract/catalog'
import { defineForm, textField } from '../../design'

export const waiverForm = defineForm({
  id: 'backlog.waiver',
  fields: { reason: textField(WaiverReason) },
  example: { reason: 'agreed with Risk on Monday' },
})
export const describeForm = defineForm({
  id: 'backlog.describe',
  fields: { owner: textField(ItemOwner), description: textField(ItemDescription) },
  example: { owner: 'mara.lind', description: 'What the model decides' },
})
