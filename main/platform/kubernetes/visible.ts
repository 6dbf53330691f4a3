import type { z } from 'zod'
import type { Failure } from '../../../preload/contract/failures'
import type { Clock } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { KubeClient, ListQuery, Resource, WatchItem } from './types'

/** Objects of a kind as far as this person may see them. */
export interface VisibleItems<T> {
  items: T[]
  /** The namespaces that were read, where the server does not show all of them to this person. */
  only?: string[]
}
type Listing = Pick<KubeClient, 'list'>
type Seen = Listing & Pick<KubeClient, 'own'>
/** Rights are granted while people are connected, and what they see of their own namespaces changes. */
const LOOK_AGAIN_MS = 15_000

/** How long a refusal of the whole list is believed: asking again each time would fill the server's log with what it has said. */
const BELIEVED_MS = 5 * 60_000
const refusals = new WeakMap<object, Map<string, { at: number; failure: Failure }>>()
const keyOf = ({ group, version, plural }: Resource) => `${group}/${version}/${plural}`
/** The refusal of the whole list that this connection met a short while ago. */
function refusedLately({ own }: Seen, resource: Resource): Failure | undefined {
  if (!own) return undefined
  const met = refusals.get(own)?.get(keyOf(resource))
  return met && own.clock.now() - met.at < BELIEVED_MS ? met.failure : undefined
}
function remember({ own }: Seen, resource: Resource, failure: Failure) {
  if (!own || failure.code !== 'FORBIDDEN') return
  const known = refusals.get(own) ?? new Map<string, { at: number; failure: Failure }>()
  known.set(keyOf(resource), { at: own.clock.now(), failure })
  refusals.set(own, known)
}

interface Asked<T> {
  resource: Resource
  query?: ListQuery
  parse: z.ZodType<T>
}
/** The whole list, or the refusal of it that was met a short while ago. */
async function wholeList<T>(
  client: Seen,
  { resource, query = {}, parse }: Asked<T>,
  signal?: AbortSignal,
): Promise<Outcome<T[]>> {
  if (query.namespace !== undefined) return client.list(resource, query, parse, signal)
  const lately = refusedLately(client, resource)
  if (lately) return fail(lately)
  const all = await client.list(resource, query, parse, signal)
  if (!all.ok) remember(client, resource, all.failure)
  return all
}

/** Lists a kind everywhere; whoever may not sees the namespaces they belong to, and one that is closed to them is left out. */
export async function listVisible<T>(
  client: Seen,
  asked: Asked<T>,
  signal?: AbortSignal,
): Promise<Outcome<VisibleItems<T>>> {
  const all = await wholeList(client, asked, signal)
  if (all.ok) return succeed({ items: all.value })
  const own = client.own?.namespaces() ?? []
  if (all.failure.code !== 'FORBIDDEN' || asked.query?.namespace !== undefined || own.length === 0)
    return all
  const { resource, query = {}, parse } = asked
  const answers = await Promise.all(
    own.map(async (namespace) => ({
      namespace,
      answer: await client.list(resource, { ...query, namespace }, parse, signal),
    })),
  )
  return oneList(answers) ?? all
}
/** What several namespaces answered; undefined where all are closed. */
function oneList<T>(
  answers: readonly { namespace: string; answer: Outcome<T[]> }[],
): Outcome<VisibleItems<T>> | undefined {
  const broken = answers.find(({ answer }) => !answer.ok && answer.failure.code !== 'FORBIDDEN')
  if (broken && !broken.answer.ok) return broken.answer
  const open = answers.flatMap(({ namespace, answer }) =>
    answer.ok ? [{ namespace, items: answer.value }] : [],
  )
  if (open.length === 0) return undefined
  return succeed({
    items: open.flatMap(({ items }) => items),
    only: open.map(({ namespace }) => namespace),
  })
}

type Named = {
  metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string }
}
export interface WatchVisible<T> {
  parse: z.ZodType<T>
  signal: AbortSignal
  /** What is seen alone from now on; undefined where everything is. */
  onlySeen?: (namespaces: string[] | undefined) => void
  /** Why nothing more is heard: the watch broke, or this person may see the kind nowhere. */
  onFailure?: (failure: Failure) => void
}
/** Waits by the machine's clock, since that of a simulated site may run an hour a second; answers whether somebody still waits. */
const again = async ({ own, clock }: Seen & { clock: Clock }, signal: AbortSignal) => {
  await (own?.clock ?? clock).sleep(LOOK_AGAIN_MS, signal).catch(() => undefined)
  return !signal.aborted
}
/** Watches a kind everywhere; for whoever may not, the namespaces they belong to are read again and again, each time as a whole. */
export async function* watchVisible<T extends Named>(
  client: Seen & Pick<KubeClient, 'watch'> & { clock: Clock },
  { resource, query = {} }: { resource: Resource; query?: ListQuery },
  { parse, signal, onlySeen, onFailure }: WatchVisible<T>,
): AsyncGenerator<WatchItem<T>, void> {
  for (;;) {
    let refused = refusedLately(client, resource) !== undefined
    const broken = (failed: Failure) => {
      refused = failed.code === 'FORBIDDEN'
      remember(client, resource, failed)
      if (!refused) onFailure?.(failed)
    }
    const whole = refused ? [] : client.watch(resource, query, { parse, signal, onFailure: broken })
    for await (const item of whole) {
      onlySeen?.(undefined)
      yield item
    }
    if (!refused || signal.aborted) return
    const seen = await listVisible(client, { resource, query, parse }, signal)
    if (!seen.ok) onFailure?.(seen.failure)
    else {
      onlySeen?.(seen.value.only)
      yield { type: 'reset', items: seen.value.items, at: client.clock.now() }
    }
    if (!(await again(client, signal))) return
  }
}
