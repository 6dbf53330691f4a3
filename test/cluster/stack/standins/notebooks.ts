import type { Client } from '../client'
import { applyAll, type Manifest } from '../manifests'
import { follow } from './follow'

interface Container {
  name: string
  ports?: { containerPort: number }[]
  [field: string]: unknown
}
interface Notebook extends Manifest {
  spec: { template: { spec: { containers: Container[] } } }
}
interface Pod extends Manifest {
  status?: {
    conditions?: unknown[]
    containerStatuses?: { name: string; state?: unknown; ready: boolean }[]
  }
}

const STOPPED = 'kubeflow-resource-stopped'

/** Stands in for Kubeflow's notebook controller: a StatefulSet and a Service per Notebook, its pod's state copied back. */
export function playNotebooks(client: Client, signal: AbortSignal): void {
  follow(client, '/apis/kubeflow.org/v1/notebooks', {
    onObject: (object) => applyAll(client, made(object as Notebook)),
    signal,
  })
  // A pod's change is what a Notebook's status follows; pods of anything else are passed over.
  follow(client, '/api/v1/pods?labelSelector=notebook-name', {
    onObject: (object) => report(client, object as Pod),
    signal,
  })
}

function made(notebook: Notebook): Manifest[] {
  const { name, namespace = 'default' } = notebook.metadata
  const annotations = (notebook.metadata['annotations'] ?? {}) as Record<string, string>
  const owner = {
    apiVersion: notebook.apiVersion,
    kind: notebook.kind,
    name,
    uid: notebook.metadata['uid'],
    controller: true,
    blockOwnerDeletion: true,
  }
  const metadata = { name, namespace, ownerReferences: [owner] }
  const { spec } = notebook.spec.template
  const [first] = spec.containers
  const labels = { ...notebook.metadata.labels, statefulset: name, 'notebook-name': name }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: {
        replicas: STOPPED in annotations ? 0 : 1,
        serviceName: '',
        selector: { matchLabels: { statefulset: name } },
        template: { metadata: { labels }, spec },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'ClusterIP',
        selector: { statefulset: name },
        ports: [
          {
            name: `http-${name}`,
            port: 80,
            targetPort: first?.ports?.[0]?.containerPort ?? 8888,
            protocol: 'TCP',
          },
        ],
      },
    },
  ]
}

async function report(client: Client, pod: Pod): Promise<void> {
  const { labels, namespace } = pod.metadata
  const name = labels?.['notebook-name'] ?? ''
  const path = `/apis/kubeflow.org/v1/namespaces/${namespace ?? 'default'}/notebooks/${name}`
  if ((await client.call(path)).status === 404) return
  await client.ask(`${path}/status`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/merge-patch+json' },
    json: { status: statusOf(pod, name) },
  })
}

function statusOf({ metadata, status = {} }: Pod, name: string): object {
  const { containerStatuses = [], conditions = [] } = status
  const own = containerStatuses.find((each) => each.name === name) ?? containerStatuses[0]
  const isReady = own?.ready === true && !('deletionTimestamp' in metadata)
  return { readyReplicas: isReady ? 1 : 0, containerState: own?.state ?? {}, conditions }
}
