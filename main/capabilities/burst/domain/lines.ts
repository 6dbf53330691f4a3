import {
  isObject,
  kindOf,
  listAt,
  objectAt,
  podSetsOf,
  textAt,
  type Json,
  type JsonObject,
  type ManifestKind,
  type Path,
} from './movable'

export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name'
const GPU_LABEL = 'nvidia.com/gpu.product'
/** Says which of several URIs is the data of a workload. */
export const DATA_ANNOTATION = 'takt.dev/data-uri'

/** One place in a manifest that a move changes. `part` is what of the value is exchanged. */
export interface Place {
  what: 'queue' | 'data' | 'gpu'
  path: Path
  value: string
  part: string
}
export interface Problem {
  path: Path
  says: string
  remedy: string
}
export interface Read {
  kind: ManifestKind
  name: string
  queue: string
  dataUri: string | undefined
  places: Place[]
}

const URI = /(?:s3a?|lakefs|hf|gs|nfs|pvc|minio|hdfs|abfss?):\/\/[^\s"'`,;]+/
/** What a workload writes is not what it reads. */
const WRITTEN =
  /check ?-?_?point|output|result|artifact|log|save|export|model[-_]?(dir|uri|path)|registry/i

/** The queue and the data of a manifest and where they stand, or every reason why it cannot be read. */
export function readLines(object: JsonObject): { read: Read } | { problems: Problem[] } {
  const kind = kindOf(object)
  const named = textAt(object, 'kind')
  if (!kind) {
    return {
      problems: [
        {
          path: ['kind'],
          says:
            named === undefined
              ? 'it has no kind'
              : `${named} (${textAt(object, 'apiVersion') ?? 'no apiVersion'}) is no kind that can move`,
          remedy: 'Jobs, TrainJobs, PyTorchJobs, Kubeflow pipelines and plain Pods can.',
        },
      ],
    }
  }
  const queues = queuePlaces(object, kind)
  const data = dataPlaces(object, kind)
  const problems = [...queueProblems(object, { kind, queues }), ...dataProblems(data)]
  if (problems.length > 0) return { problems }
  const [queue] = queues
  const gpu = podSetsOf(object, kind).flatMap(({ path, spec }): Place[] => {
    const value = textAt(spec, 'nodeSelector', GPU_LABEL)
    return value === undefined
      ? []
      : [{ what: 'gpu', path: [...path, 'nodeSelector', GPU_LABEL], value, part: value }]
  })
  const name =
    textAt(object, 'metadata', 'name') ??
    textAt(object, 'metadata', 'generateName') ??
    textAt(object, 'pipelineInfo', 'name') ??
    ''
  return {
    read: {
      kind,
      name,
      queue: queue?.value ?? '',
      dataUri: data[0]?.part,
      places: [...queues, ...data, ...gpu],
    },
  }
}

const LABELS: Record<ManifestKind, (object: JsonObject) => string[][]> = {
  Job: () => [['metadata']],
  TrainJob: () => [['metadata']],
  PyTorchJob: () => [['metadata']],
  Pod: () => [['metadata']],
  PodTemplate: () => [['template', 'metadata']],
  Workflow: (object) => [
    ['metadata'],
    ['spec', 'podMetadata'],
    ...listAt(object, 'spec', 'templates').map((_template, index) => [
      'spec',
      'templates',
      String(index),
      'metadata',
    ]),
  ],
  Pipeline: (object) =>
    Object.keys(objectAt(object, 'platforms', 'kubernetes', 'deploymentSpec', 'executors')).map(
      (executor) => [
        'platforms',
        'kubernetes',
        'deploymentSpec',
        'executors',
        executor,
        'podMetadata',
      ],
    ),
}

function queuePlaces(object: JsonObject, kind: ManifestKind): Place[] {
  return LABELS[kind](object).flatMap((path): Place[] => {
    const value = textAt(into(object, path), 'labels', QUEUE_LABEL)
    return value === undefined
      ? []
      : [{ what: 'queue', path: [...path.map(asIndex), 'labels', QUEUE_LABEL], value, part: value }]
  })
}
const asIndex = (key: string) => (/^\d+$/.test(key) ? Number(key) : key)
const into = (object: Json | undefined, path: readonly (string | number)[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (at, key) => (Array.isArray(at) ? at[Number(key)] : isObject(at) ? at[String(key)] : undefined),
    object,
  )

function queueProblems(
  object: JsonObject,
  { kind, queues }: { kind: ManifestKind; queues: Place[] },
): Problem[] {
  const different = new Set(queues.map(({ value }) => value))
  if (different.size > 1)
    return queues.map(({ path, value }) => ({
      path,
      says: `one workload names several queues, here ${value}`,
      remedy: 'Give all its pods one queue.',
    }))
  if (queues.length > 0) return []
  const [metadata = ['metadata']] = LABELS[kind](object)
  const labels = objectAt(object, ...metadata.map(String), 'labels')
  return [
    {
      path: Object.keys(labels).length > 0 ? [...metadata, 'labels'] : metadata,
      says: `it has no label ${QUEUE_LABEL}`,
      remedy: `Add the label ${QUEUE_LABEL} with the name of its queue.`,
    },
  ]
}

/** Every place where the data of a workload stands; only the marked URI where one is marked. */
function dataPlaces(object: JsonObject, kind: ManifestKind): Place[] {
  const marked = textAt(object, 'metadata', 'annotations', DATA_ANNOTATION)
  const found = [
    ...named(object, kind),
    ...podSetsOf(object, kind).flatMap((set) => containerPlaces(set.path, set.spec, kind)),
  ]
  const places = marked === undefined ? found : found.filter(({ part }) => part === marked)
  return [
    ...(marked === undefined
      ? []
      : [
          {
            what: 'data' as const,
            path: ['metadata', 'annotations', DATA_ANNOTATION],
            value: marked,
            part: marked,
          },
        ]),
    ...places,
  ]
}

function named(object: JsonObject, kind: ManifestKind): Place[] {
  if (kind === 'TrainJob')
    return place(
      ['spec', 'initializer', 'dataset', 'storageUri'],
      textAt(object, 'spec', 'initializer', 'dataset', 'storageUri'),
      'dataset',
    )
  if (kind === 'Workflow')
    return listAt(object, 'spec', 'arguments', 'parameters').flatMap((parameter, index) =>
      place(
        ['spec', 'arguments', 'parameters', index, 'value'],
        textAt(parameter, 'value'),
        textAt(parameter, 'name') ?? '',
      ),
    )
  if (kind !== 'Pipeline') return []
  return Object.entries(objectAt(object, 'root', 'inputDefinitions', 'parameters')).flatMap(
    ([name, parameter]) =>
      place(
        ['root', 'inputDefinitions', 'parameters', name, 'defaultValue'],
        textAt(parameter, 'defaultValue'),
        name,
      ),
  )
}

function place(path: Path, value: string | undefined, name: string): Place[] {
  const part = value === undefined || WRITTEN.test(name) ? undefined : URI.exec(value)?.[0]
  return part === undefined || value === undefined ? [] : [{ what: 'data', path, value, part }]
}

function containerPlaces(base: Path, spec: JsonObject, kind: ManifestKind): Place[] {
  return listAt(spec, 'containers').flatMap((container, index) => {
    const own = containerPath(base, container, { index, kind, spec })
    const env = listAt(container, 'env').flatMap((variable, nth) =>
      place(
        [...own, 'env', nth, 'value'],
        textAt(variable, 'value'),
        textAt(variable, 'name') ?? '',
      ),
    )
    const words = ['command', 'args'].flatMap((field) => {
      const list = listAt(container, field)
      return list.flatMap((word, nth) =>
        typeof word === 'string'
          ? place([...own, field, nth], word, nameOfArgument(list, nth))
          : [],
      )
    })
    return [...env, ...words]
  })
}
/** Where the container itself stands: a Workflow's template and a pipeline's executor hold one, a TrainJob's trainer is one. */
function containerPath(
  base: Path,
  container: Json,
  { index, kind, spec }: { index: number; kind: ManifestKind; spec: JsonObject },
): Path {
  if (kind === 'TrainJob') return base
  if (kind === 'Workflow')
    return [...base, spec['container'] === container ? 'container' : 'script']
  return kind === 'Pipeline' ? [...base, 'container'] : [...base, 'containers', index]
}
/** `--output=s3://…` and `--output s3://…` both name what they are. */
function nameOfArgument(words: Json[], index: number): string {
  const [word, before] = [words[index], words[index - 1]]
  const own = typeof word === 'string' ? /^(-{0,2}[\w.-]+)=/.exec(word)?.[1] : undefined
  return own ?? (typeof before === 'string' && before.startsWith('-') ? before : '')
}

function dataProblems(places: Place[]): Problem[] {
  const uris = new Set(places.map(({ part }) => part))
  if (uris.size <= 1) return []
  return places.map(({ path, part }) => ({
    path,
    says: `it reads from several places, here ${part}`,
    remedy: `Say which one is its data with the annotation ${DATA_ANNOTATION}.`,
  }))
}

const [HOME, AWAY] = ['-onprem', '-burst']
/** The queue on the other side: x-onprem becomes x-burst, any other x becomes x-burst too. */
export const burstQueue = (queue: string): string =>
  queue.endsWith(AWAY)
    ? queue
    : `${queue.endsWith(HOME) ? queue.slice(0, -HOME.length) : queue}${AWAY}`
/** The queue at home of a burst queue, where no original says it. */
export const homeQueue = (queue: string): string =>
  queue.endsWith(AWAY) ? queue.slice(0, -AWAY.length) : queue

/** Where data lies on the other side unless whoever ships it says otherwise: its name and version under one bucket. */
export function burstUri(uri: string, bucket = 'takt-burst'): string {
  const [, scheme = '', rest = ''] = /^(\w+):\/\/(.*)$/.exec(uri) ?? []
  if (scheme === 's3' && rest.startsWith(`${bucket}/`)) return uri
  const [repository = '', ...more] = rest.split('/')
  const version = more.join('/').replace(/^[^@/]*@/, '')
  return `s3://${bucket}/${repository}/${version}`.replace(/\/+$/, '')
}

/** What a move writes at each place. */
export interface Exchange {
  queue: string
  dataUri: string | undefined
  gpuProduct: string | undefined
}
export const exchanged = ({ what, value, part }: Place, to: Exchange): string => {
  if (what === 'queue') return to.queue
  if (what === 'gpu') return to.gpuProduct ?? value
  return to.dataUri === undefined ? value : value.replace(part, to.dataUri)
}

/** The same object with its places exchanged. */
export function withExchange(
  object: JsonObject,
  places: readonly Place[],
  to: Exchange,
): JsonObject {
  const copy = structuredClone(object)
  for (const one of places) {
    const parent = into(copy, one.path.slice(0, -1))
    const key = one.path.at(-1)
    if (Array.isArray(parent)) parent[Number(key)] = exchanged(one, to)
    else if (isObject(parent)) parent[String(key)] = exchanged(one, to)
  }
  return copy
}
