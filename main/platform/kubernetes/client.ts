import type { Clock } from '../../kernel/clock'
import type { Random } from '../../kernel/random'
import { silentLog, type Log } from '../log/log'
import { SiteClock } from './clock'
import { inventory } from './inventory'
import { kinds } from './kinds'
import { reading } from './reading'
import { review } from './review'
import { streaming } from './streaming'
import { liveReading } from './tables'
import { throughService } from './service-request'
import { Transport, type Target } from './transport'
import type { KubeClient } from './types'
import { watch } from './watch'
import { writing } from './writing'

export interface ClientOptions {
  /** The machine's clock: time limits and back-off are ours, not the site's. */
  clock: Clock
  random: Random
  /** The site's own clock where it is known; otherwise it is kept from Date headers. */
  siteClock?: Clock
  log?: Log
  timeoutMs?: number
  /** The namespaces this person is known to belong to. */
  namespaces?: () => readonly string[]
}

/** A client of one cluster as one signed-in person; opens nothing before it is asked. */
export function makeKubeClient(
  target: Target,
  { clock, random, siteClock, log = silentLog, timeoutMs, namespaces }: ClientOptions,
): KubeClient {
  const kept = new SiteClock(clock)
  const site = siteClock ?? kept
  const transport = new Transport(target, {
    clock,
    ...(timeoutMs !== undefined && { timeoutMs }),
    onDate: (header) => kept.observe(header),
  })
  const desk = { transport, random, log, now: () => site.now() }
  return {
    site: target.site,
    server: target.server,
    clock: site,
    ...(namespaces && { own: { namespaces, clock } }),
    ...reading(transport, log),
    ...writing(transport),
    ...streaming(transport),
    live: liveReading(transport, random, log),
    ...kinds(transport),
    ...inventory(transport),
    throughService: (service, ask, signal) =>
      throughService(transport, { service, ...ask }, signal),
    review: (asks, signal) => review(transport, asks, signal),
    watch: (resource, query, options) => watch(desk, { resource, query, ...options }),
    reconnect: () => transport.reset(),
    close: () => transport.close(),
  }
}
