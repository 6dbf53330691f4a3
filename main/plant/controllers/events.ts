import { timestamp } from '../../kernel/clock'
import { seeded } from '../../kernel/random'
import type { KubeObject } from '../types'
import { isRefusal, type Engine } from './engine'
import { EVENT } from './kinds'
import { hexOf } from './objects'

export interface Note {
  type?: 'Normal' | 'Warning'
  reason: string
  message: string
  from: string
}
interface EventObject extends KubeObject {
  count: number
  lastTimestamp: string
}

const TTL_MS = 3_600_000
const SWEEP_MS = 600_000

/** Writes the Kubernetes Events of one site; repeats are counted on the first one, and each goes an hour after its last sight. */
export interface Recorder {
  note: (about: KubeObject, note: Note) => void
  /** Events before this moment are not written: they will have gone by then. */
  quietUntil: (at: number) => void
}

export function makeRecorder(engine: Engine): Recorder {
  const { api } = engine
  let sweeping = false
  let quietUntil = 0
  const sweep = () => {
    const events = api.list(EVENT) as EventObject[]
    for (const event of events) {
      const { name, namespace } = event.metadata
      if (Date.parse(event.lastTimestamp) + TTL_MS <= api.clock.now())
        api.remove(EVENT, name, { ...(namespace && { namespace }) })
    }
    if (events.length > 0) engine.at(api.clock.now() + SWEEP_MS, 'events', sweep)
    sweeping = events.length > 0
  }
  if (api.list(EVENT).length > 0) sweep()
  return {
    quietUntil(at) {
      quietUntil = at - TTL_MS
    },
    note(about, note) {
      if (api.clock.now() < quietUntil) return
      const namespace = about.metadata.namespace ?? 'default'
      const key = [about.kind, about.metadata.uid, note.reason, note.message].join('|')
      const name = `${about.metadata.name.slice(0, 200)}.${hexOf(key, 16)}`
      if (!sweeping) engine.at(api.clock.now() + SWEEP_MS, 'events', sweep)
      sweeping = true
      try {
        write({ api, name, namespace }, about, note)
      } catch (error) {
        // An event about something in a namespace that is being deleted has nowhere to go.
        if (!isRefusal(error)) throw error
      }
    },
  }
}

function write(
  { api, name, namespace }: { api: Engine['api']; name: string; namespace: string },
  about: KubeObject,
  note: Note,
) {
  const now = timestamp(api.clock.now())
  const before = api.get(EVENT, name, namespace) as EventObject | undefined
  if (before) {
    api.update({ ...before, count: before.count + 1, lastTimestamp: now }, note.from)
    return
  }
  api.create(
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name: about.metadata.name,
        namespace: about.metadata.namespace ?? '',
        uid: about.metadata.uid ?? '',
      },
      type: note.type ?? 'Normal',
      reason: note.reason,
      message: note.message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
      source: { component: note.from },
      reportingComponent: note.from,
      reportingInstance: '',
    },
    note.from,
  )
}

/** A reproducible stream of chance for a name, for things that need several numbers. */
export const streamOf = (text: string) => seeded(parseInt(hexOf(text, 8), 16))
