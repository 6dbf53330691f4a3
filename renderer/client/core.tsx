import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type DependencyList,
} from 'react'
import type { Client } from './link'
import {
  failed,
  loading,
  ready,
  watchInto,
  type Put,
  type Remote,
  type WatchOptions,
} from './remote'
import { toTrouble, type Trouble } from './trouble'

/** What a screen may use of the world outside: the core and the time. */
export interface Core {
  client: Client
  now: () => number
}
const CoreContext = createContext<Core | undefined>(undefined)
export const CoreProvider = CoreContext.Provider
export function useCore(): Core {
  const core = useContext(CoreContext)
  if (!core) throw new Error('CoreProvider is missing above this component')
  return core
}

/** The time in ms since 1970, again every so often, for ages on screen. */
export function useNow(everyMs = 1000): number {
  const { now } = useCore()
  const [time, setTime] = useState(now)
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, now])
  return time
}

const ASK_LIMIT_MS = 60_000
/** A place for an answer that knows which question it answers: to any other question it is only what was last known. */
function useAnswer<T>(deps: DependencyList) {
  // A new object for each question, made while the page is drawn: no frame shows an answer as that of the question after it.
  const question = useMemo(() => ({}), deps)
  const [answer, setAnswer] = useState<{ to?: object; remote: Remote<T> }>({
    remote: { at: 'idle' },
  })
  const put: Put<T> = useCallback(
    (change) => setAnswer(({ remote }) => ({ to: question, remote: change(remote) })),
    [question],
  )
  const remote = useMemo(
    () => (answer.to === question ? answer.remote : loading(answer.remote)),
    [answer, question],
  )
  return { question, remote, put }
}
/** Asks the core when the screen opens and whenever deps change; the last answer stays while a newer one loads. `again` asks once more. */
export function useAsk<T>(
  ask: (client: Client, options: { signal: AbortSignal }) => Promise<T>,
  deps: DependencyList,
): { remote: Remote<T>; again: () => void } {
  const { client, now } = useCore()
  const [round, setRound] = useState(0)
  // The question is told apart by what it depends on, not by the function that happens to ask it.
  const { question, remote, put } = useAnswer<T>([client, now, round, ...deps])
  const latest = useRef(ask)
  latest.current = ask
  useEffect(() => {
    const stop = new AbortController()
    const limit = setTimeout(() => stop.abort(), ASK_LIMIT_MS)
    let gone = false
    put(loading)
    latest
      .current(client, { signal: stop.signal })
      .then(
        (value) => {
          if (!gone) put(() => ready(value, now()))
        },
        (error: unknown) => {
          if (!gone) put((before) => failed(before, toTrouble(error)))
        },
      )
      .finally(() => clearTimeout(limit))
    return () => {
      gone = true
      clearTimeout(limit)
      stop.abort()
    }
  }, [question])
  return { remote, again: useCallback(() => setRound((n) => n + 1), []) }
}

/** Follows a watch of the core while the screen is open and deps stay the same. */
export function useWatch<T>(
  open: (client: Client, options: WatchOptions) => Promise<AsyncIterable<T>>,
  deps: DependencyList,
): { remote: Remote<T>; again: () => void } {
  const { client, now } = useCore()
  const [round, setRound] = useState(0)
  const { question, remote, put } = useAnswer<T>([client, now, round, ...deps])
  const latest = useRef(open)
  latest.current = open
  useEffect(() => {
    const stop = new AbortController()
    void watchInto<T>(
      (change) => {
        if (!stop.signal.aborted) put(change)
      },
      (options) => latest.current(client, options),
      { signal: stop.signal, now },
    )
    return () => stop.abort()
  }, [question])
  return { remote, again: useCallback(() => setRound((n) => n + 1), []) }
}

export interface Action<A extends unknown[], R> {
  busy: boolean
  trouble: Trouble | undefined
  act: (...args: A) => Promise<R | undefined>
  clear: () => void
}
/** A command of a person: one at a time, its failure kept for the screen; answers undefined when it failed. */
export function useAction<A extends unknown[], R>(
  run: (client: Client, ...args: A) => Promise<R>,
): Action<A, R> {
  const { client } = useCore()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const latest = useRef(run)
  latest.current = run
  const act = useCallback(
    async (...args: A) => {
      setBusy(true)
      setTrouble(undefined)
      try {
        return await latest.current(client, ...args)
      } catch (error) {
        setTrouble(toTrouble(error))
        return undefined
      } finally {
        setBusy(false)
      }
    },
    [client],
  )
  return { busy, trouble, act, clear: useCallback(() => setTrouble(undefined), []) }
}
