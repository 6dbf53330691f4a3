import type { KubeObject } from '../../types'
import { keyOf, splitKey, type Controller, type Engine } from '../engine'
import type { Recorder } from '../events'
import { CLAIM, CONFIG_MAP, NODE, POD, SECRET } from '../kinds'
import { isFinished, isReady, nowText, same, type Node, type Pod, type PodStatus } from '../objects'
import { faultsOf } from '../scheduling/devices'
import { devicesOf } from '../scheduling/requests'
import type { Claim } from '../volumes/claims'
import { backOffMs, failureOf, initMs, mountMs, readyMs, runMs, startMs } from './durations'
import { goDuration, hasImage, imageBytes, imagesOf, isMissing, pullMs, withImage } from './images'
import {
  arrived,
  ended,
  everyContainer,
  readiness,
  restartsOf,
  running,
  startedAtOf,
} from './statuses'

type Stage =
  'mounting' | 'pulling' | 'initialising' | 'starting' | 'running' | 'backing-off' | 'terminating'
interface Run {
  stage: Stage
  until: number
  pulling?: { image: string; since: number }
  failedPulls: number
}

const NAME = 'kubelet'
const ENDINGS = {
  success: { exitCode: 0, reason: 'Completed' },
  error: { exitCode: 1, reason: 'Error' },
  oom: { exitCode: 137, reason: 'OOMKilled' },
}
const FIRST_PULL_RETRY_MS = 10_000
const WEDGED_NODE_RETRY_MS = 20_000

/** Runs the pods that are bound to nodes: volumes, images, containers, probes, restarts and the end. */
export function kubelet(engine: Engine, recorder: Recorder): Controller {
  const worker = new Kubelet(engine, recorder)
  return {
    name: NAME,
    watches: [
      {
        kinds: [POD],
        wakes: ({ type, object }) => {
          if (type === 'DELETED') worker.forget(object)
          return (object as Pod).spec.nodeName && type !== 'DELETED' ? [keyOf(object)] : []
        },
      },
      { kinds: [NODE], wakes: ({ object }) => worker.podsTouchedBy(object as Node) },
    ],
    reconcile: (key) => worker.reconcile(key),
  }
}

class Kubelet {
  readonly #runs = new Map<string, Run>()
  // A node that only reports another image concerns none of its pods.
  readonly #healthSeen = new Map<string, string>()
  // Pod and image of which an event has spoken.
  readonly #told = new Set<string>()

  constructor(
    private readonly engine: Engine,
    private readonly recorder: Recorder,
  ) {}

  forget(pod: KubeObject) {
    this.#runs.delete(pod.metadata.uid ?? '')
  }

  podsTouchedBy(node: Node): string[] {
    const health = JSON.stringify([isReady(node), faultsOf(node)])
    const before = this.#healthSeen.get(node.metadata.name)
    this.#healthSeen.set(node.metadata.name, health)
    if (before === health) return []
    return (this.engine.api.list(POD) as Pod[])
      .filter((pod) => pod.spec.nodeName === node.metadata.name)
      .map(keyOf)
  }

  reconcile(key: string) {
    const [namespace, name] = splitKey(key)
    const pod = this.engine.api.get(POD, name, namespace) as Pod | undefined
    const node = pod?.spec.nodeName
      ? (this.engine.api.get(NODE, pod.spec.nodeName) as Node | undefined)
      : undefined
    if (!pod) return
    if (pod.metadata.deletionTimestamp) return this.#terminate(pod)
    if (!node || isFinished(pod)) return
    const run = this.#runs.get(pod.metadata.uid ?? '') ?? this.#begin(pod, node)
    if (!isReady(node)) return this.#nodeIsDown(pod)
    if (run.stage === 'running') return this.#watchOver(pod, node, run)
    if (run.until > this.#now()) return
    this.#advance(pod, node, run)
  }

  #now = () => this.engine.api.clock.now()

  #begin(pod: Pod, node: Node): Run {
    const started = startedAtOf(pod)
    const run: Run = started
      ? { stage: 'running', until: 0, failedPulls: 0 }
      : { stage: 'mounting', until: this.#now() + mountMs(pod), failedPulls: 0 }
    this.#runs.set(pod.metadata.uid ?? '', run)
    if (!started) {
      this.#write(pod, arrived(pod, node, nowText(this.engine.api)))
      this.#wake(pod, run.until)
    }
    return run
  }

  #advance(pod: Pod, node: Node, run: Run) {
    switch (run.stage) {
      case 'mounting':
        return this.#mount(pod, node, run)
      case 'pulling':
        return this.#pull(pod, node, run)
      case 'initialising':
        return this.#enter(pod, run, { stage: 'starting', wait: startMs(pod) })
      case 'starting':
        return this.#start(pod, run, 0)
      case 'backing-off':
        return this.#start(pod, run, restartsOf(pod) + 1)
      case 'running':
      case 'terminating':
    }
  }

  #mount(pod: Pod, node: Node, run: Run) {
    const missing = this.#missingSource(pod)
    if (missing) {
      this.#note(pod, {
        type: 'Warning',
        reason: 'FailedMount',
        message: `MountVolume.SetUp failed for volume "${missing.volume}" : ${missing.what} not found`,
      })
      return this.#enter(pod, run, { stage: 'mounting', wait: WEDGED_NODE_RETRY_MS })
    }
    for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
      const claim =
        persistentVolumeClaim &&
        (this.engine.api.get(CLAIM, persistentVolumeClaim.claimName, pod.metadata.namespace) as
          Claim | undefined)
      if (claim)
        this.recorder.note(pod, {
          reason: 'SuccessfulAttachVolume',
          message: `AttachVolume.Attach succeeded for volume "${claim.spec.volumeName ?? ''}"`,
          from: 'attachdetach-controller',
        })
    }
    run.stage = 'pulling'
    this.#pull(pod, node, run)
  }

  #missingSource(pod: Pod) {
    const sources = (pod.spec.volumes ?? []).flatMap(({ name, configMap, secret }) => [
      ...(configMap?.name && !configMap.optional
        ? [{ volume: name, kind: CONFIG_MAP, source: configMap.name }]
        : []),
      ...(secret?.secretName && !secret.optional
        ? [{ volume: name, kind: SECRET, source: secret.secretName }]
        : []),
    ])
    const missing = sources.find(
      ({ kind, source }) => !this.engine.api.get(kind, source, pod.metadata.namespace),
    )
    return (
      missing && {
        volume: missing.volume,
        what: `${missing.kind === SECRET ? 'secret' : 'configmap'} "${missing.source}"`,
      }
    )
  }

  #pull(pod: Pod, node: Node, run: Run) {
    let current = node
    if (run.pulling) {
      const { image, since } = run.pulling
      delete run.pulling
      this.#told.add(`${pod.metadata.uid ?? ''}${image}`)
      if (isMissing(image)) return this.#failPull(pod, run, image)
      if (!hasImage(node, image))
        current = this.engine.api.updateStatus(withImage(node, image), NAME) as Node
      const took = goDuration(this.#now() - since)
      this.#note(pod, {
        reason: 'Pulled',
        message: `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${String(imageBytes(image))} bytes.`,
      })
    }
    for (const { image = '' } of imagesOf(pod)) {
      if (hasImage(current, image)) {
        this.#notePresent(pod, image)
        continue
      }
      run.pulling = { image, since: this.#now() }
      this.#note(pod, { reason: 'Pulling', message: `Pulling image "${image}"` })
      return this.#enter(pod, run, {
        stage: 'pulling',
        wait: isMissing(image) ? 1_500 : pullMs(image, current),
      })
    }
    this.#enter(pod, run, { stage: 'initialising', wait: initMs(pod) })
  }

  #notePresent(pod: Pod, image: string) {
    const told = `${pod.metadata.uid ?? ''}${image}`
    if (!this.#told.has(told))
      this.#note(pod, {
        reason: 'Pulled',
        message: `Container image "${image}" already present on machine`,
      })
    this.#told.add(told)
  }

  #failPull(pod: Pod, run: Run, image: string) {
    const says = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": not found`
    this.#note(pod, {
      type: 'Warning',
      reason: 'Failed',
      message: `Failed to pull image "${image}": ${says}`,
    })
    this.#note(pod, { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' })
    this.#note(pod, { reason: 'BackOff', message: `Back-off pulling image "${image}"` })
    const waiting =
      run.failedPulls === 0
        ? { reason: 'ErrImagePull', message: says }
        : {
            reason: 'ImagePullBackOff',
            message: `Back-off pulling image "${image}": ErrImagePull: ${says}`,
          }
    this.#write(pod, {
      ...pod.status,
      containerStatuses: everyContainer(pod, { state: { waiting } }),
    })
    run.failedPulls += 1
    this.#enter(pod, run, {
      stage: 'pulling',
      wait: Math.min(300_000, FIRST_PULL_RETRY_MS * 2 ** (run.failedPulls - 1)),
    })
  }

  #start(pod: Pod, run: Run, restarts: number) {
    for (const container of pod.spec.containers) {
      this.#note(pod, { reason: 'Created', message: `Created container: ${container.name}` })
      this.#note(pod, { reason: 'Started', message: `Started container ${container.name}` })
    }
    run.stage = 'running'
    const started = { ...pod, status: running(pod, restarts, nowText(this.engine.api)) }
    this.#watchOver(readyMs(pod) > 0 ? this.#write(pod, started.status) : started, undefined, run)
  }

  #watchOver(pod: Pod, node: Node | undefined, run: Run) {
    const startedAt = Date.parse(startedAtOf(pod) ?? nowText(this.engine.api))
    const faults = node ? faultsOf(node) : {}
    const broken = devicesOf(pod).find((device) => faults[device.split(':')[0] ?? ''] !== undefined)
    const endsAt = broken ? this.#now() : startedAt + (runMs(pod) ?? Infinity)
    if (endsAt <= this.#now()) return this.#end(pod, run, broken ? 'error' : failureOf(pod))
    const readyAt = startedAt + readyMs(pod)
    const ready = readyAt <= this.#now()
    if (ready) {
      const containerStatuses = (pod.status?.containerStatuses ?? []).map((each) => ({
        ...each,
        ready: true,
      }))
      this.#write(pod, {
        ...readiness(pod, true, { now: nowText(this.engine.api) }),
        containerStatuses,
      })
    }
    const next = ready ? endsAt : Math.min(readyAt, endsAt)
    if (Number.isFinite(next)) this.#wake(pod, next)
  }

  #end(pod: Pod, run: Run, failure: keyof typeof ENDINGS | undefined) {
    const end = { ...ENDINGS[failure ?? 'success'], now: nowText(this.engine.api) }
    const policy = pod.spec.restartPolicy ?? 'Always'
    if (policy === 'Always' || (policy === 'OnFailure' && failure))
      return this.#restartLater(pod, run, end)
    this.#runs.delete(pod.metadata.uid ?? '')
    this.#write(pod, ended(pod, { ...end, phase: failure ? 'Failed' : 'Succeeded' }))
  }

  #restartLater(pod: Pod, run: Run, end: { exitCode: number; reason: string; now: string }) {
    const wait = backOffMs(restartsOf(pod))
    const name = pod.spec.containers[0]?.name ?? ''
    const where = `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid ?? ''})`
    const waiting = {
      reason: 'CrashLoopBackOff',
      message: `back-off ${goDuration(wait)} restarting failed container=${name} pod=${where}`,
    }
    const dead = ended(pod, end)
    this.#write(pod, {
      ...dead,
      containerStatuses: (dead.containerStatuses ?? []).map((each) => ({
        ...each,
        lastState: each.state,
        state: { waiting },
      })),
    })
    this.#note(pod, {
      type: 'Warning',
      reason: 'BackOff',
      message: `Back-off restarting failed container ${name} in pod ${where}`,
    })
    this.#enter(pod, run, { stage: 'backing-off', wait })
  }

  #nodeIsDown(pod: Pod) {
    if (pod.status?.phase !== 'Running') return
    const containerStatuses = (pod.status.containerStatuses ?? []).map((each) => ({
      ...each,
      ready: false,
    }))
    this.#write(pod, {
      ...readiness(pod, false, { now: nowText(this.engine.api) }),
      containerStatuses,
    })
  }

  #terminate(pod: Pod) {
    const uid = pod.metadata.uid ?? ''
    const run = this.#runs.get(uid)
    if (run?.stage === 'terminating' && run.until <= this.#now()) {
      this.#runs.delete(uid)
      this.engine.api.remove(POD, pod.metadata.name, {
        ...(pod.metadata.namespace && { namespace: pod.metadata.namespace }),
        gracePeriodSeconds: 0,
      })
      return
    }
    if (run?.stage === 'terminating') return
    const grace = Math.min(1_800, (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000)
    this.#runs.set(uid, { stage: 'terminating', until: this.#now() + grace, failedPulls: 0 })
    for (const container of pod.spec.containers) {
      if (startedAtOf(pod))
        this.#note(pod, { reason: 'Killing', message: `Stopping container ${container.name}` })
    }
    this.#wake(pod, this.#now() + grace)
  }

  #enter(pod: Pod, run: Run, next: { stage: Stage; wait: number }) {
    run.stage = next.stage
    run.until = this.#now() + next.wait
    this.#wake(pod, run.until)
  }

  #wake(pod: Pod, at: number) {
    this.engine.wakeAt(at, NAME, keyOf(pod))
  }
  #note(pod: Pod, note: { type?: 'Warning'; reason: string; message: string }) {
    this.recorder.note(pod, { ...note, from: NAME })
  }
  #write(pod: Pod, status: PodStatus): Pod {
    if (same(pod.status, status)) return pod
    return this.engine.api.updateStatus({ ...pod, status }, NAME) as Pod
  }
}
