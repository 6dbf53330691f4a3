import { definitionOf, integer, list, open, shape, text, time } from './schema'

const moment = { reason: text(), message: text() }
const containerState = shape({
  running: shape({ startedAt: time() }),
  waiting: shape(moment),
  terminated: shape({
    ...moment,
    containerID: text(),
    exitCode: integer(),
    finishedAt: time(),
    signal: integer(),
    startedAt: time(),
  }),
})

/** Kubeflow's Notebook. */
export const notebookDefinition = () =>
  definitionOf({
    group: 'kubeflow.org',
    versions: ['v1', 'v1beta1', 'v1alpha1'],
    kind: 'Notebook',
    plural: 'notebooks',
    singular: 'notebook',
    scope: 'Namespaced',
    properties: {
      spec: shape({
        template: shape({ spec: { ...open(), properties: { containers: list(open()) } } }),
      }),
      status: shape(
        {
          conditions: list(
            shape(
              {
                type: text(),
                status: text(),
                reason: text(),
                message: text(),
                lastProbeTime: time(),
                lastTransitionTime: time(),
              },
              ['type'],
            ),
          ),
          readyReplicas: integer({ format: 'int32' }),
          containerState,
        },
        ['conditions', 'containerState', 'readyReplicas'],
      ),
    },
    columns: [],
  })
