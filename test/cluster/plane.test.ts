import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Exec, KubeConfig, PortForward } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Manifest } from './stack/manifests'
import { startPlane, type Plane } from './stack/plane'
import { until } from './stack/servers'

let plane: Plane
beforeAll(async () => {
  plane = await startPlane({
    definitions: ['snapshot', 'notebook'],
    page: '<h1>The notebook answers</h1>',
  })
  await plane.addGpuNodes({ count: 2, gpusEach: 8, product: 'NVIDIA-A100-SXM4-80GB' })
})
afterAll(() => plane?.stop())

interface Seen {
  spec: { nodeName?: string; volumeName?: string }
  status?: {
    phase?: string
    readyToUse?: boolean
    readyReplicas?: number
    conditions?: { type: string; status: string; message?: string }[]
  }
}
const soon = (path: string, isThere: (object: Seen) => boolean): Promise<void> =>
  until(
    async () => {
      const { status, text: body } = await plane.admin.call(path)
      return status === 200 && isThere(JSON.parse(body) as Seen)
    },
    { seconds: 60, why: () => `${path} did not come to be as expected` },
  )
const inDefault = (resource: string): string => `/api/v1/namespaces/default/${resource}`
const pod = (name: string, gpus: number): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    containers: [
      {
        name: 'main',
        image: 'registry.example/main:1',
        resources: { limits: { 'nvidia.com/gpu': String(gpus) } },
      },
    ],
  },
})
const claim = (name: string, more: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } }, ...more },
})

describe('a plane', () => {
  test('is the version the product is tested against', async () => {
    expect(await plane.admin.ask('/version')).toMatchObject({
      gitVersion: 'v1.34.4',
      major: '1',
      minor: '34',
    })
  })

  test('runs a pod on a node that has the GPUs, and tells why another waits', async () => {
    await plane.applyManifests([pod('fits', 8), pod('too-big', 9)])
    await soon(
      inDefault('pods/fits'),
      ({ status, spec }) => status?.phase === 'Running' && /^gpu-\d$/.test(spec.nodeName ?? ''),
    )
    await soon(inDefault('pods/too-big'), ({ status }) =>
      Boolean(
        status?.conditions?.some(
          ({ type, message }) =>
            type === 'PodScheduled' && message?.includes('Insufficient nvidia.com/gpu'),
        ),
      ),
    )
  })

  test('binds a claim, snapshots it, and clones the snapshot', async () => {
    await plane.applyManifests([
      claim('origin'),
      claim('waits', { storageClassName: 'where-first-used' }),
    ])
    await soon(
      inDefault('persistentvolumeclaims/origin'),
      ({ status }) => status?.phase === 'Bound',
    )
    const snapshots = 'snapshot.storage.k8s.io'
    await plane.applyManifests([
      {
        apiVersion: `${snapshots}/v1`,
        kind: 'VolumeSnapshot',
        metadata: { name: 'snap' },
        spec: { source: { persistentVolumeClaimName: 'origin' } },
      },
    ])
    await soon(
      `/apis/${snapshots}/v1/namespaces/default/volumesnapshots/snap`,
      ({ status }) => status?.readyToUse === true,
    )
    await plane.applyManifests([
      claim('clone', { dataSource: { apiGroup: snapshots, kind: 'VolumeSnapshot', name: 'snap' } }),
    ])
    await soon(inDefault('persistentvolumeclaims/clone'), ({ status }) => status?.phase === 'Bound')
    await soon(
      inDefault('persistentvolumeclaims/waits'),
      ({ status }) => status?.phase === 'Pending',
    )
  })

  test('binds a claim of the waiting class once a pod uses it', async () => {
    await plane.applyManifests([claim('late', { storageClassName: 'where-first-used' })])
    const user = pod('user', 0)
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'late' } }]
    await plane.applyManifests([{ ...user, spec: { ...(user['spec'] as object), volumes } }])
    await soon(inDefault('pods/user'), ({ status }) => status?.phase === 'Running')
  })

  test('brings a Notebook to life, stops it by annotation, and collects what it made', async () => {
    const notebook = {
      apiVersion: 'kubeflow.org/v1',
      kind: 'Notebook',
      metadata: { name: 'study' },
      spec: {
        template: {
          spec: { containers: [{ name: 'study', image: 'registry.example/jupyter:1' }] },
        },
      },
    }
    const path = '/apis/kubeflow.org/v1/namespaces/default/notebooks/study'
    await plane.applyManifests([notebook])
    await soon(
      path,
      ({ status }) =>
        status?.readyReplicas === 1 &&
        Boolean(status.conditions?.some(({ type }) => type === 'Ready')),
    )
    const merge = { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } }
    await plane.admin.ask(path, {
      ...merge,
      json: { metadata: { annotations: { 'kubeflow-resource-stopped': 'now' } } },
    })
    await soon(path, ({ status }) => status?.readyReplicas === 0)
    await plane.admin.ask(path, { method: 'DELETE' })
    const set = '/apis/apps/v1/namespaces/default/statefulsets/study'
    await until(async () => (await plane.admin.call(set)).status === 404, {
      seconds: 60,
      why: () => 'the StatefulSet outlived its Notebook',
    })
  })

  test('knows people by certificate, and refuses them what no role grants', async () => {
    const ann = await plane.clientFor('ann', ['vision'])
    expect((await ann.call('/api/v1/nodes')).status).toBe(403)
    expect((await plane.anonymous().call('/api/v1/nodes')).status).toBe(403)
  })
})

describe('a pod on a simulated node', () => {
  const config = (): KubeConfig => {
    const loaded = new KubeConfig()
    loaded.loadFromString(plane.adminKubeconfig)
    return loaded
  }
  beforeAll(async () => {
    await plane.applyManifests([pod('reached', 0)])
    await soon(inDefault('pods/reached'), ({ status }) => status?.phase === 'Running')
  })

  test('has a log', async () => {
    expect((await plane.admin.call(inDefault('pods/reached/log'))).text).toBe(
      'The server is ready.\n',
    )
  })

  test('runs a command', async () => {
    const output = new PassThrough()
    const said = text(output)
    const ended = new Promise<string | undefined>((resolve, reject) => {
      const exec = new Exec(config())
      exec
        .exec(
          'default',
          'reached',
          'main',
          ['echo', 'hello'],
          output,
          null,
          null,
          false,
          ({ status }) => resolve(status),
        )
        .catch(reject)
    })
    expect(await ended).toBe('Success')
    output.end()
    expect(await said).toBe('hello\n')
  })

  test('answers on a forwarded port with a page', async () => {
    const forward = new PortForward(config())
    const listener = createServer(
      (socket) => void forward.portForward('default', 'reached', [8888], socket, null, socket),
    )
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const address = listener.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
    expect(await answer.text()).toBe('<h1>The notebook answers</h1>')
    listener.close()
  })
})

describe('planes', () => {
  test('stand beside each other without seeing each other', async () => {
    const other = await startPlane({ nodes: false })
    try {
      await other.applyManifests([
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'here' }, data: {} },
      ])
      expect((await other.admin.call(inDefault('configmaps/here'))).status).toBe(200)
      expect((await plane.admin.call(inDefault('configmaps/here'))).status).toBe(404)
    } finally {
      await other.stop()
    }
    await expect(other.admin.call('/version')).rejects.toThrow()
  })

  test('keep what they know while the API server is down', async () => {
    await plane.applyManifests([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' }, data: { a: '1' } },
    ])
    await plane.stopApiServer('SIGKILL')
    await expect(plane.admin.call('/version')).rejects.toThrow()
    await plane.startApiServer()
    expect(await plane.admin.ask(inDefault('configmaps/kept'))).toMatchObject({ data: { a: '1' } })
  })

  test('leave nothing running and no folder when their test process is killed', async () => {
    // Run by Node itself, without a bundler: servers.ts imports nothing but Node's own modules.
    const servers = new URL('./stack/servers.ts', import.meta.url).href
    const script = `
      import { mkdtempSync } from 'node:fs'
      import { tmpdir } from 'node:os'
      import { join } from 'node:path'
      import { makeGuard, Server } from ${JSON.stringify(servers)}
      const folder = mkdtempSync(join(tmpdir(), 'takt-guard-'))
      const program = { name: 'sleeper', binary: 'sleep', args: ['600'], folder, isReady: async () => true }
      const guard = makeGuard(folder)
      await new Server(program, { watch: (pid) => { guard.watch(pid); console.log(JSON.stringify({ pid, folder })) }, release: () => {} }).start()
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const said = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk) => resolve(String(chunk)))
      child.once('exit', (code) => reject(new Error(`the script ended with ${code}`)))
    })
    const { pid, folder } = JSON.parse(said) as { pid: number; folder: string }
    const isRunning = (): boolean => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    expect([isRunning(), existsSync(folder)]).toEqual([true, true])
    child.kill('SIGKILL')
    await until(async () => !isRunning() && !existsSync(folder), {
      seconds: 20,
      why: () => 'a server or its folder outlived the test process',
    })
  })
})
