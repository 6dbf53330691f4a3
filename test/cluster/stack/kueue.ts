import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { applyAll, readManifests, type Manifest } from './manifests'
import { folderOf } from './found'
import type { Plane } from './plane'
import { freePorts, until, type Server } from './servers'

export type WorkloadSet = 'jobset' | 'pytorchjob' | 'trainjob'
export interface KueueOptions {
  /** Kinds beside Job that Kueue queues; their definitions are installed. */
  workloads?: WorkloadSet[]
  /** Positions in the queue by an aggregated API, as `kubectl get --raw /apis/visibility.kueue.x-k8s.io/...` reads them. */
  visibility?: boolean
}
export interface Kueue {
  server: Server
  ports: { webhook: number; health: number; visibility: number }
}

const NAMESPACE = 'kueue-system'
const FRAMEWORKS: Record<WorkloadSet, string> = {
  jobset: 'jobset.x-k8s.io/jobset',
  pytorchjob: 'kubeflow.org/pytorchjob',
  trainjob: 'trainer.kubeflow.org/trainjob',
}
// Only these have Go conversions; a conversion webhook on any other kind breaks it.
const CONVERTED = ['localqueues', 'clusterqueues', 'cohorts', 'workloads', 'multikueueclusters']

const base64 = (text: string): string => Buffer.from(text).toString('base64')
export const definitionsOf = (set: WorkloadSet | 'kueue' | 'kueue-webhooks'): Manifest[] =>
  readManifests(join(folderOf('kueue'), 'definitions', set))

interface Definition extends Manifest {
  spec: { names: { plural: string }; conversion?: object }
}

function converting(manifest: Manifest, clientConfig: object): Manifest {
  const definition = manifest as Definition
  if (!CONVERTED.includes(definition.spec.names.plural)) return manifest
  return {
    ...definition,
    spec: {
      ...definition.spec,
      conversion: {
        strategy: 'Webhook',
        webhook: { clientConfig, conversionReviewVersions: ['v1'] },
      },
    },
  }
}

interface Webhooks extends Manifest {
  webhooks: {
    clientConfig: { service?: { path?: string } }
    rules: { apiGroups: string[]; resources: string[] }[]
  }[]
}

/** Points each webhook at the process on loopback; the ones for kinds that are not queued here are left out. */
function webhooksAt(
  manifest: Manifest,
  at: { port: number; caBundle: string; groups: string[] },
): Manifest {
  const { webhooks, ...rest } = manifest as Webhooks
  const own = webhooks.filter(({ rules }) =>
    rules.some(({ apiGroups }) => apiGroups.some((group) => at.groups.includes(group))),
  )
  return {
    ...rest,
    metadata: { ...rest.metadata, name: `kueue-${rest.metadata.name}` },
    webhooks: own.map(({ clientConfig, ...webhook }) => ({
      ...webhook,
      clientConfig: {
        url: `https://127.0.0.1:${at.port}${clientConfig.service?.path ?? ''}`,
        caBundle: at.caBundle,
      },
    })),
  }
}

const settings = (
  ports: Kueue['ports'],
  { workloads = [], visibility = false }: KueueOptions,
): string =>
  stringify({
    apiVersion: 'config.kueue.x-k8s.io/v1beta2',
    kind: 'Configuration',
    health: { healthProbeBindAddress: `127.0.0.1:${ports.health}` },
    metrics: { bindAddress: '0' },
    webhook: { host: '127.0.0.1', port: ports.webhook, certDir: 'certificates' },
    internalCertManagement: { enable: false },
    leaderElection: { leaderElect: false },
    clientConnection: { qps: 300, burst: 500 },
    featureGates: { VisibilityOnDemand: visibility },
    integrations: { frameworks: ['batch/job', ...workloads.map((each) => FRAMEWORKS[each])] },
    // A remote site that was away is tried again soon, and what was left there is swept soon.
    multiKueue: { gcInterval: '10s', workerLostTimeout: '60s' },
  })

function visibilityObjects(port: number): Manifest[] {
  const service: Manifest = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'visibility-server', namespace: NAMESPACE },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  }
  const served = ['v1beta1', 'v1beta2'].map((version): Manifest => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.visibility.kueue.x-k8s.io` },
    spec: {
      group: 'visibility.kueue.x-k8s.io',
      version,
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: 'visibility-server', namespace: NAMESPACE, port },
    },
  }))
  return [service, ...served]
}

/** Installs Kueue 0.15 on a plane and runs it beside it; it ends with the plane. */
export async function startKueue(plane: Plane, options: KueueOptions = {}): Promise<Kueue> {
  const binaries = folderOf('kueue')
  const [webhook = 0, health = 0, visibility = 0] = await freePorts(3)
  const ports = { webhook, health, visibility }
  const folder = join(plane.folder, 'kueue')
  mkdirSync(join(folder, 'certificates'), { recursive: true })
  copyFileSync(join(plane.folder, 'server.crt'), join(folder, 'certificates', 'tls.crt'))
  copyFileSync(join(plane.folder, 'server.key'), join(folder, 'certificates', 'tls.key'))
  writeFileSync(join(folder, 'settings.yaml'), settings(ports, options))
  const caBundle = base64(plane.authority)
  const conversion = { url: `https://127.0.0.1:${webhook}/convert`, caBundle }
  const workloads = options.workloads ?? []
  await applyAll(plane.admin, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...workloads.flatMap(definitionsOf),
    ...definitionsOf('kueue').map((each) => converting(each, conversion)),
  ])
  const server = await plane.run({
    name: 'kueue',
    binary: join(binaries, 'kueue'),
    args: ['--config=settings.yaml'],
    folder,
    env: {
      KUBECONFIG: plane.kubeconfigPath,
      POD_NAMESPACE: NAMESPACE,
      VISIBILITY_PORT: String(visibility),
    },
    isReady: async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).ok,
  })
  const groups = [
    'batch',
    'kueue.x-k8s.io',
    ...workloads.map((each) => FRAMEWORKS[each].split('/')[0] ?? ''),
  ]
  await applyAll(
    plane.admin,
    definitionsOf('kueue-webhooks').map((each) =>
      webhooksAt(each, { port: webhook, caBundle, groups }),
    ),
  )
  if (options.visibility) await serveVisibility(plane, visibility)
  return { server, ports }
}

async function serveVisibility(plane: Plane, port: number): Promise<void> {
  await applyAll(plane.admin, visibilityObjects(port))
  await until(
    async () => (await plane.admin.call('/apis/visibility.kueue.x-k8s.io/v1beta2')).status === 200,
    { seconds: 60, why: () => 'the visibility of queues was not served within 60 s' },
  )
}

/** Makes a second plane with Kueue known to the first: what the admission check of this name admits runs there. Answers when the sites see each other. */
export async function joinMultiKueue(
  from: Plane,
  to: Plane,
  { name, check = 'multikueue' }: { name: string; check?: string },
): Promise<void> {
  const queue = (kind: string, called: string, spec: object): Manifest => ({
    apiVersion: 'kueue.x-k8s.io/v1beta2',
    kind,
    metadata: { name: called },
    spec,
  })
  const secret = `${name}-kubeconfig`
  await applyAll(from.admin, [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secret, namespace: NAMESPACE },
      data: { kubeconfig: base64(to.adminKubeconfig) },
    },
    queue('MultiKueueCluster', name, {
      clusterSource: { kubeConfig: { locationType: 'Secret', location: secret } },
    }),
    queue('MultiKueueConfig', check, { clusters: [name] }),
    queue('AdmissionCheck', check, {
      controllerName: 'kueue.x-k8s.io/multikueue',
      parameters: { apiGroup: 'kueue.x-k8s.io', kind: 'MultiKueueConfig', name: check },
    }),
  ])
  await untilActive(from, `/apis/kueue.x-k8s.io/v1beta2/multikueueclusters/${name}`)
  await untilActive(from, `/apis/kueue.x-k8s.io/v1beta2/admissionchecks/${check}`)
}

async function untilActive(plane: Plane, path: string): Promise<void> {
  interface Conditions {
    status?: { conditions?: { type: string; status: string; message: string }[] }
  }
  let seen: Conditions = {}
  await until(
    async () => {
      seen = await plane.admin.ask<Conditions>(path)
      return (
        seen.status?.conditions?.some(
          ({ type, status }) => type === 'Active' && status === 'True',
        ) ?? false
      )
    },
    { seconds: 60, why: () => `${path} did not become active: ${JSON.stringify(seen.status)}` },
  )
}
