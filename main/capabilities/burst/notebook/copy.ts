import { LABEL, type Manifest } from '../../../kernel/manifest'
import { podSecurityLabels } from '../../../kernel/pod-security'
import { volumeManifests, workloadManifests, type Workload } from '../../environments'
import type { NotebookMoveInput } from './input'

const workloadOf = ({ namespace, name, copy }: NotebookMoveInput): Workload => ({
  namespace,
  name,
  spec: copy.spec,
  kind: copy.workload,
  data: copy.data,
})
/** What the copy stands on: its namespace where there is none, and its empty volume. */
export const groundOf = (input: NotebookMoveInput): Manifest[] => [
  ...(input.copy.makesNamespace
    ? [
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: input.namespace,
            labels: {
              [LABEL.managedBy]: 'takt',
              [LABEL.project]: input.copy.spec.project,
              ...podSecurityLabels(),
            },
          },
        },
      ]
    : []),
  ...volumeManifests(workloadOf(input)),
]
export const copyOf = (input: NotebookMoveInput): Manifest[] => workloadManifests(workloadOf(input))
/** The same by name: a return knows only these, and takes only what the run of the move made. */
export function namesOf({
  namespace,
  name,
  workload,
}: {
  namespace: string
  name: string
  workload: 'Notebook' | 'StatefulSet'
}): Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>[] {
  const metadata = { namespace, name }
  return workload === 'Notebook'
    ? [{ apiVersion: 'kubeflow.org/v1', kind: workload, metadata }]
    : [
        { apiVersion: 'v1', kind: 'Service', metadata },
        { apiVersion: 'apps/v1', kind: workload, metadata },
      ]
}
