import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { request, type IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { aClaim, aNotebook, aPod, aSite, container, IMAGE } from '../../../../test/support/plant'
import { CLAIM } from '../kinds'
import type { Pod } from '../objects'
import { FILES } from '../volumes/claims'
import { makeRuntime } from './index'

async function withNotebook() {
  const site = aSite()
  site.addNode('l40s-1', 2, { images: [IMAGE] })
  site.api.create(
    aClaim(
      'nb-work',
      {},
      {
        [FILES]:
          '{"notes.md":"first idea\\n","model/.git/HEAD":"0123456789012345678901234567890123456789\\n"}',
      },
    ),
  )
  site.api.create(
    aNotebook('nb', {
      volumes: [{ name: 'work', persistentVolumeClaim: { claimName: 'nb-work' } }],
      containers: [
        {
          ...container({
            port: 8888,
            mount: '/home/jovyan',
            limits: { 'nvidia.com/gpu': '1', cpu: '4' },
            env: [{ name: 'TAKT_DATA_PARCELS', value: '/data/parcels' }],
          }),
          name: 'nb',
        },
      ],
    }),
  )
  await site.pass(30)
  const runtime = makeRuntime(site.engine)
  const pod = () => site.pod('nb-0') ?? (aPod('none') as Pod)
  const run = async (...command: string[]) => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
    const code = await runtime.exec(
      pod(),
      { container: 'nb', command },
      {
        stdin,
        stdout,
        stderr,
        tty: false,
        onResize: () => undefined,
        signal: new AbortController().signal,
      },
    )
    stdout.end()
    stderr.end()
    return { code, out: await text(stdout), err: await text(stderr) }
  }
  const browse = (
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ) =>
    new Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }>(
      (resolve, reject) => {
        const stream = runtime.connect(pod(), 8888)
        if (!stream) return reject(new Error('nothing listens'))
        const sent = request(
          {
            path,
            method: init.method ?? 'GET',
            headers: { host: 'localhost', connection: 'close', ...init.headers },
            createConnection: () => stream,
          },
          (answer) => {
            void text(answer).then(
              (body) => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }),
              reject,
            )
          },
        )
        sent.on('error', reject)
        sent.end(init.body)
      },
    )
  return { ...site, runtime, nb: pod, run, browse }
}

test.each<[why: string, command: string[], want: { out: RegExp; code?: number }]>([
  ['says a word', ['echo', 'hello', 'world'], { out: /^hello world\n$/ }],
  ['lists the workspace', ['ls', '/home/jovyan'], { out: /^model\nnotes\.md\n$/ }],
  ['prints a file', ['cat', '/home/jovyan/notes.md'], { out: /^first idea\n$/ }],
  [
    'knows its environment',
    ['sh', '-c', 'echo $TAKT_DATA_PARCELS && hostname'],
    { out: /^\/data\/parcels\nnb-0\n$/ },
  ],
  [
    'sees its GPU',
    ['nvidia-smi', '--query-gpu=name,memory.total', '--format=csv,noheader'],
    { out: /^NVIDIA L40S, 46068 MiB\n$/ },
  ],
  [
    'freezes its packages',
    ['pip', 'freeze'],
    { out: /^asttokens==.*\n(.*\n)*jupyterlab==4\.\d+\.\d+\n/ },
  ],
  [
    'tells the commit',
    ['git', '-C', '/home/jovyan/model', 'rev-parse', 'HEAD'],
    { out: /^0123456789012345678901234567890123456789\n$/ },
  ],
  [
    'has no commit outside',
    ['git', '-C', '/home/jovyan', 'rev-parse', 'HEAD'],
    { out: /^$/, code: 128 },
  ],
  ['tells its version', ['jupyter', '--version'], { out: /jupyterlab\s+: 4/ }],
  ['does not know everything', ['rm', '-rf', '/'], { out: /^$/, code: 127 }],
])('a shell that %s', async (_why, command, { out, code = 0 }) => {
  const { run } = await withNotebook()
  const answer = await run(...command)
  expect(answer.out).toMatch(out)
  expect(answer.code).toBe(code)
})

test('what a command writes on the volume is kept, elsewhere it is refused', async () => {
  const { run, get } = await withNotebook()
  expect((await run('sh', '-c', "echo 'second idea' >> /home/jovyan/notes.md")).code).toBe(0)
  expect((await run('cat', '/home/jovyan/notes.md')).out).toBe('first idea\nsecond idea\n')
  expect(get(CLAIM, 'nb-work')?.metadata.annotations?.[FILES]).toContain('second idea')
  expect((await run('sh', '-c', 'echo x > /opt/x')).err).toContain('Not on a volume')
})

test('the server page says that it is simulated, answers its health path and keeps a note', async () => {
  const { browse, api, pass, nb } = await withNotebook()
  expect((await browse('/')).body).toContain('simulated')
  expect(JSON.parse((await browse('/notebook/team/nb/api/status')).body)).toMatchObject({
    last_activity: nb().status?.containerStatuses?.[0]?.state.running?.startedAt,
  })
  await pass(600)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(
    (
      await browse('/', {
        method: 'POST',
        body: 'note=%3Cb%3Ethird',
        headers: { ...form, 'sec-fetch-site': 'same-origin' },
      })
    ).status,
  ).toBe(303)
  expect((await browse('/')).body).toContain('&lt;b&gt;third')
  expect(
    Date.parse(
      (JSON.parse((await browse('/api/status')).body) as { last_activity: string }).last_activity,
    ),
  ).toBe(Math.floor(api.clock.now() / 1000) * 1000)
  expect(
    (
      await browse('/', {
        method: 'POST',
        body: 'note=stolen',
        headers: { ...form, 'sec-fetch-site': 'cross-site' },
      })
    ).status,
  ).toBe(403)
  expect(
    (await browse('/', { method: 'POST', body: `note=${'x'.repeat(21_000)}`, headers: form }))
      .status,
  ).toBe(400)
  expect((await browse('/')).headers['content-security-policy']).toContain("default-src 'none'")
})

test('nothing listens on other ports, nor before the server is ready', async () => {
  const { runtime, nb, api, pod } = await withNotebook()
  expect(runtime.connect(nb(), 22)).toBeUndefined()
  api.create(aPod('young', { containers: [container({ port: 80 })] }))
  const young = pod('young')
  expect(young && runtime.connect(young, 80)).toBeUndefined()
})

test('logs are the same whenever they are read, and a follower hears of the end', async () => {
  const site = aSite()
  site.addNode('cpu-1', 0, { images: [IMAGE] })
  site.api.create(
    aPod('train', { restartPolicy: 'Never' }, { 'plant.takt.dev/run-seconds': '120' }),
  )
  await site.pass(60)
  const runtime = makeRuntime(site.engine)
  const pod = site.pod('train') ?? aPod('none')
  const read = async (follow: boolean) => {
    const lines: string[] = []
    for await (const line of runtime.logs(pod, {
      container: 'main',
      previous: false,
      follow,
      signal: new AbortController().signal,
    }))
      lines.push(line.text)
    return lines
  }
  const first = await read(false)
  expect(first.length).toBeGreaterThan(5)
  expect(first.at(-1)).toMatch(/^train step \d+ {2}epoch 1 {2}loss/)
  expect(await read(false)).toEqual(first)
  const following = read(true)
  await site.pass(200)
  const whole = await following
  expect(whole.slice(0, first.length)).toEqual(first)
  expect(whole.at(-1)).toBe('finished, model written to /outputs/model.safetensors')
})
