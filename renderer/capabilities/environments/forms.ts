import {
  EnvironmentReplicas,
  ProtectedHours,
  WorkspaceGi,
  type Draft,
} from '../../../preload/contract/projects'
import { defineForm, numberField, textField, type Typed } from '../../design'

/** What step 2 of the wizard is typed into. */
export const machineForm = defineForm({
  id: 'environments.machine',
  fields: {
    replicas: numberField(EnvironmentReplicas),
    protectedHours: textField(ProtectedHours),
    workspaceGi: numberField(WorkspaceGi),
  },
  example: { replicas: '2', protectedHours: 'Mon to Fri 08:00 to 18:00', workspaceGi: '200' },
})
export type MachineTyped = Typed<typeof machineForm.fields>
export const typedOfMachine = ({
  replicas,
  protectedHours = '',
  workspaceGi,
}: Draft): MachineTyped => ({
  replicas: String(replicas),
  protectedHours,
  workspaceGi: String(workspaceGi),
})
