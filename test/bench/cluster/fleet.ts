import { readFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import { z } from 'zod'

const Kubeconfig = z.object({
  clusters: z.array(
    z.object({
      cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }),
    }),
  ),
  users: z.array(
    z.object({
      user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }),
    }),
  ),
})
export interface Reach {
  server: string
  ca: string
  cert: string
  key: string
}
const plain = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString()
/** Where a plane is and who is asked as, from its kubeconfig. */
export function reachOf(kubeconfigPath: string): Reach {
  const {
    clusters: [cluster],
    users: [user],
  } = Kubeconfig.parse(parse(readFileSync(kubeconfigPath, 'utf8')))
  return {
    server: cluster?.cluster.server ?? '',
    ca: plain(cluster?.cluster['certificate-authority-data']),
    cert: plain(user?.user['client-certificate-data']),
    key: plain(user?.user['client-key-data']),
  }
}
export const agentOf = ({ ca, cert, key }: Reach, connections = 48) =>
  new Agent({ connect: { ca, cert, key }, connections, bodyTimeout: 0, headersTimeout: 0 })

export const NODES = 500
const NAMESPACES = [
  'vision',
  'voice',
  'credit',
  'pricing',
  'search',
  'supply',
  'churn',
  'fraud',
  'ranker',
  'ocr',
  'eta',
  'claims',
  'promo',
  'dedupe',
  'spoof',
  'intent',
  'route',
  'demand',
  'defect',
  'parcel',
  'stock',
  'price',
  'embed',
  'graph',
  'sweep',
  'etl',
  'serve',
  'lab',
  'batch',
  'infra',
]
const KINDS = ['Job', 'ReplicaSet', 'StatefulSet', 'TrainJob']

/** One pod as training and serving shops have them: owned, labelled, placed, with GPUs for three of five. */
export function podOf(index: number) {
  const namespace = NAMESPACES[index % NAMESPACES.length] ?? 'lab'
  const team = NAMESPACES[(index * 7) % NAMESPACES.length] ?? 'lab'
  const gpus = index % 5 < 3 ? 1 : 0
  const owner = `${team}-${KINDS[index % 4]?.toLowerCase() ?? 'job'}-${Math.floor(index / 40)}`
  const gpuText = { 'nvidia.com/gpu': String(gpus) }
  const resources = { cpu: '2', memory: '8Gi', ...(gpus > 0 && gpuText) }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${owner}-${index.toString(36).padStart(5, '0')}`,
      namespace,
      // No owner by reference: the garbage collector would remove pods whose owner does not exist.
      labels: {
        app: owner,
        team,
        'training.kubeflow.org/job-name': owner,
        'app.kubernetes.io/managed-by': 'takt',
        'pod-template-hash': ((index * 2654435761) % 2 ** 32).toString(16),
      },
      annotations: {
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': '8080',
        'takt.dev/owner': `${team}.lead@example.org`,
      },
    },
    spec: {
      nodeName: `gpu-${index % NODES}`,
      restartPolicy: index % 4 === 1 ? 'Always' : 'Never',
      tolerations: [{ operator: 'Exists' }],
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'main',
          image: `registry.example/${team}/train:${2 + (index % 9)}.1`,
          args: ['--config', `/etc/${owner}.yaml`, '--epochs', '40', '--batch-size', '256'],
          ports: [{ containerPort: 8080, name: 'http' }],
          env: [
            { name: 'NCCL_DEBUG', value: 'INFO' },
            { name: 'TORCH_DISTRIBUTED_DEBUG', value: 'DETAIL' },
            { name: 'RUN', value: owner },
          ],
          resources: { limits: resources, requests: resources },
          readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 30 },
          volumeMounts: [
            { name: 'data', mountPath: '/data' },
            { name: 'shm', mountPath: '/dev/shm' },
          ],
        },
      ],
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'shm', emptyDir: { medium: 'Memory' } },
      ],
    },
  }
}
/** The status a kubelet would have written. */
export function statusOf(index: number, restarts = 0) {
  const now = '2026-11-23T12:00:00Z'
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: now })
  return {
    phase: 'Running',
    hostIP: '10.0.0.1',
    podIP: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    startTime: now,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(condition),
    containerStatuses: [
      {
        name: 'main',
        image: 'registry.example/x:1',
        imageID: `registry.example/x@sha256:${'a'.repeat(64)}`,
        containerID: `containerd://${'b'.repeat(64)}`,
        ready: true,
        started: true,
        restartCount: restarts,
        state: { running: { startedAt: now } },
      },
    ],
  }
}

/** Writes to a cluster, many requests at once. */
export class Fleet {
  readonly #reach: Reach
  readonly #agent: Agent
  constructor(reach: Reach) {
    this.#reach = reach
    this.#agent = agentOf(reach)
  }
  async send(
    method: 'POST' | 'PATCH' | 'GET',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }> {
    const answer = await request(`${this.#reach.server}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
  async ensure(method: 'POST' | 'PATCH', path: string, body: unknown) {
    const { status, text } = await this.send(method, path, body)
    if (status >= 300 && status !== 409)
      throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 300)}`)
  }
  async namespaces() {
    await all(NAMESPACES.length, 8, (index) =>
      this.ensure('POST', '/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: NAMESPACES[index] },
      }),
    )
  }
  /** Makes pods with their status written directly: nobody has to run them. */
  async pods(from: number, to: number) {
    await all(to - from, 48, async (step) => {
      const pod = podOf(from + step)
      const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods`
      await this.ensure('POST', path, pod)
      await this.ensure('PATCH', `${path}/${pod.metadata.name}/status`, {
        status: statusOf(from + step),
      })
    })
  }
  async close() {
    await this.#agent.close()
  }
}
export async function all(count: number, atOnce: number, work: (index: number) => Promise<void>) {
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      while (next < count) await work(next++)
    }),
  )
}
