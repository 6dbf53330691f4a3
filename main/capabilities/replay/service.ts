import { failure } from '../../../preload/contract/failures'
import type {
  ReplayEvent,
  ReplayPlayed,
  ReplayQuestion,
  ReplayRun,
  ReplaySource,
} from '../../../preload/contract/replay'
import { timestamp } from '../../kernel/clock'
import { fail, succeed, type Outcome } from '../../kernel/outcome'
import type { Play, ThreadAnswer, TraceJob } from '../burst'
import { recommended, toOnePlayed, toPlayed, toThread } from './answers'
import { makeKept, runId } from './kept'
import type { ReplayPorts } from './ports'
import { propose, type Proposal } from './propose'
import { makeSources } from './sources'

export interface Asked {
  kind: ReplayRun['kind']
  question: ReplayQuestion
  signal: AbortSignal | undefined
}
const PROGRESS_EVERY_MS = 120

/** What another policy would have cost. */
export function makeReplay(ports: ReplayPorts) {
  const sources = makeSources(ports)
  const kept = makeKept(ports)
  return {
    sources,
    kept,
    /** Plays a what-if; refuses where its source is not there. A frontier that is remembered is answered at once. */
    play({ kind, question, signal }: Asked): Outcome<AsyncGenerator<ReplayEvent, void>> {
      const found = sources.jobs(question.source)
      if (!found.ok) return found
      if (found.value.jobs.length === 0)
        return fail(
          failure('INVALID', {
            issues: [{ path: 'source', says: 'holds no job that can be replayed' }],
          }),
        )
      const id = runId(kind, question, found.value.source.importedAt)
      const again = kind === 'frontier' ? kept.remembered(id) : undefined
      return succeed(
        again
          ? only({ at: 'result', run: advised({ ...again, question }) })
          : playing(ports, {
              kind,
              question,
              id,
              ...found.value,
              signal,
              done: (run) => {
                ;(kind === 'frontier' ? kept.remember : kept.hold)(run)
              },
            }),
      )
    },
    /** What setting the knob in the shared policy would do, with what a run showed of it. */
    propose(
      proposal: Proposal,
      { run, signal }: { run: string | undefined; signal: AbortSignal | undefined },
    ) {
      const shown = run === undefined ? undefined : kept.find(run)
      return propose(ports.policy, proposal, { run: shown?.ok ? shown.value : undefined, signal })
    },
    sites: () =>
      ports.sites
        .states()
        .filter(({ place }) => place === 'on-prem')
        .map(({ id, simulated }) => ({
          site: id,
          simulated,
          known: sources.find(`history-${id}`) !== undefined,
        })),
  }
}
export type Replay = ReturnType<typeof makeReplay>

const BEFORE: Play = { name: '', done: 0, of: 0 }
const progressOf = ({
  share,
  play: { name, done, of },
}: {
  share: number
  play: Play
}): ReplayEvent => ({
  at: 'progress',
  share: Math.min(1, share),
  done,
  of,
  ...(name !== '' && { policy: name }),
})

async function* only(event: ReplayEvent): AsyncGenerator<ReplayEvent, void> {
  yield event
}

interface Playing extends Asked {
  id: string
  source: ReplaySource
  jobs: readonly TraceJob[]
  done: (run: ReplayRun) => void
}
async function* playing(
  { player, clock }: ReplayPorts,
  asked: Playing,
): AsyncGenerator<ReplayEvent, void> {
  const over = new AbortController()
  const signal = asked.signal ? AbortSignal.any([asked.signal, over.signal]) : over.signal
  const began = clock.now()
  const seen = { share: 0, play: BEFORE, found: new Array<ReplayPlayed>() }
  const answered = player(toThread(asked.question, asked, asked.kind), {
    signal,
    progress: (share) => {
      seen.share = share
    },
    begins: (play) => {
      seen.play = play
    },
    found: (played) => {
      seen.found.push(toOnePlayed(played, asked.source))
    },
  })
  const settled = answered.then(
    () => true,
    () => true,
  )
  try {
    let told = -1
    for (;;) {
      const pause = new AbortController()
      const ready = await Promise.race([
        settled,
        clock.sleep(PROGRESS_EVERY_MS, pause.signal).then(
          () => false,
          () => false,
        ),
      ])
      pause.abort()
      if (ready) break
      if (seen.found.length > 0)
        yield {
          at: 'played',
          run: {
            ...headOf(asked, clock.now()),
            played: seen.found.splice(0),
            seconds: (clock.now() - began) / 1000,
            plays: seen.play.of,
          },
        }
      if (seen.share === told) continue
      told = seen.share
      yield progressOf(seen)
    }
    const run = toRun(await answered, {
      ...asked,
      now: clock.now(),
      seconds: (clock.now() - began) / 1000,
      plays: seen.play.of,
    })
    asked.done(run)
    yield { at: 'result', run }
  } finally {
    over.abort()
  }
}

const headOf = ({ id, kind, question, source }: Playing, now: number) => ({
  id,
  number: 0,
  title: source.title,
  kind,
  at: timestamp(now),
  question,
  source: {
    title: source.title,
    simulated: source.simulated,
    jobs: source.jobs,
    days: source.days,
    meanRuntimeHours: source.meanRuntimeHours,
  },
})
function toRun(
  answer: ThreadAnswer,
  { now, seconds, plays, ...asked }: Playing & { now: number; seconds: number; plays: number },
): ReplayRun {
  const head = headOf(asked, now)
  return advised({
    ...head,
    seconds,
    plays,
    played: toPlayed(answer, asked.source),
    source: { ...head.source, jobs: answer.jobs, meanRuntimeHours: answer.meanRuntimeHours },
  })
}
/** A frontier with the knob that suits what an hour is worth in its question. */
function advised({ recommended: _before, ...run }: ReplayRun): ReplayRun {
  const best = run.kind === 'frontier' ? recommended(run, run.question.usdPerWaitHour) : undefined
  return { ...run, ...(best && { recommended: best }) }
}
