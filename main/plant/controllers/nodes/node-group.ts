import type { KubeObject } from '../../types'
import { removePod } from '../apps/pods'
import type { Controller, Engine } from '../engine'
import { CONFIG_MAP, NODE, POD } from '../kinds'
import { chanceOf, isFinished, nowText, withCondition, type Node, type Pod } from '../objects'

/** A group of equal machines that are rented by the hour and boot when they are wanted. */
export interface NodeGroup {
  /** Asks for so many machines, 0 to the most the group may have; they boot in minutes, and go at once, the emptiest first. Throws RangeError beyond that. */
  setDesired: (count: number) => void
  desired: () => number
  /** Machines that are launched and not ready yet, with the moment each will be. */
  booting: () => { name: string; launchedAt: number; readyAt: number }[]
  /** Who rents the machines out says how many there may be, and whether another one is to be had now. */
  govern: (by: { most: () => number; mayLaunch: () => boolean }) => void
}
export interface NodeGroupOptions {
  name: string
  most: number
  makeNode: (name: string) => KubeObject
}
interface State {
  desired: number
  launches: Record<string, number>
}

export const NODE_GROUP_LABEL = 'eks.amazonaws.com/nodegroup'
const NAMESPACE = 'kube-system'
const LAUNCH_MS = 95_000
const ASK_AGAIN_MS = 30_000

export function nodeGroup(
  engine: Engine,
  options: NodeGroupOptions,
): { controller: Controller; group: NodeGroup } {
  const group = new Group(engine, options)
  return {
    group,
    controller: {
      name: `node-group-${options.name}`,
      watches: [
        {
          kinds: [CONFIG_MAP],
          wakes: ({ object }) =>
            object.metadata.name === group.record && object.metadata.namespace === NAMESPACE
              ? ['group']
              : [],
        },
      ],
      reconcile: () => group.reconcile(),
    },
  }
}

class Group implements NodeGroup {
  readonly record: string
  #by: { most: () => number; mayLaunch: () => boolean }
  constructor(
    private readonly engine: Engine,
    private readonly options: NodeGroupOptions,
  ) {
    this.record = `node-group-${options.name}`
    this.#by = { most: () => options.most, mayLaunch: () => true }
  }

  desired = () => this.#state().desired
  booting = () =>
    Object.entries(this.#state().launches).map(([name, at]) => ({
      name,
      launchedAt: at,
      readyAt: at + this.#bootMs(name),
    }))
  govern = (by: { most: () => number; mayLaunch: () => boolean }) => {
    this.#by = by
  }

  setDesired = (count: number) => {
    if (!Number.isInteger(count) || count < 0 || count > this.#by.most())
      throw new RangeError(`${this.options.name} may have 0 to ${String(this.#by.most())} machines`)
    this.#keep({ ...this.#state(), desired: count })
  }

  reconcile() {
    const state = this.#state()
    const launches = { ...state.launches }
    for (const [name, at] of Object.entries(state.launches))
      if (this.#bring(name, at)) delete launches[name]
    const names = [...this.#nodes().map(({ metadata }) => metadata.name), ...Object.keys(launches)]
    for (let number = 1; new Set(names).size < state.desired; number += 1) {
      const name = `${this.options.name}-${String(number)}`
      if (names.includes(name)) continue
      if (!this.#by.mayLaunch()) {
        this.#wake(this.engine.api.clock.now() + ASK_AGAIN_MS)
        break
      }
      names.push(name)
      launches[name] = this.engine.api.clock.now()
      this.#wake(launches[name] + LAUNCH_MS)
    }
    this.#shrink(new Set(names).size - state.desired, launches)
    if (JSON.stringify(launches) !== JSON.stringify(state.launches))
      this.#keep({ ...state, launches })
  }

  /** Takes a launched machine one step on; true when it is ready. */
  #bring(name: string, launchedAt: number): boolean {
    const { api } = this.engine
    const now = api.clock.now()
    const readyAt = launchedAt + this.#bootMs(name)
    let node = api.get(NODE, name) as Node | undefined
    if (!node && now >= launchedAt + LAUNCH_MS)
      node = this.#setReady(this.options.makeNode(name) as Node, false)
    if (!node) {
      this.#wake(launchedAt + LAUNCH_MS)
      return false
    }
    if (now < readyAt) {
      this.#wake(readyAt)
      return false
    }
    this.#setReady(node, true)
    return true
  }

  #setReady(node: Node, ready: boolean): Node {
    const condition = ready
      ? {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
        }
      : {
          type: 'Ready',
          status: 'False',
          reason: 'KubeletNotReady',
          message: 'container runtime network not ready',
        }
    return this.engine.api.updateStatus(
      {
        ...node,
        status: {
          ...node.status,
          conditions: withCondition(node.status?.conditions, condition, nowText(this.engine.api)),
        },
      },
      'kubelet',
    ) as Node
  }

  #shrink(surplus: number, launches: Record<string, number>) {
    const pods = (this.engine.api.list(POD) as Pod[]).filter((pod) => !isFinished(pod))
    const load = (name: string) => pods.filter((pod) => pod.spec.nodeName === name).length
    const names = [
      ...new Set([...Object.keys(launches), ...this.#nodes().map(({ metadata }) => metadata.name)]),
    ]
    for (const name of names
      .sort((a, b) => load(a) - load(b) || b.localeCompare(a))
      .slice(0, Math.max(0, surplus))) {
      delete launches[name]
      for (const pod of pods) if (pod.spec.nodeName === name) removePod(this.engine, pod)
      if (this.engine.api.get(NODE, name)) this.engine.api.remove(NODE, name)
    }
  }

  #nodes = () =>
    (this.engine.api.list(NODE) as Node[]).filter(
      (node) => node.metadata.labels?.[NODE_GROUP_LABEL] === this.options.name,
    )
  #bootMs = (name: string) => 240_000 + Math.round(120_000 * chanceOf(`boot${name}`))
  #wake(at: number) {
    this.engine.wakeAt(at, `node-group-${this.options.name}`, 'group')
  }

  #state(): State {
    const kept = this.engine.api.get(CONFIG_MAP, this.record, NAMESPACE)?.['data'] as
      { state?: string } | undefined
    return kept?.state ? (JSON.parse(kept.state) as State) : { desired: 0, launches: {} }
  }

  #keep(state: State) {
    const { api } = this.engine
    const data = { state: JSON.stringify(state) }
    const there = api.get(CONFIG_MAP, this.record, NAMESPACE)
    if (there) api.update({ ...there, data }, 'eks')
    else
      api.create(
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: this.record, namespace: NAMESPACE },
          data,
        },
        'eks',
      )
  }
}
