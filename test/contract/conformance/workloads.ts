import { configMap, pod } from './manifests'
import { dig, items, pick, refusal, shape, spoken } from './see'
import type { Answer, Group, Json, Session } from './target'

const text = (answer: Answer): unknown => ({
  status: answer.status,
  body: typeof answer.body === 'string' ? answer.body : refusal(answer),
})
const event = (session: Session, name: string, of: string): Json => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name },
  involvedObject: { apiVersion: 'v1', kind: 'Pod', name: of, namespace: session.namespace },
  reason: 'Waiting',
  message: 'No node has a GPU free.',
  type: 'Warning',
  count: 1,
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:00Z',
  source: { component: 'tests' },
})

export const workloads: Group = {
  name: 'workloads',
  cases: [
    {
      name: 'a new pod is Pending, Always restarted, of BestEffort quality, with the usual defaults',
      run: async (session) => {
        const answer = await session.post(session.core('pods'), pod('one'))
        return pick(
          answer.body,
          'status.phase',
          'status.qosClass',
          'spec.restartPolicy',
          'spec.dnsPolicy',
          'spec.terminationGracePeriodSeconds',
          'spec.containers.0.imagePullPolicy',
          'spec.containers.0.terminationMessagePath',
          'spec.enableServiceLinks',
          'spec.preemptionPolicy',
          'spec.priority',
          'metadata.generation',
        )
      },
    },
    {
      name: 'limits alone become requests too, and equal ones make quality Guaranteed',
      run: async (session) => {
        const resources = { limits: { cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '1' } }
        const answer = await session.post(
          session.core('pods'),
          pod('one', { containers: [{ name: 'a', image: 'registry.example/a:1', resources }] }),
        )
        return pick(answer.body, 'spec.containers.0.resources', 'status.qosClass')
      },
    },
    {
      name: 'a pod can be given another image, but by no patch a node or a command: 422 Invalid',
      run: async (session) => {
        await session.post(session.core('pods'), pod('one'))
        return [
          refusal(
            await session.patch('merge', session.core('pods/one'), { spec: { nodeName: 'other' } }),
          ),
          refusal(
            await session.patch('strategic', session.core('pods/one'), {
              spec: { containers: [{ name: 'main', command: ['x'] }] },
            }),
          ),
          (
            await session.patch('strategic', session.core('pods/one'), {
              spec: { containers: [{ name: 'main', image: 'registry.example/image:2' }] },
            })
          ).status,
        ]
      },
    },
    {
      name: 'a pod with an unknown priority class is a 403 Forbidden',
      run: async (session) =>
        spoken(
          await session.post(session.core('pods'), pod('one', { priorityClassName: 'missing' })),
        ),
    },
    {
      name: 'a pod without a node goes at once when deleted',
      run: async (session) => {
        await session.post(session.core('pods'), pod('one'))
        const answer = await session.delete(session.core('pods/one'))
        return {
          status: answer.status,
          ...pick(answer.body, 'kind', 'metadata.name'),
          after: (await session.get(session.core('pods/one'))).status,
        }
      },
    },
    {
      name: 'the log of a pod without a node is a 204, of a missing pod a 404, of a missing container a 400',
      run: async (session) => {
        await session.post(session.core('pods'), pod('one'))
        return [
          text(await session.get(session.core('pods/one/log'))),
          text(await session.get(session.core('pods/missing/log'))),
          text(await session.get(session.core('pods/one/log?container=other'))),
        ]
      },
    },
    {
      name: 'the log of a pod with two containers and none named is a 400 that lists them',
      run: async (session) => {
        const containers = ['a', 'b'].map((name) => ({ name, image: `registry.example/${name}:1` }))
        await session.post(session.core('pods'), pod('one', { containers }))
        return spoken(await session.get(session.core('pods/one/log')))
      },
    },
    {
      name: 'exec without an upgrade in a pod without a node is a 400, in a missing pod a 404',
      run: async (session) => {
        await session.post(session.core('pods'), pod('one'))
        return [
          refusal(await session.post(session.core('pods/one/exec?command=ls&stdout=true'), '')),
          refusal(await session.post(session.core('pods/missing/exec?command=ls&stdout=true'), '')),
        ]
      },
    },
    {
      name: 'an eviction of a pod answers 201 Success, of a missing one 404',
      run: async (session) => {
        await session.post(session.core('pods'), pod('one'))
        const evict = (name: string): Promise<Answer> =>
          session.post(session.core(`pods/${name}/eviction`), {
            apiVersion: 'policy/v1',
            kind: 'Eviction',
            metadata: { name },
          })
        const first = await evict('one')
        return [first.status, pick(first.body, 'kind', 'status'), refusal(await evict('missing'))]
      },
    },
    {
      name: 'events are found by the object they are about',
      run: async (session) => {
        await session.post(session.core('events'), event(session, 'e1', 'one'))
        await session.post(session.core('events'), event(session, 'e2', 'two'))
        const answer = await session.get(
          `${session.core('events')}?fieldSelector=involvedObject.name%3Done,type%3DWarning`,
        )
        return items(answer).map((each) =>
          pick(
            each,
            'metadata.name',
            'reason',
            'message',
            'type',
            'count',
            'involvedObject.kind',
            'source.component',
          ),
        )
      },
    },
    {
      name: 'an event in another namespace than its object is a 422 Invalid',
      run: async (session) => {
        const wrong = {
          ...(event(session, 'e1', 'one') as object),
          involvedObject: { kind: 'Pod', name: 'one', namespace: 'other' },
        }
        return refusal(await session.post(session.core('events'), wrong as Json))
      },
    },
    {
      name: 'core and events.k8s.io show the same event under their own names',
      run: async (session) => {
        await session.post(session.core('events'), event(session, 'e1', 'one'))
        return pick(
          (await session.get(session.in('events.k8s.io/v1', 'events/e1'))).body,
          'note',
          'regarding.name',
          'reason',
          'type',
          'deprecatedCount',
        )
      },
    },
    {
      name: 'a Secret takes stringData and gives data in base64',
      run: async (session) => {
        const answer = await session.post(session.core('secrets'), {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'one' },
          stringData: { a: 'hello' },
        })
        return pick(answer.body, 'data', 'stringData', 'type')
      },
    },
    {
      name: 'a Service gets a cluster address, a protocol and a target port',
      run: async (session) => {
        const answer = await session.post(session.core('services'), {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'one' },
          spec: { selector: { a: 'b' }, ports: [{ port: 80 }] },
        })
        return {
          ...pick(answer.body, 'spec.type', 'spec.ports', 'spec.sessionAffinity'),
          address: /^\d+\.\d+\.\d+\.\d+$/.test(String(dig(answer.body, 'spec.clusterIP'))),
        }
      },
    },
    {
      name: 'a claim gets its mode by default and is Pending',
      run: async (session) => {
        const spec = {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'none-such',
          resources: { requests: { storage: '1Gi' } },
        }
        const answer = await session.post(session.core('persistentvolumeclaims'), {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'one' },
          spec,
        })
        return pick(answer.body, 'spec.volumeMode', 'status.phase', 'metadata.finalizers')
      },
    },
    {
      name: 'a suspended Job gets defaults, a selector and labels of its own uid, and makes no pods',
      run: async (session) => {
        const template = {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'a', image: 'registry.example/a:1' }],
          },
        }
        const answer = await session.post(session.in('batch/v1', 'jobs'), {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'one' },
          spec: { suspend: true, template },
        })
        const labels = Object.keys(
          (dig(answer.body, 'spec.template.metadata.labels') ?? {}) as object,
        ).toSorted()
        return {
          ...pick(
            answer.body,
            'spec.parallelism',
            'spec.completions',
            'spec.backoffLimit',
            'spec.completionMode',
            'spec.suspend',
            'spec.podReplacementPolicy',
          ),
          labels,
          selector: shape(dig(answer.body, 'spec.selector')),
        }
      },
    },
    {
      name: 'a Lease keeps microseconds, and a late writer gets a 409 Conflict',
      run: async (session) => {
        const path = session.in('coordination.k8s.io/v1', 'leases')
        const lease = (holder: string, metadata: Json): Json => ({
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata,
          spec: {
            holderIdentity: holder,
            leaseDurationSeconds: 15,
            renewTime: '2026-01-01T00:00:00.123456Z',
          },
        })
        const made = await session.post(path, lease('a', { name: 'one' }))
        const resourceVersion = dig(made.body, 'metadata.resourceVersion') ?? null
        await session.put(`${path}/one`, lease('b', { name: 'one', resourceVersion }))
        const late = await session.put(`${path}/one`, lease('c', { name: 'one', resourceVersion }))
        return [pick(made.body, 'spec'), spoken(late)]
      },
    },
    {
      name: 'binaryData and data of a ConfigMap may not share a key',
      run: async (session) =>
        refusal(
          await session.post(session.core('configmaps'), {
            ...configMap('one', { a: '1' }),
            binaryData: { a: 'aGk=' },
          }),
        ),
    },
  ],
}
