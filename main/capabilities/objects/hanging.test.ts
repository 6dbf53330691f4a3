import { beforeEach, describe, expect, test } from 'vitest'
import { FakeKube } from '../../../test/support/fakes/kube'
import type { KubeObject } from '../../platform/kubernetes/types'
import { actionsFor } from './domain/offers'
import { hangsNothing, whatHangs } from './hanging'

const MADE = { 'app.kubernetes.io/managed-by': 'takt', 'takt.dev/project': 'voice' }
let kube: FakeKube
beforeEach(() => {
  kube = new FakeKube()
})
const put = (
  kind: string,
  name: string,
  more: Omit<Partial<KubeObject>, 'metadata'> & {
    in?: string
    labels?: Record<string, string>
  } = {},
) => {
  const { in: namespace, labels, ...rest } = more
  const version =
    {
      Deployment: 'apps/v1',
      StorageClass: 'storage.k8s.io/v1',
      ClusterQueue: 'kueue.x-k8s.io/v1beta1',
      LocalQueue: 'kueue.x-k8s.io/v1beta1',
      Workload: 'kueue.x-k8s.io/v1beta1',
      CustomResourceDefinition: 'apiextensions.k8s.io/v1',
      Project: 'takt.dev/v1alpha1',
    }[kind] ?? 'v1'
  return kube.put({
    apiVersion: version,
    kind,
    metadata: { name, ...(namespace && { namespace }), ...(labels && { labels }) },
    ...rest,
  })
}
const hangs = async (raw: KubeObject) => {
  const found = await whatHangs(raw, { client: kube, signal: undefined })
  if (!found.ok) throw new Error(found.failure.code)
  return found.value
}

describe('deleting a namespace from the list', () => {
  test('names everything in it, by whose it is', async () => {
    const raw = put('Namespace', 'monitoring')
    put('ConfigMap', 'kube-root-ca.crt', { in: 'monitoring' })
    put('Deployment', 'prometheus', { in: 'monitoring' })
    put('Pod', 'of-takt', { in: 'monitoring', labels: { 'app.kubernetes.io/managed-by': 'takt' } })
    const found = await hangs(raw)
    expect(found.lost).toEqual(['of Takt: 1 Pod: of-takt', 'of others: 1 Deployment: prometheus'])
    expect(found.holds.map(({ kind, belongs }) => `${belongs} ${kind}`)).toContain(
      'automatic ConfigMap',
    )
    expect(found.blockedBy).toEqual([])
  })
  test('is blocked by a kind that may not be listed, by name', async () => {
    const raw = put('Namespace', 'payroll')
    kube.forbidden.add('list secrets')
    expect((await hangs(raw)).blockedBy.map(({ says }) => says)).toEqual([
      expect.stringMatching(/^Whether payroll holds Secret cannot be seen\./) as string,
    ])
  })
  test("is refused for the cluster's own, and not offered at all", async () => {
    for (const name of ['kube-system', 'default', 'takt-system']) {
      expect((await hangs(put('Namespace', name))).blockedBy).toMatchObject([
        { says: expect.stringContaining("is the cluster's own") as string },
      ])
    }
    const own = { group: '', plural: 'namespaces' }
    const offered = (keeps: boolean) =>
      actionsFor(put('Namespace', 'x'), own, { keeps }).map(({ action }) => action)
    expect(offered(true)).not.toContain('delete')
    expect(offered(false)).toContain('delete')
  })
  test('says to delete the project instead, as long as there is one', async () => {
    const raw = put('Namespace', 'voice', { labels: MADE })
    expect((await hangs(raw)).blockedBy).toEqual([])
    put('Project', 'voice')
    expect((await hangs(raw)).blockedBy).toEqual([
      {
        says: 'Namespace voice belongs to project voice.',
        remedy: 'Delete the project instead: takt project delete voice',
      },
    ])
  })
  test('has nothing hanging on it where it is empty', async () => {
    const raw = put('Namespace', 'empty')
    put('ConfigMap', 'kube-root-ca.crt', { in: 'empty' })
    expect(hangsNothing(await hangs(raw))).toBe(true)
  })
})

describe('what hangs on', () => {
  const told = async (raw: KubeObject) => {
    const { lost, risks } = await hangs(raw)
    return [...lost, ...risks].join(' | ')
  }
  test('a node: the pods on it, but those of daemons', async () => {
    put('Namespace', 'team')
    put('Pod', 'train', { in: 'team', spec: { nodeName: 'gpu-1' } })
    put('Pod', 'elsewhere', { in: 'team', spec: { nodeName: 'gpu-2' } })
    expect(await told(put('Node', 'gpu-1'))).toBe('1 Pod: team/train')
  })
  test('a claim and its volume: the pods that use it', async () => {
    put('Namespace', 'team')
    put('Pod', 'train', {
      in: 'team',
      spec: { volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] },
    })
    expect(await told(put('PersistentVolumeClaim', 'data', { in: 'team' }))).toContain('team/train')
    const volume = put('PersistentVolume', 'pv-1', {
      spec: { claimRef: { namespace: 'team', name: 'data' } },
    })
    expect(await told(volume)).toContain('team/data holds its data in it')
    expect(await told(volume)).toContain('team/train')
  })
  test('a cluster queue and a queue: who sends work to it, and what waits', async () => {
    put('Namespace', 'team')
    const cluster = put('ClusterQueue', 'gpus')
    const local = put('LocalQueue', 'team', { in: 'team', spec: { clusterQueue: 'gpus' } })
    put('Workload', 'job-1', { in: 'team', spec: { queueName: 'team' } })
    expect(await told(cluster)).toContain('LocalQueue: team/team sends its work to it')
    expect(await told(local)).toContain('Workload: team/job-1 waits or runs in it')
  })
  test('a storage class: what names it', async () => {
    put('Namespace', 'team')
    put('PersistentVolumeClaim', 'data', { in: 'team', spec: { storageClassName: 'fast' } })
    expect(await told(put('StorageClass', 'fast'))).toContain('team/data names it')
  })
  test('a definition: every object of its kind', async () => {
    put('Project', 'voice')
    const spec = {
      group: 'takt.dev',
      names: { kind: 'Project', plural: 'projects' },
      versions: [{ name: 'v1alpha1', served: true }],
    }
    expect(await told(put('CustomResourceDefinition', 'projects.takt.dev', { spec }))).toBe(
      '1 Project: voice',
    )
  })
  test('and says what may not be listed, rather than that nothing does', async () => {
    kube.forbidden.add('list pods')
    expect(await told(put('Node', 'gpu-1'))).toContain('cannot be seen')
  })
})
