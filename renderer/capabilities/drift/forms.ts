import { BundleName, FilePath, VerdictNote } from '../../../preload/contract/drift-review'
import { defineForm, textField } from '../../design'
import { orNothing } from '../../../preload/contract/inputs'

export const verdictForm = defineForm({
  id: 'drift.verdict',
  fields: { note: textField(VerdictNote) },
  example: { note: 'A new branch opened' },
})
export const openBundleForm = defineForm({
  id: 'drift.open-bundle',
  fields: { path: textField(FilePath) },
  example: { path: '/home/you/review.takt' },
})
export const saveBundleForm = defineForm({
  id: 'drift.save-bundle',
  fields: { name: textField(BundleName), path: textField(orNothing(FilePath)) },
  example: { name: 'review.takt', path: '' },
})
