import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anEnvironment, at } from '../../../test/support/builders/records'
import { aLine } from '../../../test/support/fakes/line'
import { failure } from '../../../preload/contract/failures'
import { succeed } from '../../kernel/outcome'
import { seeded } from '../../kernel/random'
import { silentLog } from '../../platform/log'
import { openStore, type Store } from '../../platform/store'
import { makeOperations } from '../operations'
import { makeEnvironments } from './service'

let folder: string
let store: Store
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'takt-overtaken-'))
  const opened = openStore(folder, { pid: process.pid, now: () => 1 })
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A core that begins to pause what is over and is ended in its first write; then another one on the same store. */
async function killedWhilePausing({ marked = true } = {}) {
  const made = aLine([anEnvironment('nb', { owner: 'ada', expiresAt: at(1) })])
  const { kube } = made
  const namespace = kube.one('Environment', 'nb')?.metadata.namespace ?? ''
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const labels = {
    'app.kubernetes.io/managed-by': 'takt',
    'takt.dev/project': namespace,
    'takt.dev/environment': 'nb',
  }
  kube.put({
    apiVersion: 'kubeflow.org/v1',
    kind: 'Notebook',
    metadata: { name: 'nb', namespace, ...(marked && { labels }) },
  })
  const core = () => {
    const operations = makeOperations({
      journal: store.operations,
      clock: made.clock,
      random: seeded(3),
      log: silentLog,
      clockOf: () => made.clock,
      client: () => succeed(kube),
      onSites: () => () => undefined,
      mayGoOn: () => Promise.resolve(undefined),
    })
    const environments = makeEnvironments({ ...made.ports, operations })
    return { operations, environments }
  }
  const first = core()
  kube.onWrite = () => {
    first.operations.close()
    return failure('CLUSTER_UNREACHABLE', { site: 'oslo', server: 'x', cause: 'gone' })
  }
  await first.environments
    .expiry((ask) => first.operations.start(ask), {
      owner: { on: 'owner', mayAct: () => true },
      stewarded: () => Promise.resolve(false),
    })
    .look()
  await first.operations.settled()
  expect(first.operations.list()).toMatchObject([{ state: 'running' }])
  kube.onWrite = () => undefined
  const again = async () => {
    const { operations } = core()
    operations.resume()
    await operations.settled()
    const [operation] = operations.list()
    operations.close()
    return operation
  }
  const spec = () => kube.one('Environment', 'nb')?.['spec'] as Record<string, unknown>
  return { kube, again, spec }
}

test('a restarted core does not pause what its owner has extended meanwhile', async () => {
  const { kube, again, spec } = await killedWhilePausing()
  const record = kube.one('Environment', 'nb')
  if (record) kube.put({ ...record, spec: { ...spec(), expiresAt: at(-600) } })
  expect(await again()).toMatchObject({
    state: 'overtaken',
    overtakenBy: `nb was extended to ${at(-600)}.`,
  })
  expect(spec()['state']).toBe('running')
})
test('what is still over is paused by it', async () => {
  const { again, spec } = await killedWhilePausing()
  expect(await again()).toMatchObject({ state: 'done' })
  expect(spec()['state']).toBe('paused')
})
test('a notebook of that name that somebody else made is left alone', async () => {
  const { kube, again } = await killedWhilePausing({ marked: false })
  expect(await again()).toMatchObject({ state: 'failed', failure: { code: 'NOT_OURS' } })
  expect(kube.one('Notebook', 'nb')?.metadata.annotations).toBeUndefined()
})
