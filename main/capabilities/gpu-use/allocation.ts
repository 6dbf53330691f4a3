import type { GpuUse, GpuUseAsk } from '../../../preload/contract/gpu-use'
import { isGpuResource, type NodeFacts, type PodFacts } from '../../kernel/inventory'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { failure } from '../../../preload/contract/failures'
import type { KubeClient } from '../../platform/kubernetes/types'
import { NodeObject, PodObject, type Capacity } from '../capacity'
import { KUBE } from '../plans'

type Now = Omit<GpuUse['now'], 'used' | 'faulted'>
const gpusOf = (list: Readonly<Record<string, number>>) =>
  Object.entries(list).reduce((sum, [name, count]) => (isGpuResource(name) ? sum + count : sum), 0)
const lives = ({ phase }: PodFacts) => phase !== 'Succeeded' && phase !== 'Failed'
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

/** What is there, asked for and given out, as the cluster itself tells. */
export async function allocationOf(
  client: KubeClient,
  capacity: Pick<Capacity, 'known' | 'snapshot'>,
  { of, signal }: { of: GpuUseAsk['of']; signal: AbortSignal | undefined },
): Promise<Outcome<Now>> {
  if (of.what === 'site') {
    const all = capacity.known().find(({ site }) => site === client.site)
    const snapshot = all ? succeed(all) : await capacity.snapshot(client.site, signal)
    return snapshot.ok ? succeed(countOf(snapshot.value.nodes, snapshot.value.pods)) : snapshot
  }
  return of.what === 'node' ? ofNode(client, of.node, signal) : ofPod(client, of, signal)
}
const countOf = (nodes: NodeFacts[], pods: PodFacts[]): Now => ({
  capacity: sum(nodes.map(({ allocatable }) => gpusOf(allocatable))),
  requested: sum(pods.filter(lives).map(({ requests }) => gpusOf(requests))),
  allocated: sum(
    pods
      .filter((pod) => lives(pod) && pod.node !== undefined)
      .map(({ requests }) => gpusOf(requests)),
  ),
})
async function ofNode(
  client: KubeClient,
  name: string,
  signal?: AbortSignal,
): Promise<Outcome<Now>> {
  const [node, pods] = await Promise.all([
    client.get(KUBE.nodes, { name }, NodeObject, signal),
    client.list(KUBE.pods, { fieldSelector: `spec.nodeName=${name}` }, PodObject, signal),
  ])
  if (!node.ok) return node
  if (!node.value) return fail(failure('NOT_FOUND', { kind: 'node', name }))
  return pods.ok ? succeed(countOf([node.value], pods.value)) : pods
}
async function ofPod(
  client: KubeClient,
  { namespace, pod: name }: { namespace: string; pod: string },
  signal?: AbortSignal,
): Promise<Outcome<Now>> {
  const pod = await client.get(KUBE.pods, { namespace, name }, PodObject, signal)
  if (!pod.ok) return pod
  if (!pod.value) return fail(failure('NOT_FOUND', { kind: 'pod', name }))
  const asked = gpusOf(pod.value.requests)
  return succeed({
    capacity: asked,
    requested: lives(pod.value) ? asked : 0,
    allocated: lives(pod.value) && pod.value.node !== undefined ? asked : 0,
  })
}
