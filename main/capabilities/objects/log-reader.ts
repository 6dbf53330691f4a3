import type { Readable } from 'node:stream'
import type { LogsAsk, PodRef } from '../../../preload/contract/objects'
import { explain } from '../../../preload/contract/explain'
import type { Failure } from '../../../preload/contract/failures'
import { given } from '../../kernel/given'
import { AnyObject } from '../../platform/kubernetes/objects'
import type { KubeClient, LogOptions } from '../../platform/kubernetes/types'
import { KUBE } from '../plans'
import type { Written } from './adapters/spool'
import { containersOf, ended } from './domain/containers'
import { LineCutter, Seam, stamped } from './domain/log-lines'
import { at, textAt, type Raw } from './domain/raw'

/** What a reader tells while it reads. */
export interface Reading {
  client(): KubeClient | undefined
  lines(lines: Written[]): void
  says(state: 'reading' | 'reconnecting' | 'waiting', why: string): void
  sleep(ms: number): Promise<void>
  signal: AbortSignal
}
export type ReadEnd = { says: string; failure?: Failure }

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** A followed log that is silent for so long is opened again: half-closed connections look just like it. */
const SILENCE_MS = 240_000
const FINAL = new Set<Failure['code']>([
  'FORBIDDEN',
  'CREDENTIAL_REFUSED',
  'SITE_UNKNOWN',
  'CLUSTER_UNTRUSTED',
])

/** Reads one container's log to its end, however often the connection breaks: no line twice, none left out. */
export async function readContainer(
  asked: LogsAsk,
  container: string,
  reading: Reading,
): Promise<ReadEnd> {
  const ask = { ...asked, follow: asked.follow && !asked.previous }
  const seam = new Seam()
  let failures = 0
  let lastTry = false
  for (let opened = 0; ; opened++) {
    const read = await readOnce({ ask, container, seam, again: opened > 0 }, reading)
    failures = read.lines > 0 ? 0 : failures + 1
    const end = reading.signal.aborted ? { says: '' } : endOf(ask, read, failures)
    if (end) return end
    const state = await standingOf(ask, container, reading)
    // A container that has ended is read once more: the connection may have gone just before its last words.
    if (state.over && !read.broken && (lastTry || read.lines === 0)) return { says: state.says }
    lastTry = state.over
    reading.says(
      read.broken ? 'reconnecting' : 'waiting',
      read.failure ? explain(read.failure).says : state.says,
    )
    await reading.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 5)))
  }
}
const MOST_FAILURES = 6

/** Whether nothing more is to be had: read to its end, refused for good, or broken too often. */
function endOf(
  { follow }: LogsAsk,
  { broken, failure }: Once,
  failures: number,
): ReadEnd | undefined {
  const refused =
    failure &&
    (FINAL.has(failure.code) || !follow) &&
    (!broken || failures > MOST_FAILURES || FINAL.has(failure.code))
  if (refused) return { says: explain(failure).says, failure }
  return !follow && !broken ? { says: '' } : undefined
}

interface Opening {
  ask: LogsAsk
  container: string
  seam: Seam
  again: boolean
}
interface Once {
  lines: number
  broken: boolean
  failure?: Failure
}
async function readOnce({ ask, container, seam, again }: Opening, reading: Reading): Promise<Once> {
  const client = reading.client()
  if (!client) return { lines: 0, broken: true }
  const quiet = new AbortController()
  const since = again ? seam.since() : undefined
  const options: LogOptions = {
    follow: ask.follow && !ask.previous,
    previous: ask.previous,
    timestamps: true,
    signal: AbortSignal.any([reading.signal, quiet.signal]),
    ...(since === undefined
      ? given({ tailLines: ask.tailLines, sinceSeconds: ask.sinceSeconds })
      : { sinceTime: since }),
  }
  const opened = await client
    .logs({ namespace: ask.namespace, name: ask.name, container }, options)
    .catch(() => undefined)
  if (!opened) return { lines: 0, broken: true }
  if (!opened.ok) return { lines: 0, broken: !isRefusal(opened.failure), failure: opened.failure }
  if (again) seam.reopened()
  reading.says('reading', '')
  return pour(opened.value, {
    container,
    seam,
    lines: reading.lines,
    late: ask.follow ? () => quiet.abort() : () => undefined,
  })
}
// A container that has not begun refuses with 400, a pod that is gone with 404: the answer is complete, nothing broke.
const isRefusal = ({ code }: Failure) =>
  code === 'REFUSED_BY_CLUSTER' || code === 'NOT_FOUND' || FINAL.has(code)

/** Pours a stream into the sink in lines; answers how many were new and whether it broke off. */
async function pour(
  stream: Readable,
  {
    container,
    seam,
    lines,
    late,
  }: { container: string; seam: Seam; lines: (lines: Written[]) => void; late: () => void },
): Promise<Once> {
  const cutter = new LineCutter()
  const decoder = new TextDecoder()
  let count = 0
  let timer: NodeJS.Timeout | undefined
  const take = (raw: string[]) => {
    const fresh = raw.flatMap((line): Written[] => {
      const one = stamped(line)
      return seam.take(line, one.at) ? [{ ...one, container }] : []
    })
    count += fresh.length
    if (fresh.length > 0) lines(fresh)
  }
  const rearm = () => {
    clearTimeout(timer)
    timer = setTimeout(late, SILENCE_MS)
  }
  try {
    rearm()
    for await (const piece of stream as AsyncIterable<Buffer>) {
      rearm()
      take(cutter.cut(decoder.decode(piece, { stream: true })))
    }
    take(cutter.end())
    return { lines: count, broken: false }
  } catch {
    // The piece of a line that came before the break comes again whole.
    return { lines: count, broken: true }
  } finally {
    clearTimeout(timer)
  }
}

/** Whether more can come from a container. */
async function standingOf(
  ask: PodRef,
  name: string,
  reading: Reading,
): Promise<{ over: boolean; says: string }> {
  const found = await reading
    .client()
    ?.get(KUBE.pods, ask, AnyObject, reading.signal)
    .catch(() => undefined)
  if (!found?.ok) return { over: false, says: 'the cluster does not answer' }
  return found.value
    ? courseOf(found.value as Raw, name)
    : { over: true, says: `${ask.name} is gone.` }
}
function courseOf(pod: Raw, name: string): { over: boolean; says: string } {
  const container = containersOf(pod).find((one) => one.name === name)
  const end = container && ended(container.status)
  if (!end)
    return ENDED.has(textAt(pod, 'status', 'phase') ?? '')
      ? { over: true, says: 'It has ended.' }
      : { over: false, says: `${name} has not begun to write` }
  const forGood =
    ENDED.has(textAt(pod, 'status', 'phase') ?? '') ||
    at(pod, 'spec', 'restartPolicy') === 'Never' ||
    (container.kind === 'init' && end.exitCode === 0)
  return forGood
    ? { over: true, says: `${name} ended with ${String(end.exitCode)}.` }
    : { over: false, says: `${name} ended and will start again` }
}
const ENDED = new Set(['Succeeded', 'Failed'])
