import { expect, test } from 'vitest'
import { HandClock } from '../../../test/support/clock'
import { FakeKube } from '../../../test/support/fakes/kube'
import { failure } from '../../../preload/contract/failures'
import { setStops } from './budget-stops'

const OURS = { 'app.kubernetes.io/managed-by': 'takt' }
const acting = { mayAct: () => true, signal: new AbortController().signal }
interface Made {
  labels?: Record<string, string>
  annotations?: Record<string, string>
  stopPolicy?: string
}
function aSite(queues: Record<string, Made>) {
  const kube = new FakeKube({ clock: new HandClock() })
  kube.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'voice' } })
  for (const [name, { stopPolicy, ...marks }] of Object.entries(queues))
    kube.put({
      apiVersion: 'kueue.x-k8s.io/v1beta2',
      kind: 'LocalQueue',
      metadata: { name, namespace: 'voice', ...marks },
      spec: { clusterQueue: 'all', ...(stopPolicy !== undefined && { stopPolicy }) },
    })
  const policies = () =>
    Object.fromEntries(
      kube
        .all('LocalQueue')
        .map(({ metadata, spec }) => [
          metadata.name,
          (spec as { stopPolicy?: string }).stopPolicy ?? 'None',
        ]),
    )
  const set = (over: boolean, as = acting) =>
    setStops(kube, { version: 'v1beta2', namespace: 'voice', over }, as)
  return { kube, policies, set }
}

test('a used-up cap holds the queue that Takt made, never one that only bears such a name', async () => {
  const { policies, set } = aSite({ 'voice-burst': {}, 'team-burst': {}, any: { labels: OURS } })
  await set(true)
  expect(policies()).toEqual({ 'voice-burst': 'None', 'team-burst': 'None', any: 'Hold' })
  await set(false)
  expect(policies()).toEqual({ 'voice-burst': 'None', 'team-burst': 'None', any: 'None' })
})
test('what people stopped stays as they left it, whether there is money or not', async () => {
  const { policies, set } = aSite({
    held: { labels: OURS, stopPolicy: 'HoldAndDrain' },
    theirs: { stopPolicy: 'Hold' },
  })
  for (const over of [true, false, true]) await set(over)
  expect(policies()).toEqual({ held: 'HoldAndDrain', theirs: 'Hold' })
})
test('nothing is held once it may not act any more, and a queue changed meanwhile is left to who changed it', async () => {
  const { kube, policies, set } = aSite({ one: { labels: OURS } })
  await set(true, { ...acting, mayAct: () => false })
  expect(policies()).toEqual({ one: 'None' })
  const sent: unknown[] = []
  kube.onWrite = (verb) => {
    sent.push(verb)
    return failure('CONFLICT', {
      kind: 'LocalQueue',
      name: 'one',
      theirs: 'mia',
      resourceVersion: '',
      fields: [],
    })
  }
  await set(true)
  expect(policies()).toEqual({ one: 'None' })
  expect(sent).toHaveLength(1)
})
test('a mark of the stop that somebody wrote on a queue of their own opens nothing', async () => {
  const { policies, set } = aSite({
    theirs: { annotations: { 'takt.dev/stopped-by-budget': 'yes' }, stopPolicy: 'Hold' },
  })
  await set(false)
  expect(policies()).toEqual({ theirs: 'Hold' })
})
