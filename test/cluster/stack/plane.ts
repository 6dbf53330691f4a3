import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  apiServerArguments,
  controllersArguments,
  etcdArguments,
  nodesArguments,
  schedulerArguments,
  type Site,
} from './arguments'
import {
  makeAuthority,
  type Authority,
  type KeyPair,
  type Subject,
} from '../../../main/plant/authority'
import { Client } from './client'
import { kubeconfig } from './kubeconfig'
import { applyAll, parseManifests, readManifests, type Manifest } from './manifests'
import { gpuNodes, nodesSettings, type GpuNodes } from './nodes'
import { freePorts, makeGuard, Server, type Program } from './servers'
import { makeTokenKey } from './token-key'
import { playNotebooks } from './standins/notebooks'
import { playSnapshots } from './standins/snapshots'
import { playVolumes } from './standins/volumes'

export interface PlaneOptions {
  /** Resource definitions to install: none by default, since a real cluster may have none. */
  definitions?: ('snapshot' | 'notebook')[]
  /** The scheduler and simulated nodes; without them no pod ever runs. */
  nodes?: boolean
  /** What the page behind every forwarded port says. */
  page?: string
  /** More flags for the API server, and files in the plane's folder that they name. */
  apiServer?: { args?: string[]; files?: Record<string, string> }
}

/** A whole control plane on loopback, with nothing in it but what Kubernetes itself makes. */
export interface Plane {
  server: string
  folder: string
  authority: string
  kubeconfigPath: string
  adminKubeconfig: string
  admin: Client
  kubeconfigFor(user: string, groups?: string[]): Promise<string>
  clientFor(user: string, groups?: string[]): Promise<Client>
  anonymous(): Client
  applyManifests(manifests: Manifest[] | string): Promise<void>
  addGpuNodes(nodes: GpuNodes): Promise<void>
  stopApiServer(signal?: NodeJS.Signals): Promise<void>
  startApiServer(): Promise<void>
  /** Compacts etcd and restarts the API server, whose watch cache would remember otherwise. */
  forgetHistory(): Promise<void>
  /** Holds controllers, scheduler and simulated nodes where they are, so that only etcd and the API server work; the answer lets them go on. */
  holdOthers(): () => void
  /** A certificate of this plane's own authority, for one who is to be let in or for a server on loopback. */
  issue(subject: Subject): Promise<KeyPair>
  /** Starts one more server that ends with this plane, before everything else. */
  run(program: Program): Promise<Server>
  /** Gives the API server a new certificate of the same authority, which it takes up by itself. */
  rotateServingCertificate(): Promise<void>
  stop(): Promise<void>
}

// A benchmark is bundled, and lies elsewhere then.
const here =
  process.env['TAKT_ROOT'] === undefined
    ? import.meta.dirname
    : join(process.env['TAKT_ROOT'], 'test/cluster/stack')

/** The folder that install.mjs fills; the same script says where that is. */
function stackFolder(): string {
  return execFileSync(process.execPath, [join(here, 'install.mjs'), '--where'], {
    encoding: 'utf8',
  }).trim()
}

async function writeIdentities(
  folder: string,
  server: string,
  authority: Authority,
): Promise<void> {
  const write = (file: string, text: string): void =>
    writeFileSync(join(folder, file), text, { mode: 0o600 })
  const own = await authority.issue({ user: 'kube-apiserver' })
  write('ca.crt', authority.certificate)
  write('server.crt', own.certificate)
  write('server.key', own.key)
  write('sa.key', makeTokenKey())
  const proxy = await authority.issue({ user: 'front-proxy' })
  write('front-proxy.crt', proxy.certificate)
  write('front-proxy.key', proxy.key)
  const subjects: Record<string, Subject> = {
    admin: { user: 'admin', groups: ['system:masters'] },
    controllers: { user: 'system:kube-controller-manager' },
    scheduler: { user: 'system:kube-scheduler' },
  }
  for (const [file, subject] of Object.entries(subjects)) {
    const identity = await authority.issue(subject)
    write(
      `${file}.kubeconfig`,
      kubeconfig({ server, authority: authority.certificate, identity, user: subject.user }),
    )
  }
}

/** The small page that stands behind every port forwarded to a pod; answers its port. */
async function servePage(text: string, signal: AbortSignal): Promise<number> {
  const page = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end(text),
  )
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
  page.unref()
  signal.addEventListener('abort', () => {
    page.close()
    page.closeAllConnections()
  })
  const address = page.address()
  if (address === null || typeof address === 'string') throw new Error('the page has no port')
  return address.port
}

async function writeNodesSettings(
  folder: string,
  plays: { page: string; signal: AbortSignal },
): Promise<void> {
  const logFile = join(folder, 'container.log')
  // The form in which container runtimes write logs; KWOK reads no other.
  writeFileSync(logFile, '2026-01-01T00:00:00.000000000Z stdout F The server is ready.\n')
  const pagePort = await servePage(plays.page, plays.signal)
  writeFileSync(join(folder, 'kwok.yaml'), nodesSettings({ logFile, pagePort }))
}

function programs(
  site: Site,
  binaries: string,
  reach: { admin: Client; anyone: (port: number) => Client; apiServer?: string[] | undefined },
) {
  const { folder, ports } = site
  const healthy = (port: number) => async () =>
    (await reach.anyone(port).call('/healthz')).status === 200
  const program = (name: string, args: string[], isReady: Program['isReady']): Program => ({
    name,
    binary: join(binaries, name),
    args,
    folder,
    isReady,
  })
  return {
    etcd: program(
      'etcd',
      etcdArguments(site),
      async () => (await fetch(`http://127.0.0.1:${ports.etcd}/health`)).ok,
    ),
    api: program(
      'kube-apiserver',
      apiServerArguments(site, reach.apiServer),
      async () => (await reach.admin.call('/readyz')).status === 200,
    ),
    controllers: program(
      'kube-controller-manager',
      controllersArguments(site),
      healthy(ports.controllers),
    ),
    scheduler: program('kube-scheduler', schedulerArguments(site), healthy(ports.scheduler)),
    nodes: program('kwok', nodesArguments(site), healthy(ports.nodes)),
  }
}

async function makeSite(): Promise<Site> {
  const [etcd = 0, peer = 0, api = 0, controllers = 0, scheduler = 0, nodes = 0] =
    await freePorts(6)
  const folder = mkdtempSync(join(tmpdir(), 'takt-plane-'))
  return { folder, ports: { etcd, peer, api, controllers, scheduler, nodes } }
}

async function installDefinitions(admin: Client, binaries: string, names: string[]): Promise<void> {
  const fixtures = (name: string): Manifest[] => readManifests(join(here, '..', 'fixtures', name))
  await applyAll(admin, fixtures('storage'))
  if (names.includes('snapshot'))
    await applyAll(admin, [
      ...readManifests(join(binaries, 'crds', 'snapshot')),
      ...fixtures('snapshot'),
    ])
  if (names.includes('notebook')) await applyAll(admin, fixtures('notebook'))
}

/** Drops every revision but the newest, by etcd's own JSON gateway. */
async function compact(port: number): Promise<void> {
  const ask = async (path: string, body: object): Promise<{ header?: { revision?: string } }> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v3/kv/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`etcd answered ${answer.status} to ${path}`)
    return (await answer.json()) as { header?: { revision?: string } }
  }
  const { header } = await ask('range', { key: Buffer.from('none').toString('base64') })
  await ask('compaction', { revision: header?.revision ?? '0', physical: true })
}

/** Everything that must end with a plane, in the order of its making. */
class Running {
  readonly servers: Server[] = []
  readonly clients: Client[] = []
  readonly ending = new AbortController()

  constructor(
    readonly folder: string,
    readonly authority: Authority,
    readonly guard = makeGuard(folder),
  ) {}

  async start(program: Program): Promise<Server> {
    const server = new Server(program, this.guard)
    this.servers.unshift(server)
    await server.start()
    return server
  }

  connect(to: string, identity?: KeyPair): Client {
    const client = new Client(to, this.authority.certificate, identity)
    this.clients.push(client)
    return client
  }

  async stop(): Promise<void> {
    this.ending.abort()
    await Promise.all(this.clients.map((client) => client.close()))
    for (const server of this.servers) await server.stop()
    rmSync(this.folder, { recursive: true, force: true })
    this.guard.release()
  }
}

function asPlane(
  running: Running,
  parts: { server: string; admin: Client; api: Server; others: Server[]; etcdPort: number },
): Plane {
  const { server, admin, api, others, etcdPort } = parts
  const { folder, authority } = running
  const issue = (user: string, groups: string[] = []): Promise<KeyPair> =>
    authority.issue({ user, groups })
  return {
    server,
    folder,
    admin,
    authority: authority.certificate,
    kubeconfigPath: join(folder, 'admin.kubeconfig'),
    adminKubeconfig: readFileSync(join(folder, 'admin.kubeconfig'), 'utf8'),
    kubeconfigFor: async (user, groups) =>
      kubeconfig({
        server,
        authority: authority.certificate,
        identity: await issue(user, groups),
        user,
      }),
    clientFor: async (user, groups) => running.connect(server, await issue(user, groups)),
    anonymous: () => running.connect(server),
    applyManifests: (manifests) =>
      applyAll(admin, typeof manifests === 'string' ? parseManifests(manifests) : manifests),
    addGpuNodes: (more) => applyAll(admin, gpuNodes(more)),
    stopApiServer: (signal) => api.stop(signal),
    startApiServer: () => api.start(),
    forgetHistory: async () => {
      await compact(etcdPort)
      await api.stop('SIGKILL')
      await api.start()
    },
    holdOthers: () => {
      for (const other of others) other.hold(true)
      return () => {
        for (const other of others) other.hold(false)
      }
    },
    issue: (subject) => authority.issue(subject),
    run: (program) => running.start(program),
    rotateServingCertificate: async () => {
      const { certificate, key } = await authority.issue({ user: 'kube-apiserver' })
      writeFileSync(join(folder, 'server.key'), key)
      writeFileSync(join(folder, 'server.crt'), certificate)
    },
    stop: () => running.stop(),
  }
}

function play(
  admin: Client,
  { nodes, definitions, signal }: { nodes: boolean; definitions: string[]; signal: AbortSignal },
): void {
  if (nodes) playVolumes(admin, signal)
  if (definitions.includes('snapshot')) playSnapshots(admin, signal)
  if (definitions.includes('notebook')) playNotebooks(admin, signal)
}

/** Brings up etcd, the API server, its controllers, and unless declined the scheduler and simulated nodes. */
export async function startPlane(options: PlaneOptions = {}): Promise<Plane> {
  const {
    definitions = [],
    nodes = true,
    page = '<h1>A notebook</h1>',
    apiServer: { args: apiServer, files = {} } = {},
  } = options
  const binaries = stackFolder()
  const site = await makeSite()
  const { folder, ports } = site
  const server = `https://127.0.0.1:${ports.api}`
  const authority = await makeAuthority()
  const running = new Running(folder, authority)
  try {
    await writeIdentities(folder, server, authority)
    for (const [file, text] of Object.entries(files))
      writeFileSync(join(folder, file), text, { mode: 0o600 })
    const admin = running.connect(
      server,
      await authority.issue({ user: 'admin', groups: ['system:masters'] }),
    )
    const anyone = (port: number): Client => running.connect(`https://127.0.0.1:${port}`)
    const wanted = programs(site, binaries, { admin, anyone, apiServer })
    await running.start(wanted.etcd)
    const api = await running.start(wanted.api)
    await installDefinitions(admin, binaries, definitions)
    if (nodes) await writeNodesSettings(folder, { page, signal: running.ending.signal })
    const others = await Promise.all(
      (nodes ? [wanted.controllers, wanted.scheduler, wanted.nodes] : [wanted.controllers]).map(
        (program) => running.start(program),
      ),
    )
    play(admin, { nodes, definitions, signal: running.ending.signal })
    return asPlane(running, { server, admin, api, others, etcdPort: ports.etcd })
  } catch (error) {
    await running.stop()
    throw error
  }
}
