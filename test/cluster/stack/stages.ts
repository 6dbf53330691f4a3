/** How long the pods of a job run before they end well, as a duration such as 90s; without it they end at once. */
export const RUNS_FOR = 'takt.dev/test-runs-for'
/** Set on a pod to let it fail with this exit code instead, as a crash or a spot interruption would. */
export const FAILS_WITH = 'takt.dev/test-fails-with'

const running = [
  '{{ $now := Now }}',
  'conditions:',
  ...['Initialized', 'Ready', 'ContainersReady'].map(
    (type) => `- { type: ${type}, status: "True", lastTransitionTime: {{ $now | Quote }} }`,
  ),
  'containerStatuses:',
  '{{ range .spec.containers }}',
  '- name: {{ .name | Quote }}',
  '  image: {{ .image | Quote }}',
  '  ready: true',
  '  restartCount: 0',
  '  state: { running: { startedAt: {{ $now | Quote }} } }',
  '{{ end }}',
  'hostIP: {{ NodeIPWith .spec.nodeName | Quote }}',
  'podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}',
  'phase: Running',
  'startTime: {{ $now | Quote }}',
].join('\n')

const ended = (phase: 'Succeeded' | 'Failed', exitCode: string, reason: string): string =>
  [
    '{{ $now := Now }}',
    '{{ $started := .status.startTime }}',
    'conditions:',
    ...['Ready', 'ContainersReady'].map(
      (type) =>
        `- { type: ${type}, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now | Quote }} }`,
    ),
    'containerStatuses:',
    '{{ $pod := . }}',
    '{{ range .spec.containers }}',
    '- name: {{ .name | Quote }}',
    '  image: {{ .image | Quote }}',
    '  ready: false',
    '  restartCount: 0',
    `  state: { terminated: { exitCode: ${exitCode}, reason: ${reason}, startedAt: {{ $started | Quote }}, finishedAt: {{ $now | Quote }} } }`,
    '{{ end }}',
    `phase: ${phase}`,
  ].join('\n')

const is = (
  key: string,
  operator: 'In' | 'Exists' | 'DoesNotExist',
  values?: string[],
): object => ({ key, operator, ...(values && { values }) })
const alive = is('.metadata.deletionTimestamp', 'DoesNotExist')
const isRunning = is('.status.phase', 'In', ['Running'])
const ofJob = is('.metadata.ownerReferences.[].kind', 'In', ['Job'])
const annotation = (name: string): string => `.metadata.annotations["${name}"]`
const stage = (
  name: string,
  spec: { when: object[]; next: object; delay?: object },
): { name: string; spec: object } => ({
  name,
  spec: {
    resourceRef: { apiGroup: 'v1', kind: 'Pod' },
    selector: { matchExpressions: spec.when },
    ...(spec.delay && { delay: spec.delay }),
    next: spec.next,
  },
})

/** The life of a simulated pod: runs once it is bound, ends by itself when a job made it, and goes when it is deleted. */
export const podStages = [
  stage('pod-runs', {
    when: [alive, is('.status.podIP', 'DoesNotExist')],
    next: { statusTemplate: running },
  }),
  stage('pod-fails', {
    when: [alive, isRunning, is(annotation(FAILS_WITH), 'Exists')],
    next: {
      statusTemplate: ended(
        'Failed',
        `{{ index $pod.metadata.annotations "${FAILS_WITH}" }}`,
        'Error',
      ),
    },
  }),
  stage('pod-ends', {
    when: [alive, isRunning, ofJob, is(annotation(FAILS_WITH), 'DoesNotExist')],
    delay: { durationMilliseconds: 0, durationFrom: { expressionFrom: annotation(RUNS_FOR) } },
    next: { statusTemplate: ended('Succeeded', '0', 'Completed') },
  }),
  stage('pod-goes', {
    when: [is('.metadata.deletionTimestamp', 'Exists')],
    next: { finalizers: { empty: true }, delete: true },
  }),
]
