import { useMemo } from 'react'
import type { ReplayRun, ReplaySource, SavedReplay } from '../../../preload/contract/replay'
import { useAction, type Remote, lastKnown } from '../../client'
import { Button, Failed, formatCount, Panel, Section } from '../../design'
import { adviceOf, differences } from './advice'
import { useReplayStore } from './store'
import { sentences, titleOf } from './view-model'
import { words } from './words'

interface Props {
  run: ReplayRun
  frontier: ReplayRun | undefined
  compared: ReplayRun | undefined
  perHourUsd: number
  onPropose: (knob: number) => void
  source: ReplaySource | undefined
  saved: Remote<SavedReplay[]>
  again: () => void
  onKnob: (knob: number) => void
}
/** The what-if in sentences, and the runs that were kept. */
export function InWords({
  run,
  frontier,
  compared,
  source,
  saved,
  again,
  perHourUsd,
  onKnob,
  onPropose,
}: Props) {
  const keep = useAction((client) => client.replay.keep({ id: run.id }))
  const kept = lastKnown(saved)?.value ?? []
  const own = kept.find(({ id }) => id === run.id)
  const best = useMemo(() => adviceOf(frontier, run, perHourUsd), [frontier, run, perHourUsd])
  return (
    <Panel
      title={words.inWords}
      flush
      actions={
        own ? (
          <span className="small soft" role="status">
            {words.keptAs(own.number)}
          </span>
        ) : (
          <Button small busy={keep.busy} onClick={() => void keep.act().then(again)}>
            {words.keepRun}
          </Button>
        )
      }
    >
      <div className="scroll grow" tabIndex={0} role="group" aria-label={words.inWordsLabel}>
        <p className="said">
          {sentences({ run, before: compared, source }).join(' ')}{' '}
          <span className="meta">
            {words.synthetic}
            {run.question.spotShare > 0 ? ` ${words.spotHint}` : ''}
          </span>
        </p>
        {compared && <Otherwise run={run} compared={compared} />}
        {best && (
          <div className="said advice">
            <p>
              <b>{words.advise(best.knob, best.savesUsd, run.source.days)}</b>{' '}
              {words.adviseHow(best.cloudUsd, best.waitHours, best.perHourUsd)}
            </p>
            <div className="row">
              <Button small onClick={() => onKnob(best.knob)}>
                {words.useIt(best.knob)}
              </Button>
              <Button small look="quiet" onClick={() => onPropose(best.knob)}>
                {words.proposeIt(best.knob)}
              </Button>
            </div>
          </div>
        )}
        {keep.trouble && (
          <div style={{ padding: '0 12px' }}>
            <Failed
              says={keep.trouble.says}
              remedy={keep.trouble.remedy}
              code={keep.trouble.code}
            />
          </div>
        )}
        <Section title={words.kept}>
          {kept.length === 0 ? (
            <p className="small soft">{words.noKept}</p>
          ) : (
            <KeptRuns runs={kept} current={run.id} again={again} />
          )}
        </Section>
      </div>
    </Panel>
  )
}
/** What was supposed otherwise than in the run it is compared with. */
function Otherwise({ run, compared }: { run: ReplayRun; compared: ReplayRun }) {
  const other = differences(run.question, compared.question)
  return (
    <>
      {compared.source.title !== run.source.title && (
        <p className="said">{words.otherJobs(compared.source.title)}</p>
      )}
      {other.length > 0 && (
        <p className="said">
          {words.otherwise(titleOf(compared))} {other.join('; ')}.
        </p>
      )}
    </>
  )
}
function KeptRuns({
  runs,
  current,
  again,
}: {
  runs: readonly SavedReplay[]
  current: string
  again: () => void
}) {
  const compared = useReplayStore((state) => state.compared)
  const remove = useAction((client, id: string) => client.replay.remove({ id }))
  const drop = async (id: string) => {
    await remove.act(id)
    if (compared === id) useReplayStore.setState({ compared: undefined })
    again()
  }
  return (
    <ul className="kept">
      {runs.map((run) => {
        const takt = run.figures.find(({ policy }) => policy === 'takt') ?? run.figures[0]
        return (
          <li key={run.id}>
            <div className="grow">
              <b>{words.run(run.number)}</b>{' '}
              <span className="soft ellipsis">
                {run.title}, {words.knobOf(run.question.usdPerWaitHour)}, {run.question.nodes} ×{' '}
                {run.question.gpusPerNode}
              </span>
              <div className="small meta">
                {takt
                  ? `$${formatCount(takt.cloudUsd)}, ${takt.meanWaitHours === undefined ? '' : words.hours(takt.meanWaitHours)}`
                  : ''}
              </div>
            </div>
            <Button
              small
              look={compared === run.id ? 'primary' : 'normal'}
              aria-pressed={compared === run.id}
              disabledBecause={undefined}
              onClick={() =>
                useReplayStore.setState({
                  compared: compared === run.id || run.id === current ? undefined : run.id,
                })
              }
            >
              {compared === run.id ? words.comparing : words.compare}
              <span className="visually-hidden"> {words.run(run.number)}</span>
            </Button>
            <Button small look="quiet" busy={remove.busy} onClick={() => void drop(run.id)}>
              {words.delete}
              <span className="visually-hidden"> {words.run(run.number)}</span>
            </Button>
          </li>
        )
      })}
    </ul>
  )
}
