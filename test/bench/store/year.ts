import {
  KEPT_DAYS,
  KEPT_STEP_S,
  PODS_STEP_S,
} from '../../../main/capabilities/gpu-use/domain/history'
import { KEPT_OPERATIONS } from '../../../main/capabilities/operations'
import type { Random } from '../../../main/kernel/random'
import type { Store } from '../../../main/platform/store'

/** A site of a busy team; figures per day unless another time is named. */
export const USE = {
  nodes: 40,
  podsWithGpus: 150,
  records: 300,
  recordChanges: 400,
  operations: 25,
  stepsOfOperation: 8,
  drafts: 3,
  draftSaves: 20,
  objectsLookedAt: 30,
  objectsKept: 500,
  lists: 40,
  rowsOfList: 1_000,
  forwards: 5,
}
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface Use {
  store: Store
  random: Random
}
const figures = ({ random }: Use) => ({
  gpus: 8,
  used: random.next() * 8,
  tensor: random.next() * 8,
  memoryUsedMib: Math.floor(random.next() * 650_000),
  powerW: random.next() * 5_600,
})
const named = (use: Use, word: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${word}-${n}`, figures(use)]))
const words = ({ random }: Use, bytes: number) =>
  Array.from({ length: Math.ceil(bytes / 12) }, () => random.next().toString(36).slice(2, 13)).join(
    ' ',
  )

/** GPU use by node and pod, and the demand of the map, as often as the product keeps them. */
function samples(use: Use, hour: number) {
  const { store } = use
  const from = hour * HOUR_MS
  for (let at = from; at < from + HOUR_MS; at += KEPT_STEP_S * 1_000)
    store.samples.add('gpu-use rack', at, { nodes: named(use, 'gpu-node', USE.nodes) })
  for (let at = from; at < from + HOUR_MS; at += PODS_STEP_S * 1_000)
    store.samples.add('gpu-use.pods rack', at, {
      pods: named(use, `team-a/train-${hour % 50}`, USE.podsWithGpus),
    })
  for (let at = from; at < from + HOUR_MS; at += 60_000)
    store.samples.add('gpu-demand', at, { onPrem: use.random.next() * 300, cloud: 12 })
}
function forget({ store }: Use, now: number) {
  for (const series of ['gpu-use rack', 'gpu-use.pods rack'])
    store.samples.forgetBefore(series, now - KEPT_DAYS * DAY_MS)
  store.samples.forgetBefore('gpu-demand', Math.floor(now / DAY_MS) * DAY_MS)
}
function operation(use: Use, number: number, at: number) {
  const { store } = use
  const id = `op-${number}`
  const value = {
    title: `Create project ${number}`,
    input: words(use, 2_000),
    steps: words(use, 3_000),
  }
  for (let step = 0; step < USE.stepsOfOperation; step++) {
    for (const ended of [false, step === USE.stepsOfOperation - 1])
      store.operations.save({ id, number, value: { ...value, step }, ended })
    store.operations.note(id, at, `Step ${step} went through: ${words(use, 60)}`)
  }
}
function work(use: Use, day: number) {
  const { store, random } = use
  const at = day * DAY_MS
  const some = (count: number) => Math.floor(random.next() * count)
  for (let n = 0; n < USE.recordChanges; n++)
    store.records.change('WorkItem', {
      upserts: [{ key: `/item-${some(USE.records)}`, value: { spec: words(use, 1_500) } }],
      removed: [],
      asOf: at,
    })
  for (let n = 0; n < USE.drafts; n++) {
    const id = `draft-${day}-${n}`
    for (let save = 0; save < USE.draftSaves; save++)
      store.drafts.put({ id, value: words(use, 1_500), savedAt: at })
    store.drafts.remove(id)
  }
  for (let n = 0; n < USE.objectsLookedAt; n++)
    store.blobs.set(`object ${some(USE.objectsKept)}`, Buffer.from(words(use, 20_000)))
  const list = `cluster/list-${day % USE.lists}/0`
  store.blobs.set(`${list}/0`, Buffer.from(words(use, USE.rowsOfList * 180)))
  store.views.set('map', { items: words(use, 60_000) }, at)
  store.settings.set(
    'forward.ports',
    Array.from({ length: 200 }, (_, n) => [`one-${day}-${n}`, n]),
  )
}

/** A day of a team at work; a transaction holds an hour of it, so that the disk of the machine does not set the pace. */
export function simulateDay(use: Use, day: number): void {
  const { store } = use
  for (let hour = 0; hour < 24; hour++) {
    store.together(() => samples(use, day * 24 + hour))
    forget(use, day * DAY_MS + (hour + 1) * HOUR_MS)
  }
  store.together(() => work(use, day))
  store.together(() => {
    for (let n = 0; n < USE.operations; n++)
      operation(use, day * USE.operations + n + 1, day * DAY_MS)
  })
  store.operations.forget(KEPT_OPERATIONS)
}
