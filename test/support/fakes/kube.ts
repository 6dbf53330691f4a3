import { Duplex, Readable, type Writable } from 'node:stream'
import type { z } from 'zod'
import { failure, type Failure } from '../../../preload/contract/failures'
import type { Clock } from '../../../main/kernel/clock'
import { timestamp } from '../../../main/kernel/clock'
import { fail, succeed, type Outcome } from '../../../main/kernel/outcome'
import type {
  AccessAnswer,
  AccessAsk,
  KubeClient,
  KubeObject,
  ListQuery,
  NamespacedKind,
  ObjectMetadata,
  Resource,
  ServedKind,
  WatchItem,
  WriteOptions,
} from '../../../main/platform/kubernetes/types'
import { resourceOf } from '../../../main/capabilities/plans/resources'
import { HandClock } from '../clock'

type Ref = { name: string; namespace?: string | undefined }
type Plain = Record<string, unknown>
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const merged = (before: unknown, patch: unknown): unknown => {
  if (!isPlain(patch)) return patch
  const result: Plain = isPlain(before) ? { ...before } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merged(result[key], value)
  }
  return result
}
const meets = (object: KubeObject, query: ListQuery) => {
  if (query.namespace && object.metadata.namespace !== query.namespace) return false
  if (query.name && object.metadata.name !== query.name) return false
  return (query.labelSelector?.split(',') ?? []).every((part) => {
    const [key = '', value] = part.split('=')
    const has = object.metadata.labels?.[key]
    return value === undefined ? has !== undefined : has === value
  })
}

/** An in-memory cluster behind the client's port: objects with resource versions, dry run, conflicts, ownership and watches. */
export class FakeKube implements KubeClient {
  readonly site: string
  readonly server = 'https://fake.invalid'
  readonly clock: Clock
  /** Long lists are tried on servers, not here. */
  get live(): KubeClient['live'] {
    throw new Error('this cluster has no live lists')
  }
  user = 'ada'
  /** Rights that are refused, as verb plural. */
  readonly forbidden = new Set<string>()
  /** Resources this cluster does not serve, by plural. */
  readonly absent = new Set<string>()
  /** Answers of exec by the first words of the command. */
  readonly commands: Record<string, { exitCode: number; stdout: string }> = {}
  /** Called before every write that is not a dry run; a failure it answers is the server's. */
  onWrite: (verb: string, object: { kind: string; name: string }) => Failure | undefined = () =>
    undefined
  /** Groups of the API that do not answer for themselves. */
  unanswered: string[] = []
  connections: { pod: string; port: number }[] = []
  #objects = new Map<string, { resource: Resource; object: KubeObject }>()
  #version = 0
  #watchers = new Set<() => void>()
  constructor(options: { site?: string; clock?: Clock } = {}) {
    this.site = options.site ?? 'oslo'
    this.clock = options.clock ?? new HandClock()
  }
  #key({ group, plural }: Resource, { name, namespace }: Ref) {
    return `${group}/${plural}/${namespace ?? ''}/${name}`
  }
  #refuse(verb: string, { group, plural }: Resource, namespace?: string): Failure | undefined {
    if (this.absent.has(plural))
      return failure('NOT_FOUND', { kind: 'resource', name: group ? `${plural}.${group}` : plural })
    return this.forbidden.has(`${verb} ${plural}`)
      ? failure('FORBIDDEN', {
          site: this.site,
          verb,
          resource: plural,
          ...(namespace && { namespace }),
          says: `cannot ${verb}`,
          grantedBy: ['mara.lind'],
        })
      : undefined
  }
  #changed() {
    for (const wake of [...this.#watchers]) wake()
  }
  /** Puts an object there as if the cluster itself had made or changed it. */
  put(object: KubeObject): KubeObject {
    const resource = resourceOfAny(object)
    const key = this.#key(resource, object.metadata)
    const before = this.#objects.get(key)?.object
    const stored = structuredClone({
      ...object,
      metadata: {
        uid: before?.metadata.uid ?? `uid-${String(this.#version + 1)}`,
        creationTimestamp: before?.metadata.creationTimestamp ?? timestamp(this.clock.now()),
        ...object.metadata,
        resourceVersion: String(++this.#version),
      },
    })
    this.#objects.set(key, { resource, object: stored })
    this.#changed()
    return stored
  }
  /** All objects of a kind, as they stand. */
  /** Takes an object away as somebody else would. */
  drop(kind: string, name: string): void {
    for (const [key, { object }] of this.#objects)
      if (object.kind === kind && object.metadata.name === name) this.#objects.delete(key)
  }
  all(kind: string): KubeObject[] {
    return [...this.#objects.values()]
      .map(({ object }) => object)
      .filter((object) => object.kind === kind)
  }
  one(kind: string, name: string): KubeObject | undefined {
    return this.all(kind).find(({ metadata }) => metadata.name === name)
  }
  version() {
    return Promise.resolve(succeed({ gitVersion: 'v1.34.0' }))
  }
  offers({ plural }: Resource) {
    return Promise.resolve(succeed(!this.absent.has(plural)))
  }
  whoAmI() {
    return Promise.resolve(succeed({ user: this.user, groups: ['system:authenticated'] }))
  }
  review(asks: AccessAsk[]): Promise<Outcome<AccessAnswer[]>> {
    return Promise.resolve(
      succeed(
        asks.map(({ verb, resource }) =>
          this.forbidden.has(`${verb} ${resource}`) ? 'no' : 'yes',
        ),
      ),
    )
  }
  get<T>(resource: Resource, ref: Ref, parse: z.ZodType<T>): Promise<Outcome<T | undefined>> {
    const refused = this.#refuse('get', resource, ref.namespace)
    if (refused) return Promise.resolve(fail(refused))
    const found = this.#objects.get(this.#key(resource, ref))
    return Promise.resolve(succeed(found && parse.parse(structuredClone(found.object))))
  }
  list<T>(resource: Resource, query: ListQuery, parse: z.ZodType<T>): Promise<Outcome<T[]>> {
    const refused = this.#refuse('list', resource, query.namespace)
    return Promise.resolve(
      refused
        ? fail(refused)
        : succeed(
            this.#matching(resource, query).map((object) => parse.parse(structuredClone(object))),
          ),
    )
  }
  #matching(resource: Resource, query: ListQuery) {
    return [...this.#objects.values()]
      .filter(
        ({ resource: other, object }) =>
          other.group === resource.group &&
          other.plural === resource.plural &&
          meets(object, query),
      )
      .map(({ object }) => object)
  }
  async *watch<T extends { metadata: { name: string; namespace?: string } }>(
    resource: Resource,
    query: ListQuery,
    { parse, signal }: { parse: z.ZodType<T>; signal: AbortSignal },
  ): AsyncIterable<WatchItem<T>> {
    let changed = true
    let wake = () => {}
    const onChange = () => {
      changed = true
      wake()
    }
    this.#watchers.add(onChange)
    signal.addEventListener('abort', onChange, { once: true })
    try {
      while (!signal.aborted) {
        if (!changed)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        if (signal.aborted) return
        changed = false
        yield {
          type: 'reset',
          items: this.#matching(resource, query).map((object) =>
            parse.parse(structuredClone(object)),
          ),
          at: this.clock.now(),
        }
      }
    } finally {
      this.#watchers.delete(onChange)
    }
  }
  #write(
    verb: string,
    resource: Resource,
    object: KubeObject,
    options: WriteOptions | undefined,
  ): Outcome<KubeObject> {
    const refused =
      this.#refuse(verb, resource, object.metadata.namespace) ??
      (options?.dryRun
        ? undefined
        : this.onWrite(verb, { kind: object.kind, name: object.metadata.name }))
    if (refused) return fail(refused)
    const { namespace } = object.metadata
    if (namespace && !this.#objects.has(this.#key(NAMESPACES, { name: namespace })))
      return fail(failure('NOT_FOUND', { kind: 'namespaces', name: namespace }))
    if (options?.dryRun) return succeed(structuredClone(object))
    return succeed(structuredClone(this.put(object)))
  }
  create(resource: Resource, object: KubeObject, options?: WriteOptions) {
    const exists = this.#objects.has(this.#key(resource, object.metadata))
    return Promise.resolve(
      exists
        ? fail(failure('ALREADY_EXISTS', { kind: object.kind, name: object.metadata.name }))
        : this.#write('create', resource, object, options),
    )
  }
  apply(
    resource: Resource,
    object: KubeObject,
    options?: WriteOptions & { uid?: string | undefined },
  ) {
    const before = this.#objects.get(this.#key(resource, object.metadata))?.object
    if (options?.uid !== undefined && before?.metadata.uid !== options.uid)
      return Promise.resolve(fail(conflict(object)))
    // As a real API server has it: applying is a patch, and one of something new is a creation besides.
    const refused = before ? undefined : this.#refuse('create', resource, object.metadata.namespace)
    return Promise.resolve(
      refused
        ? fail(refused)
        : this.#write('patch', resource, merged(before, object) as KubeObject, options),
    )
  }
  replace(resource: Resource, object: KubeObject, options?: WriteOptions) {
    const before = this.#objects.get(this.#key(resource, object.metadata))?.object
    if (!before)
      return Promise.resolve(
        fail(failure('NOT_FOUND', { kind: object.kind, name: object.metadata.name })),
      )
    if (
      object.metadata.resourceVersion !== undefined &&
      object.metadata.resourceVersion !== before.metadata.resourceVersion
    )
      return Promise.resolve(fail(conflict(object)))
    const status = options?.subresource === 'status' ? object['status'] : before['status']
    return Promise.resolve(
      this.#write(
        'update',
        resource,
        { ...object, ...(status !== undefined && { status }) },
        options,
      ),
    )
  }
  mergePatch(resource: Resource, ref: Ref, patch: { body: unknown } & WriteOptions) {
    const before = this.#objects.get(this.#key(resource, ref))?.object
    if (!before)
      return Promise.resolve(fail(failure('NOT_FOUND', { kind: resource.plural, name: ref.name })))
    const said =
      isPlain(patch.body) && isPlain(patch.body['metadata']) ? patch.body['metadata'] : {}
    for (const field of ['resourceVersion', 'uid'] as const)
      if (said[field] !== undefined && said[field] !== before.metadata[field])
        return Promise.resolve(fail(conflict(before)))
    return Promise.resolve(
      this.#write('patch', resource, merged(before, patch.body) as KubeObject, patch),
    )
  }
  remove(
    resource: Resource,
    ref: Ref & { uid?: string | undefined },
    options?: WriteOptions,
  ): Promise<Outcome<void>> {
    const refused = this.#refuse('delete', resource, ref.namespace)
    const found = this.#objects.get(this.#key(resource, ref))
    if (refused ?? !found)
      return Promise.resolve(
        fail(refused ?? failure('NOT_FOUND', { kind: resource.plural, name: ref.name })),
      )
    // As a real API server has it: a precondition that does not hold changes nothing.
    if (ref.uid !== undefined && found && found.object.metadata.uid !== ref.uid)
      return Promise.resolve(fail(conflict(found.object)))
    if (!options?.dryRun && found) this.#collect(resource, found.object)
    return Promise.resolve(succeed(undefined))
  }
  #collect(resource: Resource, object: KubeObject) {
    this.#objects.delete(this.#key(resource, object.metadata))
    const owned = [...this.#objects.values()].filter(
      ({ object: other }) =>
        other.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid) ||
        (object.kind === 'Namespace' && other.metadata.namespace === object.metadata.name),
    )
    for (const { resource: its, object: other } of owned) this.#collect(its, other)
    this.#changed()
  }
  logs() {
    return Promise.resolve(succeed(Readable.from(['a line\n'])))
  }
  exec(
    _pod: { namespace: string; name: string },
    command: string[],
    streams: { stdout: Writable; stderr: Writable },
  ): Promise<Outcome<{ exitCode: number }>> {
    const line = command.join(' ')
    const known = Object.entries(this.commands).find(([beginning]) =>
      line.includes(beginning),
    )?.[1] ?? { exitCode: 127, stdout: '' }
    streams.stdout.end(known.stdout)
    streams.stderr.end()
    return Promise.resolve(succeed({ exitCode: known.exitCode }))
  }
  connect(pod: { namespace: string; name: string }, port: number): Promise<Outcome<Duplex>> {
    this.connections.push({ pod: pod.name, port })
    const page = `HTTP/1.1 200 OK\r\nContent-Length: ${String(pod.name.length)}\r\nConnection: close\r\n\r\n${pod.name}`
    const duplex: Duplex = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        duplex.push(page)
        duplex.push(null)
        done()
      },
      final(done) {
        done()
      },
    })
    return Promise.resolve(succeed(duplex))
  }
  kindAt(of: { apiVersion: string; kind: string }): Promise<Outcome<ServedKind | undefined>> {
    const resource = resourceOfAny({ ...of, metadata: { name: '' } })
    return Promise.resolve(
      succeed(
        this.absent.has(resource.plural)
          ? undefined
          : { resource, namespaced: true, subresources: [] },
      ),
    )
  }
  /** The kinds of what stands there, and the few that every cluster has. */
  namespacedKinds(): Promise<Outcome<{ kinds: NamespacedKind[]; unanswered: string[] }>> {
    const known = [
      ...['ConfigMap', 'Secret', 'ServiceAccount', 'Pod', 'Service', 'Event'].map((kind) => ({
        apiVersion: 'v1',
        kind,
      })),
      ...[...this.#objects.values()]
        .map(({ object }) => object)
        .filter(({ metadata }) => metadata.namespace !== undefined),
    ]
    const kinds = known.map(({ apiVersion, kind }) => ({
      apiVersion,
      kind,
      resource: resourceOfAny({ apiVersion, kind, metadata: { name: '' } }),
    }))
    return Promise.resolve(
      succeed({
        kinds: [...new Map(kinds.map((one) => [`${one.apiVersion}/${one.kind}`, one])).values()],
        unanswered: this.unanswered,
      }),
    )
  }
  metadataOf(
    resource: Resource,
    { namespace }: { namespace: string; most: number },
  ): Promise<Outcome<{ items: ObjectMetadata[]; more: boolean }>> {
    const refused = this.#refuse('list', resource, namespace)
    if (refused) return Promise.resolve(fail(refused))
    const items = this.#matching(resource, { namespace }).map(({ metadata }) => ({
      metadata: {
        name: metadata.name,
        uid: metadata.uid ?? '',
        labels: metadata.labels ?? {},
        annotations: metadata.annotations ?? {},
        ownerReferences: metadata.ownerReferences ?? [],
      },
    }))
    return Promise.resolve(succeed({ items, more: false }))
  }
  throughService(service: { name: string }): Promise<Outcome<string>> {
    return Promise.resolve(fail(failure('NOT_FOUND', { kind: 'services', name: service.name })))
  }
  reconnect() {}
  close() {
    for (const wake of [...this.#watchers]) wake()
  }
}

const NAMESPACES: Resource = { group: '', version: 'v1', plural: 'namespaces' }
const conflict = (object: KubeObject) =>
  failure('CONFLICT', {
    kind: object.kind,
    name: object.metadata.name,
    theirs: 'somebody else',
    resourceVersion: '',
    fields: [],
  })
const EXTRA: Record<string, string> = {
  Node: 'nodes',
  Event: 'events',
  PersistentVolume: 'persistentvolumes',
  StorageClass: 'storageclasses',
  VolumeSnapshotClass: 'volumesnapshotclasses',
  Workload: 'workloads',
  ClusterQueue: 'clusterqueues',
  LocalQueue: 'localqueues',
  Job: 'jobs',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
}
function resourceOfAny(object: KubeObject): Resource {
  const plural = EXTRA[object.kind]
  const [group, version] = object.apiVersion.includes('/')
    ? (object.apiVersion.split('/') as [string, string])
    : ['', object.apiVersion]
  return plural ? { group, version, plural } : resourceOf(object)
}
