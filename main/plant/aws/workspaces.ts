import type { Controller, Engine } from '../controllers/engine'
import { keyOf, splitKey } from '../controllers/engine'
import { CLAIM, POD } from '../controllers/kinds'
import { RUN_SECONDS } from '../controllers/kubelet/durations'
import { isFinished, type Pod } from '../controllers/objects'
import { FILES } from '../controllers/volumes/claims'
import type { KubeObject } from '../types'
import { bytesOf, written } from './s3-objects'
import type { AccountState, BucketState } from './state'

const LABEL = 'takt.dev/workspace-transfer'
const SECONDS = 8
type Files = Record<string, string>

/** Plays the Job that brings the files of a volume to a bucket or from there: both sides are the same when its pod ends. */
export function workspaces(engine: Engine, { state }: { state: AccountState }): Controller {
  const name = 'workspaces'
  const { api } = engine
  const sync = (pod: Pod, bucket: BucketState, prefix: string) => {
    const claim = api.get(
      CLAIM,
      pod.metadata.annotations?.['takt.dev/claim-name'] ?? '',
      pod.metadata.namespace ?? '',
    )
    if (!claim) return
    if (pod.metadata.labels?.[LABEL] === 'out')
      send(filesOf(claim), { bucket, prefix, now: api.clock.now() })
    else
      api.update(
        {
          ...claim,
          metadata: {
            ...claim.metadata,
            annotations: {
              ...claim.metadata.annotations,
              [FILES]: JSON.stringify(received(bucket, prefix)),
            },
          },
        },
        name,
      )
  }
  return {
    name,
    watches: [
      {
        kinds: [POD],
        wakes: ({ type, object }) =>
          type !== 'DELETED' && object.metadata.labels?.[LABEL] !== undefined
            ? [keyOf(object)]
            : [],
      },
    ],
    reconcile(key) {
      const [namespace, podName] = splitKey(key)
      const pod = api.get(POD, podName, namespace) as Pod | undefined
      if (!pod || isFinished(pod)) return
      const { annotations = {} } = pod.metadata
      if (annotations[RUN_SECONDS] === undefined)
        return void api.update(
          {
            ...pod,
            metadata: {
              ...pod.metadata,
              annotations: { ...annotations, [RUN_SECONDS]: String(SECONDS) },
            },
          },
          name,
        )
      if (!runs(pod)) return
      const { bucket, prefix } = depotOf(annotations['takt.dev/depot'])
      const at = state.buckets[bucket]
      if (at) sync(pod, at, `${prefix}/`)
    },
  }
}
const runs = ({ status }: Pod) => status?.containerStatuses?.[0]?.state.running !== undefined
function depotOf(uri = ''): { bucket: string; prefix: string } {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? []
  return { bucket, prefix }
}
const filesOf = ({ metadata }: KubeObject): Files =>
  JSON.parse(metadata.annotations?.[FILES] ?? '{}') as Files
/** What differs is written, what is no longer there goes. */
function send(
  files: Files,
  { bucket, prefix, now }: { bucket: BucketState; prefix: string; now: number },
) {
  for (const key of Object.keys(bucket.objects))
    if (key.startsWith(prefix) && files[key.slice(prefix.length)] === undefined)
      delete bucket.objects[key]
  for (const [path, text] of Object.entries(files)) {
    const object = written(Buffer.from(text), { now, metadata: {} })
    if (bucket.objects[prefix + path]?.etag !== object.etag) bucket.objects[prefix + path] = object
  }
}
const received = (bucket: BucketState, prefix: string): Files =>
  Object.fromEntries(
    Object.entries(bucket.objects).flatMap(([key, object]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), bytesOf(object).toString()]] : [],
    ),
  )
