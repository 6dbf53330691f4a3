import { Checkbox, Slider } from '@mantine/core'
import { useEffect, useState, type ReactNode } from 'react'
import type { ReplayPolicyName, ReplayQuestion, ReplaySource } from '../../../preload/contract/replay'
import { Button, formatUsd, Panel, ProgressBar, Segmented } from '../../design'
import type { Played } from './played'
import { COMPARABLE, knobFrom, knobTo, roundUp } from './view-model'
import { knobSays, words } from './words'

interface KnobProps { label: string; says: ReactNode; value: number; min: number; max: number; step: number; ends: readonly [string, string]; valueText: (position: number) => string; onEnd: (value: number) => void; live?: (value: number) => void }
/** A slider with its value at the right and its ends below; the answer is asked for when it is let go. */
function Knob({ label, says, value, min, max, step, ends, valueText, onEnd, live }: KnobProps) {
  const [held, setHeld] = useState<number>()
  useEffect(() => setHeld(undefined), [value])
  const shown = held ?? value
  return (
    <div className="knob">
      <div className="row baseline"><span>{label}</span><span className="spring" /><b className={held === undefined ? undefined : 'soft'}>{held === undefined ? says : valueText(shown)}</b></div>
      <Slider size={4} thumbSize={14} value={shown} min={min} max={max} step={step} label={null} thumbLabel={label} thumbValueText={valueText} onChange={(next) => { setHeld(next); live?.(next) }} onChangeEnd={(next) => { setHeld(undefined); onEnd(next) }} />
      <div className="row small meta"><span>{ends[0]}</span><span className="spring" /><span>{ends[1]}</span></div>
    </div>
  )
}

interface WhatIfProps { question: ReplayQuestion; source: ReplaySource; frontier: Played; played: Played; mostUsd: number; change: (patch: Partial<ReplayQuestion>) => void; clear: (key: 'budgetUsd') => void; reset: () => void; onPropose: () => void }
/** What is supposed: the knob, the building, the budget, how far estimates are off, and which policies to compare. */
export function WhatIf({ question, source, frontier, played, mostUsd, change, clear, reset, onPropose }: WhatIfProps) {
  const mostNodes = Math.max(8, source.nodes * 2)
  const most = roundUp(Math.max(mostUsd, 100))
  const budget = question.budgetUsd ?? most
  const budgetSays = (usd: number) => (usd >= most ? words.noCap : formatUsd(usd))
  const hasTakt = question.policies.includes('takt')
  return (
    <Panel title={words.whatIf} actions={<Button look="quiet" small onClick={reset}>{words.reset}</Button>} flush foot={<Foot {...{ question, frontier, played, hasTakt, onPropose }} />}>
      <div className="knobs scroll">
        <Knob label={words.knob} says={<span className="accent">{knobSays(question.usdPerWaitHour)}</span>} value={knobTo(question.usdPerWaitHour)} min={0} max={100} step={1} ends={['$0', '$1,000']} valueText={(at) => knobSays(knobFrom(at))} onEnd={(at) => change({ usdPerWaitHour: knobFrom(at) })} />
        <Knob label={words.nodes(question.gpusPerNode)} says={question.nodes} value={question.nodes} min={1} max={mostNodes} step={1} ends={['1', String(mostNodes)]} valueText={String} onEnd={(nodes) => change({ nodes })} />
        <Knob label={words.budget} says={<span className="accent">{budgetSays(budget)}</span>} value={Math.min(budget, most)} min={0} max={most} step={most / 50} ends={[words.none0, words.noCap]} valueText={budgetSays} onEnd={(usd) => (usd >= most ? clear('budgetUsd') : change({ budgetUsd: Math.round(usd) }))} />
        <Knob label={words.sigma} says={question.estimateSigma === 0 ? words.exact : question.estimateSigma.toFixed(2)} value={question.estimateSigma} min={0} max={1} step={0.05} ends={[words.exact, '1.0']} valueText={(sigma) => sigma.toFixed(2)} onEnd={(estimateSigma) => change({ estimateSigma: Math.round(estimateSigma * 100) / 100 })} />
        <Knob label={words.price} says={formatUsd(question.usdPerNodeHour)} value={question.usdPerNodeHour} min={2} max={60} step={0.5} ends={['$2', '$60']} valueText={formatUsd} onEnd={(usdPerNodeHour) => change({ usdPerNodeHour })} />
        <div className="knob row"><span>{words.deadlines}</span><span className="spring" /><Segmented label={words.deadlines} value={question.deadlines} options={[{ value: 'weigh', says: words.weigh }, { value: 'keep', says: words.keep }]} onChange={(deadlines) => change({ deadlines })} /></div>
        <fieldset className="policies"><legend>{words.policies}</legend>
          {COMPARABLE.map((policy) => <Checkbox key={policy} label={words.policy[policy]} checked={question.policies.includes(policy)} onChange={({ target }) => change({ policies: chosenPolicies(question.policies, policy, target.checked) })} />)}
        </fieldset>
      </div>
    </Panel>
  )
}
/** At least one policy stays, in the order of the list. */
function chosenPolicies(before: readonly ReplayPolicyName[], policy: ReplayPolicyName, on: boolean): ReplayPolicyName[] {
  const after = COMPARABLE.filter((one) => (one === policy ? on : before.includes(one)))
  return after.length > 0 ? after : [policy]
}

function Foot({ question, frontier, played, hasTakt, onPropose }: Pick<WhatIfProps, 'question' | 'frontier' | 'played' | 'onPropose'> & { hasTakt: boolean }) {
  const busy = [frontier, played].find((one) => one.busy)
  const { run } = frontier
  return (
    <div className="stack grow">
      <div className="row small" role="status" style={{ minHeight: 24 }}>
        {busy ? <>
          <ProgressBar share={busy.progress?.share ?? 0} width={72} label={words.whatIf} /><span className="soft">{busy.progress ? words.running(busy.progress.done, busy.progress.of) : words.starting}</span><span className="spring" />
          <Button look="quiet" small onClick={() => { frontier.cancel(); played.cancel() }}>{words.cancel}</Button>
        </> : frontier.stopped || played.stopped ? <><span className="soft">{words.cancelled}</span><span className="spring" /><Button look="quiet" small onClick={() => { frontier.again(); played.again() }}>{words.again}</Button></>
          : <><span className="soft">{run ? words.replays(run.plays, run.seconds) : ''}</span><span className="spring" /><span className="meta">{words.seed(question.seed)}</span></>}
      </div>
      <Button look="primary" disabledBecause={hasTakt ? undefined : words.needsTakt} onClick={onPropose}>{words.propose(question.usdPerWaitHour)}</Button>
    </div>
  )
}
