import { configMap } from './manifests'
import { dig, pick, refusal, shape, spoken } from './see'
import type { Group, Json, Session } from './target'

const own = (session: Session): string => `/api/v1/namespaces/${session.namespace}`
const LEASES = 'count/leases.coordination.k8s.io'
const quota = (hard: { [resource: string]: Json }): Json => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'small' },
  spec: { hard: { ...hard, [LEASES]: '0' } },
})
/** Admission reads quotas from a cache that may be a moment behind, so a Lease, of which none is allowed, is tried until it is refused. */
const limited = async (session: Session, hard: { [resource: string]: Json }): Promise<void> => {
  await session.post(session.core('resourcequotas'), quota(hard))
  await session.until(
    session.core('resourcequotas/small'),
    (answer) => dig(answer.body, 'status.used') !== undefined,
  )
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'probe' },
    spec: {},
  }
  const path = session.in('coordination.k8s.io/v1', 'leases?dryRun=All')
  for (let tries = 0; tries < 200 && (await session.post(path, lease)).status !== 403; tries++)
    await session.get(own(session))
}
const claim = (name: string, storage: string): Json => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'none-such',
    resources: { requests: { storage } },
  },
})
const hungry = (name: string, resources: Json): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    schedulerName: 'nobody',
    containers: [{ name: 'a', image: 'registry.example/a:1', resources }],
  },
})
const gpu = (count: number): Json => ({ limits: { 'nvidia.com/gpu': String(count) } })

export const namespaces: Group = {
  name: 'namespaces',
  cases: [
    {
      name: 'a namespace is Active, has the finalizer kubernetes in its spec and its name as a label',
      run: async (session) =>
        pick(
          (await session.get(own(session))).body,
          'kind',
          'spec',
          'status.phase',
          'metadata.labels',
        ),
    },
    {
      name: 'a deleted namespace answers as Terminating, and is gone once its contents are',
      run: async (session) => {
        await session.post(session.core('configmaps'), configMap('one'))
        const answer = await session.delete(own(session))
        const after = await session.until(own(session), (seen) => seen.status === 404)
        return {
          status: answer.status,
          ...pick(answer.body, 'kind', 'status.phase'),
          deletionTimestamp: shape(dig(answer.body, 'metadata.deletionTimestamp')),
          after: spoken(after),
        }
      },
    },
    {
      name: 'a namespace that is being deleted refuses new objects: 403 Forbidden with cause NamespaceTerminating',
      run: async (session) => {
        await session.post(
          session.core('configmaps'),
          configMap('held', {}, { finalizers: ['takt.dev/hold'] }),
        )
        await session.delete(own(session))
        const answer = await session.post(session.core('configmaps'), configMap('late'))
        await session.patch('merge', session.core('configmaps/held'), {
          metadata: { finalizers: null },
        })
        return {
          ...(spoken(answer) as object),
          after: (await session.until(own(session), (seen) => seen.status === 404)).status,
        }
      },
    },
    {
      name: 'default cannot be deleted: 403 Forbidden',
      run: async (session) => spoken(await session.delete('/api/v1/namespaces/default')),
    },
    {
      name: 'a quota shows what is used once it has been counted',
      run: async (session) => {
        await limited(session, { 'requests.nvidia.com/gpu': '2', pods: '5' })
        await session.post(session.core('pods'), hungry('one', gpu(1)))
        const path = session.core('resourcequotas/small')
        const answer = await session.until(
          path,
          (seen) => dig(seen.body, 'status.used.pods') === '1',
        )
        return pick(answer.body, 'status')
      },
    },
    {
      name: 'a pod beyond the GPU quota is a 403 Forbidden that says requested, used and limited',
      run: async (session) => {
        await limited(session, { 'requests.nvidia.com/gpu': '2' })
        await session.post(session.core('pods'), hungry('one', gpu(1)))
        return spoken(await session.post(session.core('pods'), hungry('two', gpu(2))))
      },
    },
    {
      name: 'a pod that names no CPU under a CPU quota is a 403 Forbidden: must specify',
      run: async (session) => {
        await limited(session, { 'requests.cpu': '2', 'limits.memory': '2Gi' })
        return spoken(await session.post(session.core('pods'), hungry('one', {})))
      },
    },
    {
      name: 'claims count against a storage quota',
      run: async (session) => {
        await limited(session, { 'requests.storage': '10Gi', persistentvolumeclaims: '5' })
        const first = await session.post(
          session.core('persistentvolumeclaims'),
          claim('one', '6Gi'),
        )
        return [
          first.status,
          spoken(await session.post(session.core('persistentvolumeclaims'), claim('two', '6Gi'))),
        ]
      },
    },
    {
      name: 'objects are counted by count/ names',
      run: async (session) => {
        await limited(session, { 'count/secrets': '1' })
        const secret = (name: string): Json => ({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name },
        })
        const first = await session.post(session.core('secrets'), secret('one'))
        return [first.status, spoken(await session.post(session.core('secrets'), secret('two')))]
      },
    },
    {
      name: 'a quota is checked in a dry run too',
      run: async (session) => {
        await limited(session, { 'requests.nvidia.com/gpu': '1' })
        return refusal(
          await session.post(`${session.core('pods')}?dryRun=All`, hungry('one', gpu(2))),
        )
      },
    },
    {
      name: 'a limit range fills in what a container leaves out, and refuses what is beyond it',
      run: async (session) => {
        const limits = [
          {
            type: 'Container',
            default: { cpu: '500m' },
            defaultRequest: { cpu: '250m' },
            max: { cpu: '1' },
          },
        ]
        await session.post(session.core('limitranges'), {
          apiVersion: 'v1',
          kind: 'LimitRange',
          metadata: { name: 'limits' },
          spec: { limits },
        })
        // The server reads limit ranges from a cache that may be a moment behind.
        let filled = await session.post(`${session.core('pods')}?dryRun=All`, hungry('one', {}))
        for (
          let tries = 0;
          tries < 50 && dig(filled.body, 'spec.containers.0.resources.requests') === undefined;
          tries++
        ) {
          await session.get(own(session))
          filled = await session.post(`${session.core('pods')}?dryRun=All`, hungry('one', {}))
        }
        const beyond = await session.post(
          session.core('pods'),
          hungry('two', { limits: { cpu: '2' } }),
        )
        return [pick(filled.body, 'spec.containers.0.resources'), spoken(beyond)]
      },
    },
  ],
}
