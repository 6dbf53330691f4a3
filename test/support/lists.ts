import { makeCluster, type Cluster, type GpuUse } from '../../main/capabilities/cluster'
import { failure } from '../../preload/contract/failures'
import type { ListAsked, ListUpdate } from '../../preload/contract/cluster'
import type { SiteState } from '../../preload/contract/sites'
import type { Clock } from '../../main/kernel/clock'
import { fail, succeed } from '../../main/kernel/outcome'
import { seeded } from '../../main/kernel/random'
import { systemClock } from '../../main/platform/clock/system'
import { makeKubeClient } from '../../main/platform/kubernetes/client'
import type { Target } from '../../main/platform/kubernetes/transport'
import type { KubeClient } from '../../main/platform/kubernetes/types'
import { silentLog } from '../../main/platform/log/log'
import type { Store } from '../../main/platform/store'

export const SITE = 'rack'
/** A store of lists in memory. */
export function memoryStore(): Pick<Store, 'blobs' | 'settings'> {
  const blobs = new Map<string, Uint8Array>()
  const settings = new Map<string, unknown>()
  return {
    blobs: {
      get: (key) => blobs.get(key),
      set: (key, bytes) => {
        blobs.set(key, bytes)
        return succeed(undefined)
      },
      remove: (key) => {
        blobs.delete(key)
        return succeed(undefined)
      },
    },
    settings: {
      get: (key) => settings.get(key),
      set: (key, value) => {
        settings.set(key, structuredClone(value))
        return succeed(undefined)
      },
      remove: (key) => {
        settings.delete(key)
        return succeed(undefined)
      },
    },
  }
}
export const asAdmin = (server: string, token: string): Target => ({
  site: SITE,
  server,
  tls: {},
  credentials: {
    get: () => Promise.resolve(succeed({ authorization: `Bearer ${token}` })),
    refused: () => false,
  },
})

interface Options {
  clock?: Clock
  store?: Pick<Store, 'blobs' | 'settings'>
  namespaces?: string[]
  gpuUse?: GpuUse
  offers?: string[]
}
/** Lists of one site that is connected as told, without the rest of the core. */
export function listsOf(
  target: Target | undefined,
  {
    clock = systemClock,
    store = memoryStore(),
    namespaces = [],
    gpuUse = { byNode: () => undefined, follow: () => () => undefined },
    offers = [],
  }: Options = {},
) {
  let client: KubeClient | undefined
  let state: SiteState = {
    id: SITE,
    name: SITE,
    place: 'on-prem',
    meta: '',
    simulated: false,
    state: 'idle',
    home: true,
    prepared: 'no',
    offers,
  }
  const heard = new Set<() => void>()
  const tell = (next: Partial<SiteState>) => {
    state = { ...state, ...next }
    for (const listener of [...heard]) listener()
  }
  const service: Cluster = makeCluster({
    store,
    clock,
    gpuUse,
    random: seeded(5),
    log: silentLog,
    namespacesOf: () => namespaces,
    sites: {
      states: () => [state],
      client: () =>
        client ? succeed(client) : fail(failure('SITE_NOT_CONNECTED', { site: SITE })),
      onChange: (listener) => {
        heard.add(listener)
        return () => heard.delete(listener)
      },
    },
  })
  const connect = (to: Target) => {
    client?.close()
    client = makeKubeClient(to, { clock, random: seeded(6), timeoutMs: 20_000 })
    tell({ state: 'live' })
  }
  if (target) connect(target)
  return {
    service,
    store,
    connect,
    tell,
    /** Answers when the server does. */
    async ready() {
      const answered = await client?.version()
      if (!answered?.ok) throw new Error('the server does not answer')
    },
    disconnect() {
      client?.close()
      client = undefined
      tell({ state: 'idle' })
    },
    close() {
      service.close()
      client?.close()
    },
  }
}

let asked = 0
/** Reads a list until it is as wanted; the reading goes on until `stop`. */
export function reading(service: Cluster, ask: Partial<ListAsked> & Pick<ListAsked, 'list'>) {
  const over = new AbortController()
  const whole: ListAsked = {
    id: `reader-${++asked}`,
    site: SITE,
    filter: {},
    sort: [],
    window: { from: 0, count: 50 },
    ...ask,
  }
  const all: ListUpdate[] = []
  const waiting = new Set<() => void>()
  const ended = (async () => {
    for await (const update of service.watch(whole, over.signal)) {
      all.push(update)
      for (const check of [...waiting]) check()
    }
  })()
  return {
    id: whole.id,
    all,
    get last() {
      return all.at(-1)
    },
    async until(wanted: (update: ListUpdate) => boolean, seconds = 30): Promise<ListUpdate> {
      const found = () => {
        const last = all.at(-1)
        return last && wanted(last) ? last : undefined
      }
      const now = found()
      if (now) return now
      return new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          waiting.delete(check)
          const { rows, ...head } = all.at(-1) ?? { rows: [] }
          reject(
            new Error(
              `not seen within ${seconds} s; last: ${JSON.stringify(head)} with ${rows.length} rows`,
            ),
          )
        }, seconds * 1000)
        const check = () => {
          const one = found()
          if (one) {
            clearTimeout(limit)
            waiting.delete(check)
            resolve(one)
          }
        }
        waiting.add(check)
      })
    },
    stop: () => {
      over.abort()
      return ended
    },
  }
}
/** The values of one column, row by row. */
export function cells(update: ListUpdate, column: string): unknown[] {
  const index = update.columns.findIndex(({ id }) => id === column)
  return update.rows.map((row) => row.cells[index])
}
