import type { Controller, Engine } from '../controllers/engine'
import { keyOf, splitKey } from '../controllers/engine'
import { RUN_SECONDS } from '../controllers/kubelet/durations'
import { POD } from '../controllers/kinds'
import { TRANSFER, transferOf, type TransferNote } from '../controllers/runtime/transfer-note'
import { hexOf, isFinished, type Pod } from '../controllers/objects'
import { bytesOf } from './s3-objects'
import type { AccountState, BucketState, ObjectState } from './state'

export const TRANSFER_LABEL = 'takt.dev/transfer'
/** The line out of the building: a little over a gigabit. */
const BYTES_PER_SECOND = 158_000_000
const STEP_MS = 2_000
interface Copy {
  source: ObjectState
  bucket: BucketState
  key: string
}
const place = (uri = ''): { bucket: string; prefix: string } => {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? []
  return { bucket, prefix }
}
const isAt = (state: AccountState, bucket: string): BucketState | undefined =>
  state.building[bucket] ?? state.buckets[bucket]

/** Plays the copying that a transfer Job does: object by object from one store to the other at the speed of the line, going on where it stopped. */
export function transfers(
  engine: Engine,
  { state, damaged }: { state: AccountState; damaged: Set<string> },
): Controller {
  const name = 'transfers'
  return {
    name,
    watches: [
      {
        kinds: [POD],
        wakes: ({ type, object }) =>
          type !== 'DELETED' && object.metadata.labels?.[TRANSFER_LABEL] !== undefined
            ? [keyOf(object)]
            : [],
      },
    ],
    reconcile(key) {
      const [namespace, podName] = splitKey(key)
      const pod = engine.api.get(POD, podName, namespace) as Pod | undefined
      if (!pod || isFinished(pod)) return
      const note = transferOf(pod)
      if (!note) return void engine.api.update(noted(pod, copiesOf(state, pod)), name)
      const startedAt = startOf(pod)
      const now = engine.api.clock.now()
      if (Number.isNaN(startedAt)) return
      // Rounded to whole seconds, the end of the run may come a moment before the last byte by arithmetic.
      const finishing = now - startedAt >= (note.bytes / note.bytesPerSecond) * 1000 - STEP_MS
      const left = copiesOf(state, pod)
      for (const copy of within(
        left,
        finishing ? Infinity : sentBy(note, { left, seconds: (now - startedAt) / 1000 }),
      ))
        put(copy, now, damaged)
      if (!finishing) engine.wakeAt(now + STEP_MS, name, key)
    },
  }
}
const sentBy = (
  { bytes, bytesPerSecond }: TransferNote,
  { left, seconds }: { left: Copy[]; seconds: number },
) => seconds * bytesPerSecond - (bytes - sizeOf(left))
const startOf = (pod: Pod) =>
  Date.parse(pod.status?.containerStatuses?.[0]?.state.running?.startedAt ?? '')
const sizeOf = (copies: Copy[]) => copies.reduce((sum, { source }) => sum + source.size, 0)
function noted(pod: Pod, left: Copy[]): Pod {
  const told: TransferNote = {
    bytes: sizeOf(left),
    objects: left.length,
    bytesPerSecond: Math.min(
      BYTES_PER_SECOND,
      Number(pod.metadata.annotations?.['takt.dev/cap'] ?? Infinity),
    ),
  }
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: {
        ...pod.metadata.annotations,
        [TRANSFER]: JSON.stringify(told),
        [RUN_SECONDS]: String(Math.max(2, told.bytes / told.bytesPerSecond)),
      },
    },
  }
}
/** The objects that so many bytes are enough for, in their order. */
function within(left: Copy[], bytes: number): Copy[] {
  let rest = bytes
  return left.filter(({ source }) => (rest -= source.size) >= 0)
}
function put({ source, bucket, key }: Copy, now: number, damaged: Set<string>) {
  const broken = [...damaged].find((part) => key.includes(part))
  if (broken !== undefined) damaged.delete(broken)
  bucket.objects[key] = {
    ...source,
    modifiedAt: now,
    ...(broken !== undefined && {
      etag: hexOf(`damaged${key}`, 32),
      sha256: hexOf(`damaged${key}`, 64),
    }),
  }
}

/** What a pod still has to copy: what its list names and is not the same at the other end. */
function copiesOf(state: AccountState, pod: Pod): Copy[] {
  const annotations = pod.metadata.annotations ?? {}
  const [from, to] = [place(annotations['takt.dev/from']), place(annotations['takt.dev/to'])]
  const [bucket, source] = [isAt(state, to.bucket), isAt(state, from.bucket)]
  if (!bucket || !source) return []
  const listed = ['takt.dev/list', 'takt.dev/again'].flatMap((mark) => {
    const at = place(annotations[mark])
    const names = isAt(state, at.bucket)?.objects[at.prefix]
    return names ? bytesOf(names).toString().split('\n').filter(Boolean) : []
  })
  return listed.flatMap((one) => {
    const object = source.objects[from.prefix.replace(/^[0-9a-f]{12}(?=\/)/, 'main') + one]
    const there = bucket.objects[to.prefix + one]
    return object && there?.etag !== object.etag
      ? [{ source: object, bucket, key: to.prefix + one }]
      : []
  })
}
