import { afterAll, beforeAll, expect, test } from 'vitest'
import { HandClock } from '../../test/support/clock'
import { roles } from '../capabilities/prepare/domain/roles'
import { crds } from '../capabilities/records/crds'
import { seeded } from '../kernel/random'
import { PEOPLE, startPlant, type Plant } from './index'

const people = PEOPLE.map(({ user, groups }) => ({ user, groups, token: `token-of-${user}` }))
const clock = new HandClock()
const errors: unknown[] = []
let plant: Plant
const open = (persisted?: string) =>
  startPlant({
    clock,
    random: seeded(3),
    people,
    prepared: [...crds(), ...roles()],
    onError: (error) => errors.push(error),
    ...(persisted !== undefined && { persisted }),
  })
const ask = async (path: string, init: RequestInit = {}, user = 'kai.storm') => {
  const site = plant.sites[0]
  const answer = await fetch(`${site?.server ?? ''}${path}`, {
    ...init,
    headers: { authorization: `Bearer token-of-${user}`, ...init.headers },
  })
  return { status: answer.status, text: await answer.text() }
}

beforeAll(async () => {
  plant = await open()
})
afterAll(() => plant.close())

test('the GPUs of the site are measured through the API server', async () => {
  const answer = await ask(
    `/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query?query=${encodeURIComponent('avg by (Hostname) (DCGM_FI_PROF_GR_ENGINE_ACTIVE)')}`,
  )
  expect(answer.status).toBe(200)
  const { data } = JSON.parse(answer.text) as {
    data: { result: { metric: { Hostname: string }; value: [number, string] }[] }
  }
  const busy = Object.fromEntries(
    data.result.map(({ metric, value }) => [metric.Hostname, Number(value[1])]),
  )
  expect(Object.keys(busy).sort()).toEqual(['a100-1', 'a100-2', 'l40s-1', 'l40s-2'])
  expect(busy['a100-1']).toBeGreaterThan(0.7)
})

test('a notebook server answers its health path through the proxy, and keeps what is written into its note', async () => {
  const at = '/api/v1/namespaces/call-intent/pods/call-intent-nb-0:8888/proxy'
  expect(JSON.parse((await ask(`${at}/api/status`)).text)).toMatchObject({
    simulated: true,
    last_activity: expect.stringMatching(/^2026-11-18T1/) as string,
  })
  const page = await ask(`${at}/`)
  expect(page.text).toContain('simulated')
  const saved = await ask(`${at}/`, {
    method: 'POST',
    body: new URLSearchParams({ note: 'Try <b>whispers</b> next' }),
    redirect: 'manual',
  })
  expect(saved.status).toBe(303)
  expect((await ask(`${at}/`)).text).toContain('Try &lt;b&gt;whispers&lt;/b&gt; next')
})

test.each<[user: string, path: string, status: number]>([
  ['mara.lind', '/api/v1/namespaces', 200],
  ['emil.novak', '/api/v1/namespaces', 403],
  ['emil.novak', '/apis/takt.dev/v1alpha1/datasources', 200],
  ['emil.novak', '/apis/kubeflow.org/v1/namespaces/voice-spoof/notebooks', 200],
  ['emil.novak', '/apis/kubeflow.org/v1/namespaces/price-churn/notebooks', 403],
  ['lena.ofori', '/api/v1/namespaces/credit-default/pods', 200],
  ['lena.ofori', '/api/v1/namespaces/credit-default/secrets', 403],
])('%s asks for %s and hears %i', async (user, path, status) => {
  expect((await ask(path, {}, user)).status).toBe(status)
})

test('logs tell of the run', async () => {
  const pods = JSON.parse((await ask('/api/v1/namespaces/call-intent/pods')).text) as {
    items: { metadata: { name: string } }[]
  }
  const name =
    pods.items.find(({ metadata }) => metadata.name.startsWith('train-0388'))?.metadata.name ?? ''
  const { text } = await ask(`/api/v1/namespaces/call-intent/pods/${name}/log?tailLines=3`)
  expect(text.trim().split('\n')).toHaveLength(3)
  expect(text).toMatch(/step \d+/)
})

test('a site that is closed and opened again goes on', async () => {
  await plant.close()
  plant = await open(plant.snapshot())
  await clock.advance(4 * 3_600_000)
  const pods = JSON.parse((await ask('/api/v1/namespaces/parcel-ocr/pods')).text) as {
    items: { metadata: { name: string }; status: { phase: string } }[]
  }
  expect(
    pods.items.filter(
      ({ metadata, status }) =>
        metadata.name.startsWith('train-0412') && /Running|Succeeded/.test(status.phase),
    ),
  ).toHaveLength(1)
  expect(errors).toEqual([])
})
