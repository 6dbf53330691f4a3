import type { KubeObject } from '../../types'
import { isRefusal, type Engine } from '../engine'
import type { Recorder } from '../events'
import { POD } from '../kinds'
import { controllerRef, hexOf, isFinished, isOwnedBy, type Pod, type PodTemplate } from '../objects'

/** The pods a controller owns, oldest name first. */
export const podsOf = (engine: Engine, owner: KubeObject) =>
  (
    engine.api.list(POD, {
      ...(owner.metadata.namespace && { namespace: owner.metadata.namespace }),
    }) as Pod[]
  )
    .filter((pod) => isOwnedBy(pod, owner))
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))

/** Wakes the owner of a pod, by kind of the owner. */
export const ownerKey =
  (kind: string) =>
  ({ object }: { object: KubeObject }): string[] => {
    const owner = object.metadata.ownerReferences?.find(
      (each) => each.controller && each.kind === kind,
    )
    return owner ? [`${object.metadata.namespace ?? ''}/${owner.name}`] : []
  }

export const hashOf = (template: unknown) => hexOf(JSON.stringify(template), 10)

export interface NewPod {
  name: string
  template: PodTemplate
  labels?: Record<string, string>
  annotations?: Record<string, string>
  spec?: Partial<Pod['spec']>
}

/** Makes a pod for its owner and says so; a refusal (quota, gone namespace) is said as well and thrown on, so that it is tried again. */
export function makePod(
  { engine, recorder }: { engine: Engine; recorder: Recorder },
  owner: KubeObject,
  pod: NewPod,
): Pod {
  const from = `${owner.kind.toLowerCase()}-controller`
  const { template } = pod
  try {
    const made = engine.api.create(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: pod.name,
          namespace: owner.metadata.namespace ?? 'default',
          labels: { ...template.metadata?.labels, ...pod.labels },
          ...((template.metadata?.annotations ?? pod.annotations) && {
            annotations: { ...template.metadata?.annotations, ...pod.annotations },
          }),
          ownerReferences: [controllerRef(owner)],
        },
        spec: { ...template.spec, ...pod.spec },
      },
      from,
    ) as Pod
    recorder.note(owner, {
      reason: 'SuccessfulCreate',
      message:
        owner.kind === 'StatefulSet'
          ? `create Pod ${pod.name} in StatefulSet ${owner.metadata.name} successful`
          : `Created pod: ${pod.name}`,
      from,
    })
    return made
  } catch (error) {
    if (isRefusal(error)) {
      recorder.note(owner, {
        type: 'Warning',
        reason: 'FailedCreate',
        message:
          owner.kind === 'StatefulSet'
            ? `create Pod ${pod.name} in StatefulSet ${owner.metadata.name} failed error: ${error.message}`
            : `Error creating: ${error.message}`,
        from,
      })
    }
    throw error
  }
}

/** Asks a pod to go; its kubelet finishes the deletion when its containers have stopped. */
export function removePod(engine: Engine, pod: Pod) {
  if (pod.metadata.deletionTimestamp) return
  const graceSeconds = pod.spec.nodeName ? (pod.spec.terminationGracePeriodSeconds ?? 30) : 0
  engine.api.remove(POD, pod.metadata.name, {
    ...(pod.metadata.namespace && { namespace: pod.metadata.namespace }),
    gracePeriodSeconds: isFinished(pod) ? 0 : graceSeconds,
  })
}
