import { Writable } from 'node:stream'
import { z } from 'zod'
import type { ToolSpec } from '../../../preload/contract/records/catalog'
import type { PodFacts } from '../../kernel/inventory'
import { LABEL, type Manifest } from '../../kernel/manifest'
import { succeed, type Outcome } from '../../kernel/outcome'
import { podSecurityLabels } from '../../kernel/pod-security'
import type { KubeClient } from '../../platform/kubernetes/types'
import { PodObject } from '../capacity'
import { KUBE } from '../plans'
import type { Seen } from './domain/checks'
import type { CatalogPorts } from './ports'

export const TEST_NAMESPACE = 'takt-tool-tests'
const HOME = '/home/jovyan'
const PATIENCE_SECONDS = 180
const PAUSE_MS = 500

/** The namespace test starts run in: nobody reaches in, and what runs there is small. */
export const testGround = (): Manifest[] => [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: TEST_NAMESPACE,
      labels: { [LABEL.managedBy]: 'takt', ...podSecurityLabels() },
    },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: 'takt-default',
      namespace: TEST_NAMESPACE,
      labels: { [LABEL.managedBy]: 'takt' },
    },
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [] },
  },
]
/** The pod of a test start: the tool as an environment would run it, with its least resources and a volume that goes with it. */
export const testPod = ({
  name,
  spec,
  run,
}: {
  name: string
  spec: ToolSpec
  run: string
}): Manifest => {
  const list = { cpu: String(spec.minimum.cpuCores), memory: `${String(spec.minimum.memoryGi)}Gi` }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `test-${name.slice(0, 50)}-${run.slice(0, 5)}`,
      namespace: TEST_NAMESPACE,
      labels: { [LABEL.managedBy]: 'takt', [LABEL.tool]: name },
    },
    spec: {
      restartPolicy: 'Always',
      automountServiceAccountToken: false,
      volumes: [{ name: 'work', emptyDir: {} }],
      containers: [
        {
          name: 'tool',
          image: spec.image,
          ports: [{ name: 'http', containerPort: spec.port, protocol: 'TCP' }],
          resources: { requests: list, limits: list },
          volumeMounts: [{ name: 'work', mountPath: HOME }],
          readinessProbe: {
            httpGet: { path: spec.probePath, port: spec.port },
            periodSeconds: 2,
            failureThreshold: 3,
          },
          securityContext: { allowPrivilegeEscalation: false },
        },
      ],
    },
  }
}

const Ended = z.object({
  status: z
    .object({
      containerStatuses: z
        .array(
          z.object({
            lastState: z
              .object({ terminated: z.object({ reason: z.string().optional() }).optional() })
              .default({}),
            state: z
              .object({ terminated: z.object({ reason: z.string().optional() }).optional() })
              .default({}),
          }),
        )
        .default([]),
    })
    .prefault({}),
})
type At = { client: KubeClient; pod: { namespace: string; name: string }; signal: AbortSignal }

async function ask({ client, pod, signal }: At, command: string[]): Promise<string | undefined> {
  let out = ''
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (out.length < 100_000) out += chunk.toString('utf8')
      done()
    },
  })
  const stderr = new Writable({
    write(_chunk, _encoding, done) {
      done()
    },
  })
  const ran = await client.exec({ ...pod, container: 'tool' }, command, { stdout, stderr, signal })
  return ran.ok && ran.value.exitCode === 0 ? out : undefined
}

/** The status and body a path of the tool answers over a forwarded connection; undefined where nothing answers. */
async function get(
  { client, pod, signal }: At,
  { port, path }: { port: number; path: string },
): Promise<{ status: number; body: string } | undefined> {
  const connected = await client.connect(pod, port, signal)
  if (!connected.ok) return undefined
  const stream = connected.value
  return new Promise((resolve) => {
    let text = ''
    const finish = () => {
      const status = /^HTTP\/1\.\d (\d{3})/.exec(text)?.[1]
      resolve(
        status === undefined
          ? undefined
          : { status: Number(status), body: text.slice(text.indexOf('\r\n\r\n') + 4) },
      )
      stream.destroy()
    }
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (text.length > 100_000) finish()
    })
    stream.once('end', finish).once('error', finish).once('close', finish)
    stream.write(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\nconnection: close\r\n\r\n`,
    )
  })
}

const STRAY = [
  'find',
  '/',
  '-xdev',
  '-type',
  'f',
  '-mmin',
  '-5',
  '-not',
  '-path',
  '/proc/*',
  '-not',
  '-path',
  '/sys/*',
  '-not',
  '-path',
  '/tmp/*',
  '-not',
  '-path',
  '/run/*',
  '-not',
  '-path',
  '/etc/*',
  '-not',
  '-path',
  `${HOME}/*`,
]

type Waited = Pick<Seen, 'pod' | 'waitedSeconds'>
const BROKEN = /ErrImagePull|ImagePullBackOff|InvalidImageName|CrashLoopBackOff/
const BROKEN_SECONDS = 30

function wordsOf({ pod, waitedSeconds }: Waited): string {
  if (pod?.ready) return 'It answers; looking at it from inside'
  return `${pod?.waiting?.reason ?? 'starting'}, ${String(Math.round(waitedSeconds))} s`
}
/** Waits until the pod is ready, or longer than is reasonable. */
async function waitFor(
  { clock }: Pick<CatalogPorts, 'clock'>,
  { client, pod, signal }: At,
  progress: (detail: string) => void,
): Promise<Outcome<Waited>> {
  const started = client.clock.now()
  for (;;) {
    signal.throwIfAborted()
    const facts = await client.get(KUBE.pods, pod, PodObject, signal)
    if (!facts.ok) return facts
    const waited = { pod: facts.value, waitedSeconds: (client.clock.now() - started) / 1000 }
    progress(wordsOf(waited))
    const patience = BROKEN.test(facts.value?.waiting?.reason ?? '')
      ? BROKEN_SECONDS
      : PATIENCE_SECONDS
    if (facts.value?.ready || waited.waitedSeconds > patience) return succeed(waited)
    await clock.sleep(PAUSE_MS, signal)
  }
}
const NOTHING = {
  answeredAfter: undefined,
  status: undefined,
  user: undefined,
  strayFiles: undefined,
  tellsActivity: undefined,
}
/** Looks at a tool that answers, from outside and inside. */
async function lookInside(
  at: At,
  spec: ToolSpec,
  pod: PodFacts,
): Promise<Pick<Seen, keyof typeof NOTHING>> {
  const answeredAfter =
    ((pod.readyAt ?? at.client.clock.now()) - (pod.startedAt ?? pod.createdAt)) / 1000
  const [page, user, stray, activity] = [
    await get(at, { port: spec.port, path: spec.probePath }),
    await ask(at, ['id', '-u']),
    await ask(at, STRAY),
    await get(at, { port: spec.port, path: '/api/status' }),
  ]
  return {
    answeredAfter,
    status: page?.status,
    user: /(?:uid=)?(\d+)/.exec(user ?? '')?.[1],
    strayFiles: stray?.split('\n').filter(Boolean),
    tellsActivity: activity && /"last_activity"/.test(activity.body),
  }
}

/** Follows a test start until the tool answers or three minutes of the site's time have passed, then looks at it from inside. */
export async function watchTest(
  ports: Pick<CatalogPorts, 'clock'>,
  at: At,
  { spec, progress }: { spec: ToolSpec; progress(detail: string): void },
): Promise<Outcome<{ seen: Seen; took: number }>> {
  const waited = await waitFor(ports, at, progress)
  if (!waited.ok) return waited
  const raw = await at.client.get(KUBE.pods, at.pod, Ended, at.signal)
  const ended = raw.ok ? (raw.value?.status.containerStatuses ?? []) : []
  const outOfMemory = ended.some(({ state, lastState }) =>
    [state, lastState].some(({ terminated }) => terminated?.reason === 'OOMKilled'),
  )
  const { pod, waitedSeconds } = waited.value
  const inside = pod?.ready ? await lookInside(at, spec, pod) : NOTHING
  return succeed({
    took: waitedSeconds,
    seen: {
      image: spec.image,
      port: spec.port,
      probePath: spec.probePath,
      memoryGi: spec.minimum.memoryGi,
      pod,
      outOfMemory,
      waitedSeconds,
      ...inside,
    },
  })
}
