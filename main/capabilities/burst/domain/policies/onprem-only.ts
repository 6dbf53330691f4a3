import type { Desk, Policy, Run } from '../replay'
import { at } from '../trace'

/** First come, first served in the building; what can never fit there goes to the cloud. */
export function fifo(): Policy {
  const queue: number[] = []
  return {
    name: 'fifo',
    params: {},
    react(desk, { arrived, interrupted }) {
      enqueue(desk, queue, [...interrupted, ...arrived])
      while (queue.length > 0 && desk.startOnPrem(queue[0] ?? -1)) queue.shift()
    },
  }
}

function enqueue(desk: Desk, queue: number[], jobs: readonly number[]): void {
  for (const job of jobs) {
    if (desk.neverFits(job)) desk.startCloud(job)
    else queue.push(job)
  }
}

/** EASY backfill: the head of the queue holds a reservation, others may run if they do not push it back. */
export function backfill(): Policy {
  let queue: number[] = []
  return {
    name: 'backfill',
    params: {},
    react(desk, { arrived, interrupted }) {
      enqueue(desk, queue, [...interrupted, ...arrived])
      while (queue.length > 0 && desk.startOnPrem(queue[0] ?? -1)) queue.shift()
      const [head, ...rest] = queue
      if (head === undefined || rest.length === 0 || desk.onPrem.freeTotal() === 0) return
      const held = reserve(desk, head)
      const open = (node: number) => !held.nodes.has(node)
      queue = [
        head,
        ...rest.filter((job) => {
          if (desk.onPrem.freeTotal() === 0) return true
          const inTime = desk.nowS + desk.estimateS(job) <= held.fromS
          return !desk.startOnPrem(job, inTime ? undefined : open)
        }),
      ]
    },
  }
}

/** When and where the head of the queue can start if every running job ends as estimated. */
function reserve(desk: Desk, job: number): { fromS: number; nodes: Set<number> } {
  const free = Int32Array.from(desk.onPrem.free)
  const need = desk.gpus(job)
  const whole = Math.min(need, desk.onPrem.gpusPerNode)
  const count = Math.ceil(need / desk.onPrem.gpusPerNode)
  const ends = [...desk.running]
    .flatMap((id) => desk.runs[id] ?? [])
    .filter((run: Run) => run.place === 'on-prem')
    .toSorted((a, b) => a.expectedEndS - b.expectedEndS)
  for (const run of ends) {
    for (const { node, gpus } of run.shares) free[node] = at(free, node) + gpus
    const able = Array.from(free.keys()).filter((node) => at(free, node) >= whole)
    if (able.length >= count)
      return { fromS: Math.max(desk.nowS, run.expectedEndS), nodes: new Set(able.slice(0, count)) }
  }
  return { fromS: Infinity, nodes: new Set() }
}
