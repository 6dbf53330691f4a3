import { Checkbox } from '@mantine/core'
import type {
  ReplayPolicyName,
  ReplayQuestion,
  ReplaySource,
} from '../../../preload/contract/replay'
import { Button, formatUsd, Panel, ProgressBar, Segmented } from '../../design'
import { Knob, type Scale } from './Knob'
import { remains, type Played } from './played'
import { alongCube, alongPowers, COMPARABLE, knobFrom, knobTo, roundUp } from './view-model'
import { knobSays, words } from './words'

const KNOB: Scale = {
  min: 0,
  max: 100,
  step: 1,
  ends: ['$0', '$1,000'],
  typed: [0, 100_000],
  to: knobTo,
  from: knobFrom,
}
const SIGMA: Scale = {
  min: 0,
  max: 1,
  step: 0.05,
  ends: [words.exact, '1.0'],
  typed: [0, 3],
  from: (sigma) => Math.round(sigma * 100) / 100,
}
const LINK: Scale = {
  min: 0,
  max: 100,
  step: 1,
  ends: ['0.1', '100'],
  typed: [0.01, 10_000],
  ...alongPowers(0.1, 100),
}
const DATA: Scale = {
  min: 0,
  max: 100,
  step: 1,
  ends: ['0', '1,000 GB'],
  typed: [0, 100_000],
  ...alongCube(1000),
}
const SPOT: Scale = { min: 0, max: 100, step: 5, ends: ['0 %', '100 %'], typed: [0, 100] }
const PRICE: Scale = { min: 2, max: 60, step: 0.5, ends: ['$2', '$60'], typed: [0.01, 10_000] }

interface WhatIfProps {
  question: ReplayQuestion
  source: ReplaySource
  frontier: Played
  played: Played
  mostUsd: number
  change: (patch: Partial<ReplayQuestion>) => void
  clear: (key: 'budgetUsd') => void
  reset: () => void
  onPropose: () => void
}
/** What is supposed: the knob, the building, the budget, how far estimates are off, and which policies to compare. */
export function WhatIf({
  question,
  source,
  frontier,
  played,
  mostUsd,
  change,
  clear,
  reset,
  onPropose,
}: WhatIfProps) {
  const mostNodes = Math.max(8, source.nodes * 2)
  const most = roundUp(Math.max(mostUsd, 100))
  const hasTakt = question.policies.includes('takt')
  return (
    <Panel
      title={words.whatIf}
      actions={
        <Button look="quiet" small onClick={reset}>
          {words.reset}
        </Button>
      }
      flush
      foot={<Foot {...{ question, frontier, played, hasTakt, onPropose }} />}
    >
      <div className="knobs scroll">
        <Knob
          strong
          label={words.knob}
          value={question.usdPerWaitHour}
          says={knobSays}
          scale={KNOB}
          onEnd={(usdPerWaitHour) => change({ usdPerWaitHour })}
        />
        <Knob
          label={words.nodes(question.gpusPerNode)}
          value={question.nodes}
          says={String}
          scale={{
            min: 1,
            max: mostNodes,
            step: 1,
            ends: ['1', String(mostNodes)],
            typed: [1, 2000],
          }}
          onEnd={(nodes) => change({ nodes: Math.round(nodes) })}
        />
        <Knob
          strong
          label={words.budget}
          value={question.budgetUsd ?? Infinity}
          says={(usd) => (usd >= most && question.budgetUsd !== usd ? words.noCap : knobSays(usd))}
          scale={{
            min: 0,
            max: most,
            step: most / 50,
            ends: [words.none0, words.noCap],
            typed: [0, Infinity],
            from: (usd) => (usd >= most ? Infinity : Math.round(usd)),
          }}
          onEnd={(usd) => (usd > 1e9 ? clear('budgetUsd') : change({ budgetUsd: usd }))}
        />
        <Knob
          label={words.sigma}
          value={question.estimateSigma}
          says={(sigma) => (sigma === 0 ? words.exact : sigma.toFixed(2))}
          scale={SIGMA}
          onEnd={(estimateSigma) => change({ estimateSigma })}
        />
        <Knob
          label={words.link}
          hint={words.linkHint}
          value={question.linkGbps ?? 1}
          says={words.gbps}
          scale={LINK}
          onEnd={(linkGbps) => change({ linkGbps })}
        />
        <Knob
          label={words.data}
          hint={words.dataHint}
          value={question.gbPerJob}
          says={words.gb}
          scale={DATA}
          onEnd={(gbPerJob) => change({ gbPerJob })}
        />
        <Knob
          label={words.spot}
          hint={words.spotHint}
          value={question.spotShare * 100}
          says={words.percent}
          scale={SPOT}
          onEnd={(percent) => change({ spotShare: Math.round(percent) / 100 })}
        />
        <Knob
          label={words.price}
          value={question.usdPerNodeHour}
          says={formatUsd}
          scale={PRICE}
          onEnd={(usdPerNodeHour) => change({ usdPerNodeHour })}
        />
        <div className="knob row">
          <span>{words.deadlines}</span>
          <span className="spring" />
          <Segmented
            label={words.deadlines}
            value={question.deadlines}
            options={[
              { value: 'weigh', says: words.weigh },
              { value: 'keep', says: words.keep },
            ]}
            onChange={(deadlines) => change({ deadlines })}
          />
        </div>
        <fieldset className="policies">
          <legend>{words.policies}</legend>
          {COMPARABLE.map((policy) => (
            <Checkbox
              key={policy}
              label={words.policy[policy]}
              checked={question.policies.includes(policy)}
              onChange={({ target }) =>
                change({ policies: chosenPolicies(question.policies, policy, target.checked) })
              }
            />
          ))}
        </fieldset>
      </div>
    </Panel>
  )
}
/** At least one policy stays, in the order of the list. */
function chosenPolicies(
  before: readonly ReplayPolicyName[],
  policy: ReplayPolicyName,
  on: boolean,
): ReplayPolicyName[] {
  const after = COMPARABLE.filter((one) => (one === policy ? on : before.includes(one)))
  return after.length > 0 ? after : [policy]
}

function Foot({
  question,
  frontier,
  played,
  hasTakt,
  onPropose,
}: Pick<WhatIfProps, 'question' | 'frontier' | 'played' | 'onPropose'> & { hasTakt: boolean }) {
  const busy = [frontier, played].find((one) => one.busy)
  const { run } = frontier
  return (
    <div className="stack grow">
      <div className="row small" role="status" style={{ minHeight: 24 }}>
        {busy ? (
          <>
            <ProgressBar share={busy.progress?.share ?? 0} width={72} label={words.whatIf} />
            <span className="soft nowrap">
              {busy.progress ? words.running(busy.progress.done, busy.progress.of) : words.starting}
            </span>
            <span className="spring" />
            <Button
              look="quiet"
              small
              onClick={() => {
                frontier.cancel()
                played.cancel()
              }}
            >
              {words.cancel}
            </Button>
          </>
        ) : frontier.stopped || played.stopped ? (
          <>
            <span className="soft">{remains(frontier) ?? words.cancelled}</span>
            <span className="spring" />
            <Button
              look="quiet"
              small
              onClick={() => {
                frontier.again()
                played.again()
              }}
            >
              {words.again}
            </Button>
          </>
        ) : (
          <>
            <span className="soft">{run ? words.replays(run.plays, run.seconds) : ''}</span>
            <span className="spring" />
            <span className="meta">{words.seed(question.seed)}</span>
          </>
        )}
      </div>
      <Button
        look="primary"
        disabledBecause={hasTakt ? undefined : words.needsTakt}
        onClick={onPropose}
      >
        {words.propose(question.usdPerWaitHour)}
      </Button>
    </div>
  )
}
