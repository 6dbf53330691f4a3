import { KubeconfigPath, Person } from '../../../preload/contract/system'
import { defineForm, textField } from '../../design'

export const personForm = defineForm({
  id: 'settings.person',
  fields: { person: textField(Person) },
  example: { person: 'Mara Lind' },
})
export const kubeconfigForm = defineForm({
  id: 'settings.kubeconfig',
  fields: { path: textField(KubeconfigPath) },
  example: { path: '/home/you/.kube/other.yaml' },
})
