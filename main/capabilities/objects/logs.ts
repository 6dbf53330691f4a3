import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { failure } from '../../../preload/contract/failures'
import type { LogLine, LogsAsk, LogState } from '../../../preload/contract/objects'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import { AnyObject } from '../../platform/kubernetes/objects'
import { latest, listeners } from '../../platform/streams/latest'
import { KUBE } from '../plans'
import { expressionOf, hitFrom, Search, type Hit, type Needle } from './adapters/search'
import { Spool } from './adapters/spool'
import { containersOf } from './domain/containers'
import type { Raw } from './domain/raw'
import { readContainer } from './log-reader'
import type { ObjectPorts } from './ports'

const TAIL = 200
const QUIET_MS = 400
const MANY = 5000

/** One log being read: as many readers as containers, one spool. */
class LogSession {
  readonly id: string
  readonly #ports: ObjectPorts
  readonly #ask: LogsAsk
  readonly #spool: Spool
  readonly #life = new AbortController()
  readonly #changed = listeners()
  readonly #searches = new Map<string, Search>()
  #state: LogState['state'] = 'reading'
  #says = ''
  #failure: LogState['failure']
  #lastLineAt = 0

  constructor(ports: ObjectPorts, ask: LogsAsk, at: { id: string; folder: string }) {
    this.#ports = ports
    this.#ask = ask
    this.id = at.id
    this.#spool = new Spool(join(at.folder, at.id))
  }
  readonly onChange = (listener: () => void) => this.#changed.add(listener)
  close() {
    this.#life.abort()
    this.#spool.close()
  }
  state(): LogState {
    const { first, end, bytes } = this.#spool
    const reading =
      this.#state === 'following' &&
      end > MANY &&
      this.#ports.clock.now() - this.#lastLineAt < QUIET_MS
    return {
      session: this.id,
      state: reading ? 'reading' : this.#state,
      first,
      end,
      bytes,
      says: this.#says,
      ...(this.#failure && { failure: this.#failure }),
      tail: this.#life.signal.aborted ? [] : this.#spool.read(Math.max(first, end - TAIL), TAIL),
    }
  }
  lines(from: number, count: number): LogLine[] {
    return this.#spool.read(from, count)
  }
  async search(
    needle: Needle,
    at: { from: number; direction: 'next' | 'previous' },
    signal?: AbortSignal,
  ): Promise<Outcome<Hit>> {
    const expression = expressionOf(needle)
    if (!expression.ok) return expression
    const key = JSON.stringify(needle)
    const search = this.#searches.get(key) ?? new Search(this.#spool, needle)
    // The one before is forgotten: people refine one search, they do not hold several.
    this.#searches.clear()
    this.#searches.set(key, search)
    const found = await search.all(
      signal ? AbortSignal.any([signal, this.#life.signal]) : this.#life.signal,
    )
    return found.ok ? succeed(hitFrom(found.value, at.from, at.direction)) : found
  }

  /** Reads until every container has ended or the session is closed. */
  async run(): Promise<void> {
    const containers = await this.#containers()
    if (!containers.ok) return this.#end('failed', { failure: containers.failure, says: '' })
    const ends = await Promise.all(
      containers.value.map((name) =>
        readContainer(this.#ask, name, {
          signal: this.#life.signal,
          client: () => {
            const client = this.#ports.sites.client(this.#ask.site)
            return client.ok ? client.value : undefined
          },
          lines: (lines) => {
            if (this.#life.signal.aborted) return
            this.#spool.append(lines)
            this.#lastLineAt = this.#ports.clock.now()
            this.#changed.tell()
          },
          says: (state, why) =>
            this.#tell(
              state === 'reconnecting'
                ? 'reconnecting'
                : state === 'waiting'
                  ? 'following'
                  : this.#ask.follow
                    ? 'following'
                    : 'reading',
              why,
            ),
          sleep: (ms) => this.#ports.clock.sleep(ms, this.#life.signal).catch(() => undefined),
        }),
      ),
    )
    const failed =
      ends.length > 0 && ends.every((end) => end.failure) ? ends[0]?.failure : undefined
    this.#end(failed && this.#spool.end === 0 ? 'failed' : 'ended', {
      ...(failed && { failure: failed }),
      says: [...new Set(ends.map(({ says }) => says))].filter(Boolean).join(' '),
    })
  }
  #tell(state: LogState['state'], says: string) {
    this.#state = state
    this.#says = says
    this.#changed.tell()
    // Once more when it has become quiet, so that "reading" turns into "following" without another line.
    if (state === 'following')
      void this.#ports.clock.sleep(QUIET_MS * 2, this.#life.signal).then(
        () => this.#changed.tell(),
        () => undefined,
      )
  }
  #end(
    state: 'ended' | 'failed',
    { failure: why, says }: { failure?: LogState['failure']; says: string },
  ) {
    this.#failure = why
    this.#tell(state, says)
  }
  async #containers(): Promise<Outcome<string[]>> {
    if (this.#ask.containers.length > 0) return succeed(this.#ask.containers)
    const client = this.#ports.sites.client(this.#ask.site)
    if (!client.ok) return client
    const pod = await client.value.get(KUBE.pods, this.#ask, AnyObject, this.#life.signal)
    if (!pod.ok) return pod
    if (!pod.value) return fail(failure('NOT_FOUND', { kind: 'pod', name: this.#ask.name }))
    const all = containersOf(pod.value as Raw)
    return succeed(
      (all.some(({ kind }) => kind === 'init')
        ? all
        : all.filter(({ kind }) => kind !== 'ephemeral')
      ).map(({ name }) => name),
    )
  }
}

/** Logs that are being read; each goes with the stream that opened it. */
export function makeLogs(ports: ObjectPorts) {
  const folder = join(ports.store.folder, 'spool')
  // What a killed core left behind belongs to nobody: the store lets one core in.
  rmSync(folder, { recursive: true, force: true })
  const open = new Map<string, LogSession>()
  let number = 0
  const found = (session: string): Outcome<LogSession> => {
    const one = open.get(session)
    return one ? succeed(one) : fail(failure('NOT_FOUND', { kind: 'open log', name: session }))
  }
  return {
    async *read(ask: LogsAsk, signal?: AbortSignal): AsyncGenerator<LogState, void> {
      const session = new LogSession(ports, ask, { id: `log-${String(++number)}`, folder })
      open.set(session.id, session)
      void session
        .run()
        .catch((error: unknown) =>
          ports.log.error('A log could not be read.', { error: String(error) }),
        )
      try {
        yield* latest({
          subscribe: session.onChange,
          read: () => session.state(),
          clock: ports.clock,
          signal,
        })
      } finally {
        open.delete(session.id)
        session.close()
      }
    },
    lines(session: string, { from, count }: { from: number; count: number }): Outcome<LogLine[]> {
      const one = found(session)
      return one.ok ? succeed(one.value.lines(from, count)) : one
    },
    async search(
      {
        session,
        needle,
        ...at
      }: { session: string; needle: Needle; from: number; direction: 'next' | 'previous' },
      signal?: AbortSignal,
    ): Promise<Outcome<Hit>> {
      const one = found(session)
      return one.ok ? one.value.search(needle, at, signal) : one
    },
    close() {
      for (const one of open.values()) one.close()
    },
  }
}
