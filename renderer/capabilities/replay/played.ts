import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReplayEvent, ReplayQuestion, ReplayRun } from '../../../preload/contract/replay'
import { toTrouble, useCore, type Trouble } from '../../client'
import { words } from './words'

export interface Played {
  run: ReplayRun | undefined
  /** What was played of the question that is asked now, until all of it is; it stays where somebody stopped it. */ part:
    ReplayRun | undefined
  before: ReplayRun | undefined
  progress: Extract<ReplayEvent, { at: 'progress' }> | undefined
  busy: boolean
  stopped: boolean
  trouble: Trouble | undefined
  cancel: () => void
  again: () => void
}
type State = Pick<Played, 'run' | 'part' | 'before' | 'progress' | 'busy' | 'stopped' | 'trouble'>
const IDLE: State = {
  run: undefined,
  part: undefined,
  before: undefined,
  progress: undefined,
  busy: false,
  stopped: false,
  trouble: undefined,
}

/** Plays a question whenever it changes; the run before stays until the next has come, and then as the ghost behind it. Leaving the screen ends the thread. */
export function usePlayed(
  kind: 'run' | 'frontier',
  question: ReplayQuestion | undefined,
  key: string,
): Played {
  const { client } = useCore()
  const [state, put] = useState<State>(IDLE)
  const [round, setRound] = useState(0)
  const latest = useRef(question)
  latest.current = question
  const stop = useRef<AbortController>(undefined)
  useEffect(() => {
    const asked = latest.current
    if (!asked) return undefined
    const own = new AbortController()
    stop.current = own
    put((now) => ({
      ...now,
      busy: true,
      stopped: false,
      trouble: undefined,
      progress: undefined,
      part: undefined,
    }))
    const follow = async () => {
      for await (const event of await client.replay[kind](asked, { signal: own.signal })) {
        if (own.signal.aborted) return
        put((now) =>
          event.at === 'progress'
            ? { ...now, progress: event }
            : event.at === 'played'
              ? { ...now, part: joined(now.part, event.run) }
              : {
                  ...now,
                  run: event.run,
                  before: now.run?.source.title === event.run.source.title ? now.run : undefined,
                  progress: undefined,
                  busy: false,
                  part: undefined,
                },
        )
      }
    }
    follow().catch((error: unknown) => {
      if (!own.signal.aborted)
        put((now) => ({ ...now, busy: false, progress: undefined, trouble: toTrouble(error) }))
    })
    return () => own.abort()
  }, [client, kind, key, round])
  const cancel = useCallback(() => {
    stop.current?.abort()
    put((now) => ({ ...now, busy: false, stopped: true, progress: undefined }))
  }, [])
  return { ...state, cancel, again: useCallback(() => setRound((n) => n + 1), []) }
}
const joined = (before: ReplayRun | undefined, { played, ...run }: ReplayRun): ReplayRun => ({
  ...run,
  played: [...(before?.played ?? []), ...played],
})
const plays = ({ played }: ReplayRun) =>
  played.filter(({ figures }) => !figures.policy.startsWith('bound-')).length
/** What can be shown of a question: as much as has been played of it, else the answer to the one before. */
export const shownOf = ({ part, run }: Pick<Played, 'part' | 'run'>): ReplayRun | undefined =>
  part && plays(part) > 0 ? part : run
/** What is missing from what is shown, in words; undefined where nothing is. */
export const remains = ({ part }: Pick<Played, 'part'>): string | undefined =>
  part && plays(part) > 0 ? words.incomplete(plays(part), part.plays) : undefined
